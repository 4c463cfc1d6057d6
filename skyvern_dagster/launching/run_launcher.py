"""A run launcher for one machine: each run in a process that is forked from a preloaded one.

In ``dagster.yaml`` (the home folder that skyvern-dagster makes has it)::

    run_launcher:
      module: skyvern_dagster.launching.run_launcher
      class: ForkServerRunLauncher

Runs keep their origin, so that the UI re-executes them and sensors see them as with Dagster's own
launcher. A run of a code location with another Python is left to that one.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from skyvern_dagster.compiler.dagster_internals import (
    CheckRunHealthResult,
    ConfigurableClass,
    LaunchRunContext,
    RunLauncher,
    WorkerStatus,
    add_run_tags,
    launch_arguments,
    report_canceling,
    report_note,
)
from skyvern_dagster.errors import RunError
from skyvern_dagster.execution import tags
from skyvern_dagster.launching.canceled_run import end_if_canceled
from skyvern_dagster.process.claims import RunClaims
from skyvern_dagster.process.identity import living_process, process_is_gone
from skyvern_dagster.process.interrupt import interrupt
from skyvern_dagster.process.socket_place import (
    START_SECONDS,
    connected,
    connected_or_started,
    socket_place,
)

_POLL_SECONDS = 0.05
"""Arbitrary: a look at a run takes milliseconds."""

_TAG_SECONDS = 5.0
"""Arbitrary: the tag comes within milliseconds of the fork; whoever cancels waits no longer for
it."""

_TRIES = 3
"""Arbitrary: one that ends with its parent is met once, the next has been started by us."""

GRPC_INFO_TAG = ".dagster/grpc_info"
"""On runs that Dagster's own launcher has started."""


class ForkServerRunLauncher(RunLauncher, ConfigurableClass):
    """Forks a process per run from the fork server, which it starts when there is none."""

    def __init__(self, inst_data: Any = None) -> None:
        self._inst_data = inst_data
        self._default: dg.DefaultRunLauncher | None = None
        super().__init__()  # type: ignore[no-untyped-call]

    @property
    def inst_data(self) -> Any:
        """How Dagster made it."""
        return self._inst_data

    @classmethod
    def config_type(cls) -> Mapping[str, Any]:
        """Nothing can be set."""
        return {}

    @classmethod
    def from_config_value(
        cls, inst_data: Any, config_value: Mapping[str, Any]
    ) -> ForkServerRunLauncher:
        """See Dagster's ``ConfigurableClass``."""
        del config_value
        return cls(inst_data)

    def launch_run(self, context: LaunchRunContext) -> None:
        """Starts the run's process, unless the run was canceled as it was taken from the queue.

        Raises:
            RunError: The fork server can't be started.
        """
        run = context.dagster_run
        if end_if_canceled(self._instance, run):
            return
        origin = context.job_code_origin
        if origin is None or not _is_ours(origin.executable_path):
            self._dagsters_own().launch_run(context)
            return
        home = _home(self._instance)
        request = {
            "run_id": run.run_id,
            "run": launch_arguments(self._instance, run),
            "log": str(home / "logs" / "runs.log"),
            "browser": run.tags.get(tags.BROWSER, ""),
        }
        Path(request["log"]).parent.mkdir(parents=True, exist_ok=True)
        process = ForkServer(home).fork(request)
        if not process:  # between a claim and its fork somebody was killed: it can't be told which
            raise RunError(f"run {run.run_id} was being forked by a process that is gone")
        add_run_tags(self._instance, run.run_id, {tags.PROCESS: process})
        pid = process.split(":")[1]
        report_note(self._instance, run, f"Forked process for run (pid: {pid}).", {"pid": pid})

    def terminate(self, run_id: str) -> bool:
        """Asks the run's process to end; it closes the browser and reports the cancellation."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return False
        run = self._with_process(run)
        if tags.PROCESS not in run.tags:
            return bool(self._dagsters_own().terminate(run_id))  # type: ignore[no-untyped-call]
        pid = living_process(run.tags.get(tags.PROCESS, ""))
        if pid is None:
            return False
        report_canceling(self._instance, run)
        interrupt(pid)
        return True

    def _with_process(self, run: dg.DagsterRun) -> dg.DagsterRun:
        """The run with its process, which is tagged a moment after it has been forked."""
        deadline = time.monotonic() + _TAG_SECONDS
        while not {tags.PROCESS, GRPC_INFO_TAG} & run.tags.keys() and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
            run = self._instance.get_run_by_id(run.run_id) or run
        return run

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Dagster's run monitoring asks for it: a run whose process is gone fails."""
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Whether the run's process is still there."""
        process = run.tags.get(tags.PROCESS) or self._claims.process(run.run_id) or ""
        match process_is_gone(process):
            case True:
                return CheckRunHealthResult(WorkerStatus.FAILED, "the run's process is gone")
            case False:
                return CheckRunHealthResult(WorkerStatus.RUNNING)
            case None:
                # Dagster would call it failed if we said UNKNOWN, and it may well go on.
                return CheckRunHealthResult(WorkerStatus.RUNNING, "not a process of this machine")

    @property
    def _claims(self) -> RunClaims:
        return RunClaims.of(_home(self._instance))

    def _dagsters_own(self) -> dg.DefaultRunLauncher:
        if self._default is None:
            self._default = dg.DefaultRunLauncher()
            self._default.register_instance(self._instance)
        return self._default


class ForkServer:
    """The process that forks, reached through a socket that only its owner can open.

    Args:
        home: The home folder of the deployment.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._place = socket_place(home, "fork_server")

    def fork(self, request: Mapping[str, str]) -> str:
        """The process that carries out the request, as a run's tag has it.

        A run is forked once: asking again gives the process that it has, or had.

        Raises:
            RunError: The fork server can't be started, or doesn't answer.
        """
        for _ in range(_TRIES):
            answer = self._ask(request)
            if answer:
                return str(json.loads(answer)["process"])
        raise RunError(f"the fork server at {self._place} ended {_TRIES} times before it answered")

    def _ask(self, request: Mapping[str, str]) -> bytes:
        """Its answer; none where it was killed, or ended with its parent, in the middle."""
        with self._connected() as connection:
            try:
                connection.sendall(json.dumps(dict(request)).encode() + b"\n")
                return connection.makefile("rb").readline()
            except (BrokenPipeError, ConnectionResetError):
                return b""

    def _connected(self) -> socket.socket:
        command = [sys.executable, "-m", "skyvern_dagster.launching.fork_server"]
        command += [str(self._place), str(self._home), str(os.getpid())]
        log = self._home / "logs" / "fork_server.log"
        connection = connected(self._place) or connected_or_started(self._place, command, log)
        if connection is None:
            raise RunError(f"the process that forks runs did not come up; see {log}")
        connection.settimeout(START_SECONDS)
        return connection


def _is_ours(executable: str) -> bool:
    return os.path.realpath(executable) == os.path.realpath(sys.executable)


def _home(instance: dg.DagsterInstance) -> Path:
    return Path(instance.root_directory)
