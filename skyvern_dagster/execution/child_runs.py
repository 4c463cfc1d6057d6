"""Runs that a run starts: each in a process of its own, as a Dagster run of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from skyvern_dagster.artifacts.run_keys import RunKeys
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.blocks.child_runs import ChildRequest, ChildRun
from skyvern_dagster.errors import BlockError, SkyvernDagsterError
from skyvern_dagster.execution import tags
from skyvern_dagster.execution.parameter_secrets import checked_without_secrets
from skyvern_dagster.execution.records import RunRecords
from skyvern_dagster.execution.run_info import begin_run, read_run
from skyvern_dagster.organizations.run_secrets import RunSecrets
from skyvern_dagster.process.run_process import LaunchRequest, RunProcess, launch
from skyvern_dagster.stores.workflows import WorkflowStore
from skyvern_dagster.workflow.definition import walk
from skyvern_dagster.workflow.loader import Workflow, load_workflow

_POLL_SECONDS = 0.2
"""Arbitrary: a run takes seconds at least."""


@dataclass(frozen=True)
class ProcessChildRuns:
    """Starts runs as processes of this machine, whatever launches the runs that start them.

    They take no place in Dagster's queue: a run that holds the last one would wait for ever for a
    run that it has put there.

    Attributes:
        store: Of the runs.
        secrets: Keeps what is secret among the parameters.
    """

    store: ArtifactStore
    secrets: Callable[[], RunSecrets]

    def run(self, request: ChildRequest, log: Callable[[str], None], *, wait: bool) -> ChildRun:
        """See :class:`~skyvern_dagster.blocks.child_runs.ChildRuns`."""
        before = self._before(request)
        if before is not None and before.status in ("completed", "paused"):
            return before
        workflow = self._workflow(request)
        if workflow.workflow_permanent_id in request.triggered_by:
            way = " -> ".join((*request.triggered_by, workflow.workflow_permanent_id))
            raise BlockError(f"the workflow would start itself: {way}")
        process, run_id = self._launch(request, workflow, detached=not wait)
        log(f"started run {run_id} of workflow {workflow.name}")
        started = ChildRun(
            workflow_run_id=run_id, workflow_permanent_id=workflow.workflow_permanent_id
        )
        self.store.write_json(
            RunKeys(request.parent[0]).child(request.parent[1]), started.model_dump(mode="json")
        )
        return self._ended(process, started) if wait else started

    def _before(self, request: ChildRequest) -> ChildRun | None:
        key = RunKeys(request.parent[0]).child(request.parent[1])
        if not self.store.exists(key):
            return None
        return self._with_ending(ChildRun.model_validate(self.store.read_json(key)))

    def _workflow(self, request: ChildRequest) -> Workflow:
        path = Path(request.workflow)
        try:
            if path.suffix in (".yaml", ".yml") and request.trust == "operator":
                return load_workflow(path)
            stored = WorkflowStore(self.store).get(request.organization_id, request.workflow, None)
            return stored.load()
        except SkyvernDagsterError as error:
            raise BlockError(f"workflow_permanent_id {request.workflow!r}: {error}") from error

    def _launch(
        self, request: ChildRequest, workflow: Workflow, *, detached: bool
    ) -> tuple[RunProcess, str]:
        try:
            parameters, secrets = checked_without_secrets(
                workflow.definition, dict(request.parameters), {}
            )
            info = begin_run(self.store, workflow, parameters)
            if secrets:
                self.secrets().keep(request.organization_id, info.workflow_run_id, secrets)
            if request.state is not None:
                start = RunKeys(info.workflow_run_id).starting_state
                self.store.write(start, self.store.read(request.state))
            launched = LaunchRequest(
                text=workflow.text,
                source=workflow.name,
                name=workflow.name,
                workflow_run_id=info.workflow_run_id,
                parameters=parameters,
                from_rest=workflow.from_rest,
                stored_id=workflow.stored_id,
                tags=_tags(request, workflow),
                needs_browser=workflow.uses_browser,
                detached=detached,
            )
            return launch(launched), info.workflow_run_id
        except SkyvernDagsterError as error:
            raise BlockError(f"workflow {workflow.name!r} can't be started: {error}") from error

    def _ended(self, process: RunProcess, run: ChildRun) -> ChildRun:
        try:
            while process.poll() is None:
                time.sleep(_POLL_SECONDS)
        except BaseException:
            process.interrupt()  # this run is being canceled: so is what it has started
            raise
        ended = self._with_ending(run)
        if ended.status is None:
            words = process.last_words()
            return ended.model_copy(
                update={"status": "failed", "failure_reason": f"its process ended: {words}"}
            )
        return ended

    def _with_ending(self, run: ChildRun) -> ChildRun:
        keys = RunKeys(run.workflow_run_id)
        if not self.store.exists(keys.ending):
            return run
        ending = self.store.read_json(keys.ending)
        workflow, _ = read_run(self.store, run.workflow_run_id)
        records = RunRecords(self.store, run.workflow_run_id).all(workflow)
        last = {record.label: record.outcome.output for record in records}
        labels = [block.label for block in walk(workflow.definition.blocks)]
        return run.model_copy(
            update={
                "status": ending["status"],
                "failure_reason": ending["reason"],
                "outputs": {f"{label}_output": last[label] for label in labels if label in last},
            }
        )


def _tags(request: ChildRequest, workflow: Workflow) -> dict[str, str]:
    """Whose run it is, and what has led to it."""
    asked = {} if request.trust == "operator" else {tags.ORIGIN: "rest"}
    return {
        **asked,
        tags.ORGANIZATION_ID: request.organization_id,
        tags.WORKFLOW_PERMANENT_ID: workflow.workflow_permanent_id,
        tags.PARENT: request.parent[0],
        tags.TRIGGERED_BY: " ".join(request.triggered_by),
    }
