"""Dagster's UI beside a command: started as its own process, stopped with Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from skyvern_dagster.errors import RunError

_START_SECONDS = 90.0
"""Arbitrary: webserver and code location import Dagster, which takes a busy machine tens of
seconds. One that ends before isn't waited for."""


class DagsterUI:
    """``dagster dev`` for a module of definitions.

    Args:
        home: The instance's folder.
        module: Where the definitions are.
    """

    def __init__(self, home: Path, module: str) -> None:
        self._home = home
        self._module = module
        self._port = _port()

    @property
    def url(self) -> str:
        """Where a person opens it."""
        return f"http://127.0.0.1:{self._port}"

    def serve(self, console: Console) -> None:
        """Starts it, prints the address, and waits for Ctrl-C.

        Raises:
            RunError: It doesn't come up.
        """
        try:
            with self.running(console) as process:
                console.print(
                    f"Dagster's UI: [bold]{self.url}/runs[/]  (Ctrl-C stops it and the services)",
                    highlight=False,
                )
                process.wait()
        except KeyboardInterrupt:
            console.print("stopped")

    @contextmanager
    def running(self, console: Console) -> Iterator[subprocess.Popen[bytes]]:
        """The UI while the context is open.

        Raises:
            RunError: It doesn't come up.
        """
        log = self._home / "logs" / "dagster-dev.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "dagster", "dev", "-m", self._module, "-p", str(self._port)],
                stdout=output,
                stderr=output,
                start_new_session=True,
                env={**os.environ, "DAGSTER_HOME": str(self._home)},
            )
        try:
            with console.status("starting Dagster's UI"):
                self._wait(process, log)
            yield process
        finally:
            _stop(process)

    def _wait(self, process: subprocess.Popen[bytes], log: Path) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/server_info", timeout=2):  # noqa: S310 - ours
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.3)
        raise RunError(f"Dagster's UI did not come up; see {log}")


def _port() -> int:
    """3000 as Dagster has it, or any other one where that is taken."""
    for port in (3000, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise RunError("no free port on 127.0.0.1")


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
