"""A code location with Dagster's own daemon and webserver, as processes."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from skyvern_dagster.deployment.service import Service, free_port
from tests.office import ROOT, wait_until

_DAGSTER = [sys.executable, "-m", "dagster"]
# The daemon is told from other processes by the name of its program.
_DAEMON = "import sys; sys.argv[0] = 'dagster-daemon'; from dagster._daemon.cli import main; main()"
_LOADED = "{ repositoriesOrError { ... on RepositoryConnection { nodes { name } } } }"


class Location:
    """Definitions in a file, loaded by one code server that daemon and webserver share.

    Args:
        file: Python file with the definitions.
        folder: For logs and the workspace file.
    """

    def __init__(self, file: Path, folder: Path) -> None:
        self._folder = folder
        self._services: list[Service] = []
        self._daemon: Service | None = None
        self._url = ""
        port = free_port("127.0.0.1", 0)
        self._workspace = folder / "workspace.yaml"
        self._workspace.write_text(
            f"load_from:\n  - grpc_server: {{host: 127.0.0.1, port: {port}, location_name: made}}\n"
        )
        address = ["-h", "127.0.0.1", "-p", str(port), "--location-name", "made"]
        command = [*_DAGSTER, "api", "grpc", "-f", str(file), "-d", str(ROOT), *address]
        self._services.append(self._start("code-server", command))

    def start_webserver(self) -> None:
        port = free_port("127.0.0.1", 0)
        command = [sys.executable, "-m", "dagster_webserver", "-h", "127.0.0.1", "-p", str(port)]
        webserver = self._start("webserver", [*command, "-w", str(self._workspace)])
        self._services.append(webserver)
        self._url = f"http://127.0.0.1:{port}"

        def answers() -> bool:
            assert webserver.process.poll() is None, webserver.last_words()
            try:
                return "nodes" in self.ask(_LOADED)["repositoriesOrError"]
            except httpx2.HTTPError:
                return False

        wait_until(answers, every=0.2)

    def ask(self, query: str, **variables: Any) -> Any:
        """What the webserver's GraphQL answers."""
        answer = httpx2.post(
            f"{self._url}/graphql", json={"query": query, "variables": variables}, timeout=60
        ).json()
        assert not answer.get("errors"), answer
        return answer["data"]

    def start_daemon(self) -> Service:
        command = [sys.executable, "-c", _DAEMON, "run", "-w", str(self._workspace)]
        self._daemon = self._start("daemon", command)
        return self._daemon

    def kill_daemon(self) -> None:
        """As when the machine takes it away: it can put nothing in order."""
        if self._daemon is not None and self._daemon.process.poll() is None:
            os.killpg(self._daemon.process.pid, signal.SIGKILL)
            self._daemon.process.wait()

    def close(self) -> None:
        self.kill_daemon()
        for service in reversed(self._services):
            service.stop()

    def _start(self, name: str, command: list[str]) -> Service:
        return Service.start(name, command, os.environ, self._folder)


@contextmanager
def location(file: Path, folder: Path) -> Iterator[Location]:
    """A location that is ended with the context."""
    opened = Location(file, folder)
    try:
        yield opened
    finally:
        opened.close()
