"""Starting and stopping everything that a single machine needs."""

from __future__ import annotations

import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import yaml

from skyvern_dagster.artifacts.default_store import default_store
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.deployment.home_lock import HomeLock, locked_home
from skyvern_dagster.deployment.service import Service, free_port
from skyvern_dagster.deployment.supervisor import Supervisor
from skyvern_dagster.deployment.webserver import TOKEN, token_for
from skyvern_dagster.errors import DeploymentError, RunError
from skyvern_dagster.launching.run_launcher import ForkServerRunLauncher
from skyvern_dagster.runs.dagster_client import DagsterClient, bearer
from skyvern_dagster.runs.instance_home import prepare_home
from skyvern_dagster.runs.unlaunched import enqueue_unlaunched
from skyvern_dagster.stores.workflows import WorkflowStore

LOCATION = "skyvern"
DAEMON = "daemon"
_START_SECONDS = 120.0
"""Arbitrary: webserver, daemon and code location import Dagster at one time, which takes a busy
machine tens of seconds. A process that ends before isn't waited for."""

_POLL_SECONDS = 0.2
"""Arbitrary: not felt by whoever waits, and few requests to a server that is starting."""


@dataclass(frozen=True)
class ServeOptions:
    """Where to listen, and what to serve.

    Attributes:
        port: Of the shim; 0 for any that is free.
        dagster_port: Of Dagster's UI; 0 for any that is free.
        dagster_host: Where Dagster's UI listens; elsewhere than on loopback it wants a token.
        workflows: Folder of definitions that are imported into the workflow store.
        public_url: Where clients reach the shim, for links; made from host and port when empty.
        daemon: Whether Dagster's daemon is started, too; without one, runs wait in the queue.
    """

    host: str = "127.0.0.1"
    # uvicorn's own default, and that of Dagster's webserver.
    port: int = 8000
    dagster_port: int = 3000
    workflows: Path | None = None
    public_url: str = ""
    daemon: bool = True
    dagster_host: str = "127.0.0.1"


@dataclass
class Deployment:
    """What is up.

    Attributes:
        url: Of the shim.
        public_url: The same as people reach it.
        dagster_url: Of Dagster's UI.
        code_port: Of Dagster's code server.
        lock: Of the home folder; all processes hold it.
        dagster_token: What clients of Dagster's webserver must know; empty where nothing.
    """

    url: str
    public_url: str
    dagster_url: str
    home: Path
    code_port: int
    lock: HomeLock
    dagster_token: str = field(default="", repr=False)
    services: list[Service] = field(default_factory=list)

    @property
    def ports(self) -> tuple[int, ...]:
        """What the deployment listens on: no page that a task opens may reach it."""
        urls = (self.url, self.dagster_url)
        return (*(int(each.rpartition(":")[2]) for each in urls), self.code_port)

    def ended(self) -> Service | None:
        """A process that has ended by itself; none of them should."""
        return next((each for each in self.services if each.has_ended), None)

    def supervisor(self, note: Callable[[str], None]) -> Supervisor:
        """What starts its processes again when they end.

        Args:
            note: Told what has happened.
        """

        def before(name: str) -> None:
            if name == DAEMON:
                enqueue_lost_launches()

        return Supervisor(self.services, note, before)


@contextmanager
def deployment(
    options: ServeOptions, note: Callable[[str], None] = lambda _: None
) -> Iterator[Deployment]:
    """Everything, while the context is open; runs that go on when it closes go on by themselves.

    Its processes end when the process that opened it ends, also by SIGKILL.

    Args:
        note: Told what is being waited for.

    Raises:
        RunError: A port is taken, another deployment uses the home folder, or something doesn't
            come up; the message names its log.
        DefinitionError: A definition of the folder has errors.
    """
    home = prepare_home()
    with locked_home(home, "serve") as lock:
        if options.workflows is not None:
            import_workflows(default_store(), options.workflows)
        enqueue_lost_launches()
        up = _planned(options, home, lock)
        lock.tell(command="serve", api=up.url, dagster=up.dagster_url)
        try:
            for start in (_start_code_server, _start_dagster, _start_shim):
                start(up, options, note)
            yield up
        finally:
            for service in reversed(up.services):
                service.stop()


def _planned(options: ServeOptions, home: Path, lock: HomeLock) -> Deployment:
    dagster_port = free_port(options.dagster_host, options.dagster_port)
    url = f"http://{_reachable(options.host)}:{free_port(options.host, options.port)}"
    return Deployment(
        url=url,
        public_url=options.public_url or url,
        dagster_url=f"http://{_reachable(options.dagster_host)}:{dagster_port}",
        home=home,
        code_port=free_port("127.0.0.1", 0),
        lock=lock,
        dagster_token=token_for(options.dagster_host, home, os.environ),
    )


def enqueue_lost_launches() -> None:
    """Runs that a daemon was about to launch when it was killed are launched by the next one."""
    with dg.DagsterInstance.get() as instance:
        if isinstance(instance.run_launcher, ForkServerRunLauncher):
            enqueue_unlaunched(instance)


def import_workflows(store: ArtifactStore, folder: Path) -> int:
    """Brings the workflow store up to the definitions of a folder.

    Returns:
        How many there are.

    Raises:
        RunError: There is no such folder.
        DefinitionError: One of them has errors; the message lists those of all files.
    """
    if not folder.is_dir():
        raise RunError(f"{folder} is no folder: --workflows takes a folder of YAML definitions")
    return len(WorkflowStore(store).import_folder(folder))


def _start_code_server(up: Deployment, options: ServeOptions, note: Callable[[str], None]) -> None:
    del options
    note("Dagster's code server")
    port = up.code_port
    workspace = {
        "load_from": [
            {"grpc_server": {"host": "127.0.0.1", "port": port, "location_name": LOCATION}}
        ]
    }
    _workspace(up).parent.mkdir(parents=True, exist_ok=True)
    _workspace(up).write_text(yaml.safe_dump(workspace), encoding="utf-8")
    command = [
        "code-server",
        "start",
        "-m",
        "skyvern_dagster.deployment.code_location",
        "-a",
        "defs",
    ]
    _start(up, "code-server", [*_DAGSTER, *command, "-h", "127.0.0.1", "-p", str(port)])


def _start_dagster(up: Deployment, options: ServeOptions, note: Callable[[str], None]) -> None:
    note("Dagster's daemon and UI")
    workspace = str(_workspace(up))
    port = up.dagster_url.rpartition(":")[2]
    if options.daemon:
        _start(up, DAEMON, [sys.executable, "-m", "dagster._daemon", "run", "-w", workspace])
    webserver = [sys.executable, "-m", "skyvern_dagster.deployment.webserver"]
    webserver += [options.dagster_host, port, workspace]
    _start(up, "webserver", webserver, {TOKEN: up.dagster_token})
    _wait(up, f"{up.dagster_url}/server_info")


def _start_shim(up: Deployment, options: ServeOptions, note: Callable[[str], None]) -> None:
    note("the REST API")
    command = [sys.executable, "-m", "skyvern_dagster_api"]
    command += ["--host", options.host, "--port", up.url.rpartition(":")[2]]
    environment = {
        "SKYVERN_API_DAGSTER_URL": up.dagster_url,
        "SKYVERN_API_CODE_LOCATION": LOCATION,
        "SKYVERN_API_DAGSTER_TOKEN": up.dagster_token,
    }
    _start(up, "api", command, environment)
    _wait(up, f"{up.url}/api/v1/heartbeat")
    _wait_for_jobs(up)


_DAGSTER = [sys.executable, "-m", "dagster"]


def _workspace(up: Deployment) -> Path:
    return up.home / "serve" / "workspace.yaml"


def _start(
    up: Deployment, name: str, command: list[str], extra: dict[str, str] | None = None
) -> None:
    environment = {
        **service_environment(up.home, os.environ),
        "SKYVERN_API_PUBLIC_URL": up.public_url,  # runs put links into Dagster's UI, too
        "SKYVERN_BROWSER_CLOSED_PORTS": ",".join(str(each) for each in up.ports),
        **(extra or {}),
    }
    up.services.append(
        Service.start(name, command, environment, up.home / "logs", kept_open=(up.lock.descriptor,))
    )


def service_environment(home: Path, given: Mapping[str, str]) -> dict[str, str]:
    """The environment of every service.

    Pages of runs are held to what holds for the addresses that tasks begin at, unless told
    otherwise.
    """
    private = given.get("SKYVERN_BROWSER_ALLOW_PRIVATE")
    return {
        **{name: value for name, value in given.items() if name != TOKEN},
        "DAGSTER_HOME": str(home),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "SKYVERN_BROWSER_ALLOW_PRIVATE": private
        or given.get("SKYVERN_API_ALLOW_PRIVATE_URLS")
        or "false",
    }


def _wait(up: Deployment, url: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        ended = up.ended()
        if ended is not None:
            raise RunError(
                f"{ended.name} ended with status {ended.process.returncode}; it said (all of it "
                f"in {ended.log}):\n{ended.last_words()}"
            )
        try:
            asked = urllib.request.Request(url, headers=bearer(up.dagster_token))  # noqa: S310 - ours
            with urllib.request.urlopen(asked, timeout=2):  # noqa: S310 - ours
                return
        except (urllib.error.URLError, OSError):
            time.sleep(_POLL_SECONDS)
    raise RunError(f"{url} did not answer within {_START_SECONDS:.0f} s; see {up.home / 'logs'}")


def _wait_for_jobs(up: Deployment) -> None:
    """A location that is still loading has no jobs to launch."""
    dagster = DagsterClient(up.dagster_url, location=LOCATION, headers=bearer(up.dagster_token))
    deadline = time.monotonic() + _START_SECONDS
    try:
        while True:
            try:
                dagster.repository()
                return
            except DeploymentError:
                if time.monotonic() > deadline or up.ended() is not None:
                    raise
                time.sleep(_POLL_SECONDS)
    finally:
        dagster.close()


def _reachable(host: str) -> str:
    """A host to put into links, where the shim listens everywhere."""
    return "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - only compared
