"""A fork that is made before there is something to do, and has begun what takes long by then."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from skyvern_dagster.process.forked_process import live_and_end

_LONGEST = 1 << 20
"""Bytes of one message. Arbitrary: a run's arguments have a few thousand."""

_TAKING_SECONDS = 5.0
"""Arbitrary: a message is taken in a millisecond; meanwhile its giver does nothing else."""


_MOST_DESCRIPTORS = 8
"""Arbitrary: a command has three, and its connection."""

Act = Callable[[bytes, list[int]], int]
"""What a child does with its message and the open files beside it; it returns the exit status."""


@dataclass(frozen=True)
class ReadyProcess:
    """A child that waits for one message, and ends without it when the other end is closed.

    Attributes:
        pid: Its number.
    """

    pid: int
    _line: socket.socket

    @classmethod
    def fork(
        cls, prepare: Callable[[], object], act: Act, unused: Callable[[], object]
    ) -> ReadyProcess:
        """Forks, in a session of its own.

        Args:
            prepare: What the child does at once, without waiting for it.
            act: What it does with the message.
            unused: What it does in place of that when no message comes.

        Raises:
            OSError: There can be no further process.
        """
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            ours.close()
            live_and_end(lambda: _live(theirs, prepare, act, unused))
        theirs.close()
        return cls(pid, ours)

    def give(self, message: bytes, descriptors: Sequence[int] = ()) -> bool:
        """Hands it its message; false where it is gone.

        Args:
            message: One line, with its end.
            descriptors: Open files that it gets beside it.
        """
        with self._line:
            try:
                self._line.settimeout(_TAKING_SECONDS)
                socket.send_fds(self._line, [b"\n"], list(descriptors))
                self._line.sendall(message)
                # It says that it has it: one that is just ending takes what it never reads.
                if self._line.recv(1):
                    return True
            except OSError:
                pass
        # One that may still come to read it must not: somebody else does what it says.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        return False

    def close(self) -> None:
        """Ends it; or in another fork, which must not hold its line open: leaves it alone."""
        self._line.close()


def _live(
    line: socket.socket, prepare: Callable[[], object], act: Act, unused: Callable[[], object]
) -> int:
    os.setsid()
    prepare()
    with line:
        _, descriptors, _, _ = socket.recv_fds(line, 1, _MOST_DESCRIPTORS)
        message = line.makefile("rb").readline(_LONGEST)
        taken = message.endswith(b"\n")
        if taken:
            line.sendall(b"\n")
    if taken:
        return act(message, descriptors)
    unused()
    return 0
