"""One of the processes of a deployment."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from skyvern_dagster.errors import RunError

_STOP_SECONDS = 20.0
"""Arbitrary: what is under way in a server (a request, a tick) may end; after that it is killed."""


@dataclass(frozen=True)
class Service:
    """A process with its log.

    Attributes:
        name: For messages.
        log: What it prints goes there.
    """

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @classmethod
    def start(
        cls, name: str, command: Sequence[str], environment: Mapping[str, str], logs: Path
    ) -> Service:
        """Starts it in a session of its own: the terminal's Ctrl-C reaches only who started it.

        Raises:
            RunError: It can't be started.
        """
        log = logs / f"{name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        try:
            with log.open("ab") as output:
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                    env=dict(environment),
                    # Under a shell's background job SIGINT is ignored, and Dagster would copy
                    # that onto SIGTERM: nothing could be stopped or canceled.
                    preexec_fn=_default_signals,  # noqa: PLW1509 - no threads yet, one call
                )
        except OSError as error:
            raise RunError(f"{name} can't be started: {error}") from error
        return cls(name, process, log)

    def last_words(self) -> str:
        """The end of its log, for messages."""
        try:
            return self.log.read_text(encoding="utf-8", errors="replace")[-1500:].strip()
        except OSError:
            return ""

    def stop(self) -> None:
        """Asks it to end, and ends it where that takes too long."""
        if self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


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


def _default_signals() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
