"""A distributed deployment, started by ``deploy/celery/local.sh``, and what can be done with it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from skyvern_dagster.demo.services import DemoServices
from skyvern_dagster.execution import tags
from skyvern_dagster.ids import new_id
from tests.office import INVOICES, ROOT, Office, wait_until

LOCAL = ROOT / "deploy" / "celery" / "local.sh"
OURS = ("SKYVERN_", "AWS_", "SMTP_", "DAGSTER_")
WORKERS = 2
_UP_SECONDS = 300
"""Arbitrary: a busy machine takes more than a minute for ten processes that import Dagster."""


@dataclass(frozen=True)
class Cluster:
    """What is up.

    Attributes:
        state: The folder of the script.
        environment: Of a process that belongs to it.
    """

    state: Path
    environment: Mapping[str, str]

    def launch(self, run_config: Mapping[str, Any], job: str = INVOICES.stem) -> str:
        """Puts a run into Dagster's queue; gives the Skyvern run id."""
        run_id = new_id("wr")
        command = [
            sys.executable, "-m", "dagster", "job", "launch",
            "-w", str(self.state / "home" / "workspace.yaml"), "-l", "portals", "-j", job,
            "--config-json", json.dumps(run_config),
            "--tags", json.dumps({tags.WORKFLOW_RUN_ID: run_id}),
        ]  # fmt: skip
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-3000:]
        return run_id

    def workers(self) -> dict[str, int]:
        """Name -> process, of the workers that are there."""
        found = {}
        for number in range(1, WORKERS + 1):
            pid = int((self.state / f"worker-{number}.pid").read_text())
            if Path(f"/proc/{pid}").exists():
                found[f"worker-{number}"] = pid
        return found

    def worker_of(self, run: dg.DagsterRun) -> str:
        """The worker in whose process a run goes on."""
        pid = int(run.tags[tags.PROCESS].split(":")[1])
        parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        (name,) = (name for name, worker in self.workers().items() if worker == parent)
        return name

    def kill(self, worker: str) -> None:
        """As if its machine were switched off: the worker with all of its processes."""
        os.killpg(self.workers()[worker], signal.SIGKILL)


def cluster_environment(demo: DemoServices) -> dict[str, str]:
    """Of a deployment that works on the demo's servers, and plans as tests do."""
    bucket = f"s3://{demo.bucket}"
    outside = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return {
        **outside,
        **demo.environment(),
        "SKYVERN_ARTIFACT_STORE": f"{bucket}/artifacts",
        "SKYVERN_IO_STORE": f"{bucket}/values",
        "SKYVERN_VIDEO": "0",
        "SKYVERN_PLANNER": "tests.planners.clerk:Clerk",
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHON": sys.executable,
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "api"))),
    }


@contextmanager
def cluster(state: Path, environment: Mapping[str, str]) -> Iterator[Cluster]:
    """Runs the script while the context is open."""
    ready, log = state / "env", state / "local.log"
    project = _project(state, environment)
    command: list[str | Path] = ["bash", LOCAL, "--state", state, "--project", project]
    command += ["--workers", str(WORKERS)]
    command += ["--no-web", "--env-file", ready]
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=state, env=dict(environment), stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + _UP_SECONDS
        while not ready.exists():
            assert process.poll() is None, log.read_text()[-3000:]
            assert time.monotonic() < deadline, log.read_text()[-3000:]
            time.sleep(0.1)
        lines = ready.read_text().splitlines()
        yield Cluster(state, dict(line.split("=", 1) for line in lines))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _project(state: Path, environment: Mapping[str, str]) -> Path:
    """A project as ``init`` writes it, with the headline workflow."""
    project = state / "portals"
    subprocess.run(
        [sys.executable, "-m", "skyvern_dagster.cli.app", "init", project, "--engine", "celery"],
        env=dict(environment), check=True, capture_output=True,
    )  # fmt: skip
    workflows = project / "src" / "portals" / "defs" / "portals" / "workflows"
    (workflows / INVOICES.name).write_text(INVOICES.read_text(encoding="utf-8"), encoding="utf-8")
    return project


def wait_for_end(instance: dg.DagsterInstance, workflow_run_id: str) -> dg.DagsterRun:
    """The newest attempt at a run, once it has ended."""
    found: list[dg.DagsterRun] = []

    def ended() -> bool:
        found[:] = instance.get_runs(
            filters=dg.RunsFilter(tags={tags.WORKFLOW_RUN_ID: workflow_run_id}), limit=1
        )
        return bool(found) and found[0].is_finished

    wait_until(ended, seconds=240, every=0.5)
    return found[0]


@contextmanager
def office_of(cluster: Cluster, demo: DemoServices) -> Iterator[Office]:
    """An office whose runs are those of the cluster; this process belongs to it meanwhile."""
    with pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith(OURS)]:
            environment.delenv(name)
        for name, value in cluster.environment.items():
            environment.setenv(name, value)
        with dg.DagsterInstance.get() as instance:
            yield Office(demo, cluster.state / "home", instance)
