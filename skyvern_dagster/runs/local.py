"""Runs on this machine: started as a process, followed through the instance, resumed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg

from skyvern_dagster.artifacts.default_store import default_store
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.blocks.mail_message import unique_names
from skyvern_dagster.compiler.dagster_internals import (
    add_run_tags,
    newest_run_with_tag,
    report_canceling,
)
from skyvern_dagster.errors import RunError
from skyvern_dagster.execution import tags
from skyvern_dagster.execution.ending import incomplete_reason, unfinished_items
from skyvern_dagster.execution.parameter_secrets import checked_without_secrets
from skyvern_dagster.execution.records import BlockRecord, RunRecords
from skyvern_dagster.execution.run_info import begin_run, has_begun, read_run
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID
from skyvern_dagster.organizations.run_secrets import RunSecrets
from skyvern_dagster.organizations.server_secret import server_secret
from skyvern_dagster.process.run_process import (
    LaunchRequest,
    PreparedProcess,
    RunProcess,
    launch,
)
from skyvern_dagster.runs.answer import build_answer, downloads
from skyvern_dagster.runs.continuing import answer_run
from skyvern_dagster.runs.events import ProgressEvent, RunEvents
from skyvern_dagster.runs.finishing import finish
from skyvern_dagster.runs.instance_home import prepare_home
from skyvern_dagster.runs.reconcile import is_of_this_machine, process_is_alive, report_lost, settle
from skyvern_dagster.runs.retrying import cancel_retry
from skyvern_dagster.runs.run_answer import WorkflowRunAnswer
from skyvern_dagster.runs.stopping import StopSignals, stop_signals
from skyvern_dagster.workflow.loader import Workflow

_POLL_SECONDS = 0.15
"""Arbitrary: Ctrl-C is answered promptly; the process's end is noticed at once."""

_LOOK_SECONDS = 0.5
"""Between two looks at the run's events: each takes some ten milliseconds of a processor that the
run has use for, and progress that is half a second old still looks prompt to a person."""

_PATIENCE_SECONDS = 20.0
"""As long as a process is asked again to end (``process/interrupt``: five times four seconds)."""


@dataclass
class LocalRun:
    """A run in a process of its own, launched by this one.

    Attributes:
        replaced: The Dagster run that this one re-executes.
        asked_to_stop: Whether the process has been told to stop.
    """

    workflow_run_id: str
    process: RunProcess
    replaced: str | None = None
    asked_to_stop: bool = False

    @classmethod
    def start(
        cls,
        workflow: Workflow,
        source: str,
        given: Mapping[str, Any],
        prepared: PreparedProcess | None = None,
    ) -> LocalRun:
        """Starts a run.

        Args:
            workflow: What to run.
            source: What messages call it.
            given: Its parameters.
            prepared: A process that was started for it before.

        Raises:
            ParameterError: The parameters don't fit the definition.
            RunError: The process can't be started.
        """
        parameters, secrets = checked_without_secrets(workflow.definition, given, {})
        prepare_home()
        info = begin_run(default_store(), workflow, parameters)
        if secrets:
            kept = RunSecrets(default_store(), server_secret())
            kept.keep(DEFAULT_ORGANIZATION_ID, info.workflow_run_id, secrets)
        request = LaunchRequest(
            text=workflow.text,
            source=source,
            name=workflow.name,
            workflow_run_id=info.workflow_run_id,
            parameters=parameters,
            from_rest=workflow.from_rest,
            needs_browser=workflow.uses_browser,
        )
        return cls(request.workflow_run_id, launch(request, prepared))

    @classmethod
    def resume(
        cls, run_id: str, prepared: PreparedProcess | None = None, *, is_retry: bool = False
    ) -> LocalRun:
        """Goes on with a run: from its failure, or with the items that a completed one lacks.

        Args:
            run_id: A workflow run id or a Dagster run id.
            prepared: A process that was started for it before.
            is_retry: Whether the definition, and no person, asks for it.

        Raises:
            RunError: There is no such run, it is still going on, or it lacks nothing that trying
                again could bring.
        """
        prepare_home()
        store = default_store()
        with dg.DagsterInstance.get() as instance:
            run = None if _has_no_run(instance, store, run_id) else find_run(instance, run_id)
            whole = run is None or _repeats_whole(instance, store, run)
            if run is not None and run.tags.get(tags.RETRY) == "pending":
                add_run_tags(instance, run.run_id, {tags.RETRY: "retried"})
        workflow_run_id = run_id if run is None else run.tags[tags.WORKFLOW_RUN_ID]
        workflow, info = read_run(store, workflow_run_id)
        request = LaunchRequest(
            text=workflow.text,
            source=run_id,
            name=workflow.name,
            workflow_run_id=workflow_run_id,
            parameters=info.parameters,
            from_rest=workflow.from_rest,
            resume=None if run is None else run.run_id,
            whole=whole,
            needs_browser=workflow.uses_browser,
            tags={tags.RETRY_OF: run.run_id} if is_retry and run is not None else {},
        )
        return cls(workflow_run_id, launch(request, prepared), replaced=request.resume)

    @classmethod
    def answer(
        cls, run_id: str, *, approved: bool, prepared: PreparedProcess | None = None
    ) -> LocalRun:
        """Answers a run that waits for a person, and goes on with it.

        Raises:
            RunError: There is no such run, or it waits for nobody.
        """
        prepare_home()
        with dg.DagsterInstance.get() as instance:
            run = find_run(instance, run_id)
            answer_run(default_store(), run, approved=approved, by="on the command line")
        return cls.resume(run_id, prepared)

    def wait(
        self, show: Callable[[ProgressEvent], None], signals: StopSignals | None = None
    ) -> WorkflowRunAnswer:
        """Follows the run to its end; Ctrl-C cancels it, a second one ends it at once.

        Args:
            show: Is told what happens.
            signals: Where the caller counts them already, so that none gets lost before.

        Raises:
            KeyboardInterrupt: It was canceled before there was a run.
            RunError: The process ended before there was a run.
        """
        counted = stop_signals() if signals is None else nullcontext(signals)
        with counted as signals, dg.DagsterInstance.get() as instance:
            run_id = self._run_id(instance, signals)
            self._follow(instance, run_id, show, signals)
            self.process.close()
            run = instance.get_run_by_id(run_id)
            if run is None:
                raise RunError(f"Dagster run {run_id} has vanished from the instance")
            if not run.is_finished:
                run = report_lost(instance, run)
            settle(instance, run_id)
            finish(instance, default_store(), instance.get_run_by_id(run_id) or run)
            return build_answer(instance, default_store(), instance.get_run_by_id(run_id) or run)

    def _run_id(self, instance: dg.DagsterInstance, signals: StopSignals) -> str:
        while True:
            ended = self.process.poll() is not None
            run = newest_run_with_tag(instance, tags.WORKFLOW_RUN_ID, self.workflow_run_id)
            if run is not None and run.run_id != self.replaced:
                return run.run_id
            if ended and signals.count:
                raise KeyboardInterrupt
            if ended:
                raise RunError(
                    f"the run's process ended before there was a run; it said:\n"
                    f"{self.process.last_words()}"
                )
            if signals.count:
                self._stop(signals)
            time.sleep(_POLL_SECONDS)

    def _follow(
        self,
        instance: dg.DagsterInstance,
        run_id: str,
        show: Callable[[ProgressEvent], None],
        signals: StopSignals,
    ) -> None:
        events = RunEvents(instance, run_id)
        told, looked = False, 0.0
        while True:
            ended = self.process.poll() is not None
            if ended or time.monotonic() - looked >= _LOOK_SECONDS:
                looked = time.monotonic()
                for event in events.new():
                    show(event)
            if ended:
                return
            if signals.count and not told:
                told = True
                run = instance.get_run_by_id(run_id)
                if run is not None and not run.is_finished:
                    report_canceling(instance, run)
            if signals.count:
                self._stop(signals)
            self.process.wait(_POLL_SECONDS)

    def _stop(self, signals: StopSignals) -> None:
        """Asks the process to stop; where that is of no use, or not quick enough, it is killed."""
        if signals.is_urgent(_PATIENCE_SECONDS):
            self.process.kill()
        elif not self.asked_to_stop:
            self.asked_to_stop = True
            self.process.interrupt()


def find_run(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRun:
    """The newest Dagster run of a workflow run id, or the run with a Dagster run id.

    Raises:
        RunError: There is none.
    """
    run = newest_run_with_tag(instance, tags.WORKFLOW_RUN_ID, run_id)
    run = run or instance.get_run_by_id(run_id)
    if run is None:
        raise RunError(
            f"there is no run {run_id!r} in the instance under {instance.root_directory}"
        )
    if tags.WORKFLOW_RUN_ID not in run.tags:
        raise RunError(f"run {run_id!r} has not got as far as its first op: start it anew")
    return run


def skyvern_run_id(run_id: str) -> str:
    """The workflow run id of a Dagster run.

    Raises:
        RunError: There is no such run.
    """
    prepare_home()
    with dg.DagsterInstance.get() as instance:
        return find_run(instance, run_id).tags[tags.WORKFLOW_RUN_ID]


def give_up_retry(workflow_run_id: str) -> None:
    """Gives up the attempt that a run's definition asks for."""
    with dg.DagsterInstance.get() as instance:
        cancel_retry(instance, default_store(), find_run(instance, workflow_run_id))


def copy_downloads(workflow_run_id: str, folder: Path) -> list[Path]:
    """Copies a run's downloaded files into a folder, without overwriting one by another.

    Raises:
        RunError: The folder can't be written.
    """
    store = default_store()
    files = downloads(run_records(workflow_run_id))
    copied = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, name in zip(files, unique_names([each.filename for each in files]), strict=True):
            (folder / name).write_bytes(store.read(file.key))
            copied.append(folder / name)
    except OSError as error:
        raise RunError(f"can't copy the downloads to {folder}: {error}") from error
    return copied


def run_records(workflow_run_id: str) -> list[BlockRecord]:
    """All block records of a run of this machine."""
    store = default_store()
    workflow, _ = read_run(store, workflow_run_id)
    return RunRecords(store, workflow_run_id).all(workflow)


def _has_no_run(instance: dg.DagsterInstance, store: ArtifactStore, run_id: str) -> bool:
    """Whether its process was killed before Dagster had a run: only what was asked is known."""
    known = newest_run_with_tag(instance, tags.WORKFLOW_RUN_ID, run_id) is not None
    return not known and has_begun(store, run_id)


def _repeats_whole(instance: dg.DagsterInstance, store: ArtifactStore, run: dg.DagsterRun) -> bool:
    """Whether all steps are executed again, of which the finished blocks repeat nothing.

    Dagster goes on from a failure; where none has succeeded, or all have, there is none to go on
    from.

    Raises:
        RunError: The run goes on, or it lacks nothing that trying again could bring.
    """
    if run.status == dg.DagsterRunStatus.SUCCESS:
        _check_lacks_something(store, run.tags[tags.WORKFLOW_RUN_ID])
        return True
    _end_if_lost(instance, run)
    succeeded = instance.get_records_for_run(
        run.run_id, of_type=dg.DagsterEventType.STEP_SUCCESS, limit=1
    )
    return not succeeded.records


def _check_lacks_something(store: ArtifactStore, run_id: str) -> None:
    workflow, _ = read_run(store, run_id)
    items = unfinished_items(workflow, RunRecords(store, run_id).all(workflow))
    if any(each.may_pass for each in items):
        return
    why = incomplete_reason(items)
    if why is None:
        raise RunError(f"run {run_id} has completed: nothing to resume")
    raise RunError(f"run {run_id} {why}. Trying again would give the same")


def _end_if_lost(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    if run.is_finished:
        return
    if is_of_this_machine(run) and process_is_alive(run):
        raise RunError(f"run {run.tags[tags.WORKFLOW_RUN_ID]} is still going on")
    report_lost(instance, run)
