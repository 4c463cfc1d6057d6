"""One of the processes of a deployment."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from skyvern_dagster.errors import RunError
from skyvern_dagster.process.attended import attended

_STOP_SECONDS = 20.0
"""Arbitrary: what is under way in a server (a request, a tick) may end; after that it is killed."""


@dataclass
class Service:
    """A process with its log; it ends when the process that has started it ends.

    Attributes:
        name: For messages.
        command: Of this Python: ``[sys.executable, "-m", module, ...]``.
        log: What it prints goes there.
        kept_open: File descriptors that it holds as long as it lives.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes]
    kept_open: tuple[int, ...] = ()

    @classmethod
    def start(
        cls,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        logs: Path,
        kept_open: tuple[int, ...] = (),
    ) -> Service:
        """Starts it in a session of its own: the terminal's Ctrl-C reaches only who started it.

        Raises:
            RunError: It can't be started.
        """
        log = logs / f"{name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        process = _started(name, command, environment, log, kept_open)
        return cls(name, command, environment, log, process, kept_open)

    @property
    def has_ended(self) -> bool:
        """Whether it has ended by itself, or was killed; it shouldn't."""
        return self.process.poll() is not None

    def start_again(self) -> None:
        """Starts it anew, after it has ended.

        Raises:
            RunError: It can't be started.
        """
        self.kill()
        self.process = _started(self.name, self.command, self.environment, self.log, self.kept_open)

    def last_words(self) -> str:
        """The end of its log, for messages."""
        try:
            return self.log.read_text(encoding="utf-8", errors="replace")[-1500:].strip()
        except OSError:
            return ""

    def stop(self) -> None:
        """Asks it to end, and ends it where that takes too long."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(_STOP_SECONDS)
        self.kill()

    def kill(self) -> None:
        """Ends it and what it has left behind in its process group."""
        # A group lives, and its number isn't used again, as long as one of it does.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()


def _started(
    name: str,
    command: Sequence[str],
    environment: Mapping[str, str],
    log: Path,
    kept_open: tuple[int, ...],
) -> subprocess.Popen[bytes]:
    try:
        with log.open("ab") as output:
            return subprocess.Popen(
                attended(command),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                start_new_session=True,
                env=dict(environment),
                pass_fds=kept_open,
            )
    except OSError as error:
        raise RunError(f"{name} can't be started: {error}") from error


def free_port(host: str, wanted: int) -> int:
    """The wanted port, or any that is free when 0 is wanted.

    Raises:
        RunError: It is taken.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, wanted))
        except OSError as error:
            raise RunError(f"port {wanted} of {host} can't be used: {error.strerror}") from error
        return int(probe.getsockname()[1])
