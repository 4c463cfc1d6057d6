"""Dagster's UI beside a command: started as its own process, stopped with Ctrl-C."""

from __future__ import annotations

import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from skyvern_dagster.deployment.deployment import enqueue_lost_launches
from skyvern_dagster.deployment.home_lock import locked_home
from skyvern_dagster.deployment.service import Service
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
            RunError: It doesn't come up, or another deployment uses the home folder.
        """
        try:
            with self.running(console) as service:
                console.print(
                    f"Dagster's UI: [bold]{self.url}/runs[/]  (Ctrl-C stops it and the services)",
                    highlight=False,
                )
                service.process.wait()
        except KeyboardInterrupt:
            console.print("stopped")

    @contextmanager
    def running(self, console: Console) -> Iterator[Service]:
        """The UI while the context is open.

        Raises:
            RunError: It doesn't come up, or another deployment uses the home folder.
        """
        command = [sys.executable, "-m", "dagster", "dev", "-m", self._module]
        with locked_home(self._home, "demo --ui") as lock:
            enqueue_lost_launches()
            service = Service.start(
                "dagster-dev",
                [*command, "-p", str(self._port)],
                {**os.environ, "DAGSTER_HOME": str(self._home)},
                self._home / "logs",
                kept_open=(lock.descriptor,),
            )
            try:
                with console.status("starting Dagster's UI"):
                    self._wait(service)
                yield service
            finally:
                service.stop()

    def _wait(self, service: Service) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and not service.has_ended:
            try:
                with urllib.request.urlopen(f"{self.url}/server_info", timeout=2):  # noqa: S310 - ours
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.3)
        raise RunError(f"Dagster's UI did not come up; see {service.log}")


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
