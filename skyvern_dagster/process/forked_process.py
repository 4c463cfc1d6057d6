"""A fork of this process that goes its own way, spoken to as to a program that was started."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NoReturn

_FIRST_OTHER = 3
"""File descriptors from here on are neither standard input nor output nor error."""

_DESCRIPTORS = 4096
"""Files that the fork could have inherited. Arbitrary: more than any process of ours opens."""


@dataclass
class Forking:
    """Whether this process has imported so much that a fork of it is quicker than a new one.

    A fork has one thread, whatever its parent had: only a process that knows what its other threads
    do may say so (``cli/run.py``, ``cli/warm_server.py``).
    """

    is_quicker: bool = False


FORKING = Forking()


@dataclass
class ForkedProcess:
    """What ``subprocess.Popen`` is for a program: a child that can be asked, awaited and ended.

    Attributes:
        pid: Its number.
        stdin: What is written here it reads from its standard input; closing ends that.
    """

    pid: int
    stdin: IO[bytes]
    _status: int | None = field(default=None, init=False)

    @classmethod
    def start(cls, act: Callable[[], int], output: Path) -> ForkedProcess:
        """Forks, and lets the child act, in a session of its own.

        Args:
            act: What the child does; it returns the exit status.
            output: The file that the child's output is added to.

        Raises:
            OSError: There can be no further process, or the file can't be written.
        """
        log = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            _live(act, reading, log)
        os.close(reading)
        os.close(log)
        return cls(pid, os.fdopen(writing, "wb"))

    def poll(self) -> int | None:
        """Its exit status, once it has one; a negative number is the signal that ended it."""
        if self._status is None:
            with contextlib.suppress(ChildProcessError):
                pid, status = os.waitpid(self.pid, os.WNOHANG)
                if pid:
                    self._status = os.waitstatus_to_exitcode(status)
        return self._status

    def wait(self, timeout: float | None = None) -> int:
        """Waits for its end.

        Raises:
            subprocess.TimeoutExpired: It goes on after so many seconds.
        """
        if self._status is None:
            handle = os.pidfd_open(self.pid)
            try:
                ended, _, _ = select.select([handle], [], [], timeout)
            finally:
                os.close(handle)
            if not ended:
                raise subprocess.TimeoutExpired(f"fork {self.pid}", timeout or 0.0)
        status = self.poll()
        return 0 if status is None else status

    def kill(self) -> None:
        """Ends it at once."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)


def can_fork() -> bool:
    """Whether the end of a fork can be awaited here: Linux since 5.3."""
    return hasattr(os, "pidfd_open")


def _live(act: Callable[[], int], stdin: int, output: int) -> None:
    """The child's life."""

    def whole() -> int:
        os.setsid()
        use_streams(stdin, output, output)
        os.closerange(_FIRST_OTHER, _DESCRIPTORS)
        return act()

    live_and_end(whole)


def live_and_end(act: Callable[[], int]) -> NoReturn:
    """Acts, and ends the process with the status; what called the fork is not gone back to."""
    status = 1
    FORKING.is_quicker = False
    try:
        status = act()
    except SystemExit as ending:
        status = ending.code if isinstance(ending.code, int) else 1
    finally:
        error = sys.exc_info()[1]
        if error is not None:
            traceback.print_exception(error)
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def ended_children() -> set[int]:
    """Children that have ended since it was asked last; the system keeps nothing more of them."""
    ended = set()
    with contextlib.suppress(ChildProcessError):
        while (pid := os.waitpid(-1, os.WNOHANG)[0]) != 0:
            ended.add(pid)
    return ended


def use_streams(*descriptors: int) -> None:
    """Makes open files this process's standard input, output and error."""
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - a descriptor
    sys.stdout = _written(1, by_line=os.isatty(1))
    sys.stderr = _written(2, by_line=True)


def _written(number: int, *, by_line: bool) -> IO[str]:
    return open(
        number, "w", encoding="utf-8", errors="replace", closefd=False,
        buffering=1 if by_line else -1,
    )  # fmt: skip
