"""Listening sockets on loopback, for the demo's servers."""

from __future__ import annotations

import socket

from skyvern_dagster.errors import SkyvernDagsterError

LOOPBACK = "127.0.0.1"


def open_listener(port: int, server: str) -> socket.socket:
    """Opens a listening TCP socket, so that clients can connect before the server's first turn.

    Args:
        port: The port, or 0 for a free one.
        server: Which server asks, for the message.

    Raises:
        SkyvernDagsterError: The port can't be had.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # Otherwise a port stays blocked for a minute after a stop. Elsewhere than on POSIX the option
    # means sharing a port, which is not wanted; but there the port isn't blocked either.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise SkyvernDagsterError(
            f"The demo's {server} server can't listen on {LOOPBACK}:{port} ({error.strerror}). "
            "Stop what uses that port, or give another one; 0 takes any free port."
        ) from error
    return listener
