"""``skyvern-dagster serve`` as a process, and the processes below it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID
from skyvern_dagster.organizations.api_keys import ApiKeys
from skyvern_dagster.organizations.server_secret import SECRET_FILE, ServerSecret
from skyvern_dagster.process.attended import attended

WORKFLOWS = Path(__file__).parents[2] / "workflows"

SERVICES = {
    "code server": "code-server",
    "daemon": "dagster._daemon",
    "webserver": "deployment.webserver",
    "API": "skyvern_dagster_api",
}


@dataclass
class Served:
    """A deployment that is started anew whenever it has ended.

    Attributes:
        home: Its home folder.
        environment: Of it and of commands.
        api: Where its API answers, always at the same port.
        dagster: Where Dagster's UI is.
        key: An API key.
    """

    home: Path
    environment: Mapping[str, str]
    api: str = ""
    dagster: str = ""
    key: str = ""
    starts: int = 0
    _process: subprocess.Popen[str] | None = None
    _stopping: threading.Event = field(default_factory=threading.Event)
    _manager: threading.Thread | None = None

    @classmethod
    def start(cls, home: Path, environment: Mapping[str, str]) -> Served:
        """Starts it, and waits until it is up."""
        served = cls(home, {**environment, "DAGSTER_HOME": str(home)})
        served._up("--port", "0", "--dagster-port", "0")
        keys = ApiKeys(ArtifactStore(home / "artifacts"), ServerSecret.load(home / SECRET_FILE))
        served.key = keys.create(DEFAULT_ORGANIZATION_ID, "faults")[0]
        served._manager = threading.Thread(target=served._keep_up, name="manager", daemon=True)
        served._manager.start()
        return served

    def leave_alone(self) -> None:
        """Starts it no more."""
        self._stopping.set()
        if self._manager is not None:
            self._manager.join()

    def stop(self) -> None:
        """Ends it in an orderly way."""
        self.leave_alone()
        if self._process is not None:
            self._process.terminate()
            self._process.wait(120)

    @property
    def pid(self) -> int:
        """Of ``serve`` itself."""
        assert self._process is not None
        return self._process.pid

    def service(self, name: str) -> list[int]:
        """The process of a service; none while it is being started again."""
        mark = ("skyvern_dagster.process.attended", SERVICES[name])
        return [each for each in below(self.pid) if all(word in command(each) for word in mark)]

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """What the API answers; ``None`` while it is away."""
        headers = {"x-api-key": self.key, **options.pop("headers", {})}
        try:
            answer = httpx2.request(
                method, f"{self.api}{path}", headers=headers, timeout=30, **options
            )
        except httpx2.HTTPError:
            return None
        return answer.json() if answer.is_success else None

    def run_command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs the command-line tool in the deployment's environment."""
        return subprocess.run(
            [sys.executable, "-m", "skyvern_dagster.cli.app", *arguments],
            env=dict(self.environment),
            capture_output=True,
            text=True,
            check=False,
        )

    def _keep_up(self) -> None:
        while not self._stopping.wait(0.2):
            if self._process is not None and self._process.poll() is not None:
                ports = ["--port", self.api.rpartition(":")[2], "--dagster-port", "0"]
                try:
                    self._up(*ports)
                except AssertionError:  # the disk may be full for a while
                    self._stopping.wait(2)

    def _up(self, *ports: str) -> None:
        self.starts += 1
        command_ = [sys.executable, "-m", "skyvern_dagster.cli.app", "serve", "--json", *ports]
        with (self.home.parent / "serve.log").open("a") as log:
            self._process = subprocess.Popen(
                attended([*command_, "--workflows", str(WORKFLOWS)]),
                env=dict(self.environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"serve did not come up; see {self.home.parent / 'serve.log'}"
        ready = json.loads(line)
        self.api, self.dagster = ready["api"], ready["dagster"]


def below(pid: int) -> list[int]:
    """All living processes that a process, or one that it has started, has started."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text(errors="replace").rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if state != "Z":
            parents[int(stat.parent.name)] = int(parent)
    found, todo = [], [pid]
    while todo:
        children = [each for each, parent in parents.items() if parent in todo]
        found += children
        todo = children
    return found


def command(pid: int) -> str:
    """What a process was started with."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")
    except OSError:
        return ""


def kill(pids: list[int], number: signal.Signals = signal.SIGKILL) -> bool:
    """Sends processes a signal; gives whether one was still there."""
    struck = False
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
        struck = True
    return struck


def wait_for(condition: Any, seconds: float, every: float = 0.3) -> bool:
    """Waits for something; gives whether it came."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(every)
    return False
