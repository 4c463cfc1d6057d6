"""Connections with an end: a server that drips its answers, or floods with them, is given up.

A time-out of a socket counts for each piece that is received, and libraries for mail read on as
long as pieces come.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from typing import Any


class Allowance:
    """What one conversation may take in all, from now on.

    Args:
        seconds: Of the clock.
        most_bytes: Received ones.
    """

    def __init__(self, seconds: float, most_bytes: int) -> None:
        self._seconds, self._most_bytes = seconds, most_bytes
        self._ends_at = time.monotonic() + seconds
        self._received = 0

    def receive(self, receiver: socket.socket, receive: Callable[[], int]) -> int:
        """Receives a piece, if there is time and room left for it.

        Raises:
            TimeoutError: There is no time left, or the socket's own time for a piece is over.
            OSError: Too much was received.
        """
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise self._too_late()
        patience = receiver.gettimeout()
        receiver.settimeout(left if patience is None else min(patience, left))
        try:
            self._received += (count := receive())
        except TimeoutError:
            if time.monotonic() >= self._ends_at:
                raise self._too_late() from None
            raise
        finally:
            receiver.settimeout(patience)
        if self._received > self._most_bytes:
            raise OSError(f"it said more than {self._most_bytes:,} bytes")
        return count

    def _too_late(self) -> TimeoutError:
        return TimeoutError(f"its answers took more than {self._seconds:g} s in all")


class _Plain(socket.socket):
    allowance: Allowance

    def recv_into(self, *args: Any, **named: Any) -> int:
        receive = super().recv_into
        return self.allowance.receive(self, lambda: receive(*args, **named))


def bounded(connected: socket.socket, allowance: Allowance) -> socket.socket:
    """A connection that was made, with an end; the given one is used up."""
    patience = connected.gettimeout()
    made = _Plain(connected.family, connected.type, connected.proto, connected.detach())
    made.allowance = allowance
    made.settimeout(patience)
    return made


def bounded_tls(allowance: Allowance) -> ssl.SSLContext:
    """TLS with the system's certificates, over connections with an end."""

    class Tls(ssl.SSLSocket):
        def recv_into(self, *args: Any, **named: Any) -> int:
            receive = super().recv_into
            return allowance.receive(self, lambda: receive(*args, **named))

    context = ssl.create_default_context()
    context.sslsocket_class = Tls
    return context
