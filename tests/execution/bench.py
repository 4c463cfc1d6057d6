"""Running cheap definitions, as a compiled job and without Dagster, and looking at both alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg

from skyvern_dagster.agent.task_runner import TaskRunner
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.blocks.context import Services
from skyvern_dagster.blocks.email_server import EmailServer
from skyvern_dagster.blocks.s3_bucket import S3Bucket
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.compiler.config import run_config
from skyvern_dagster.compiler.interpreted import WORKFLOW_JOB, build_interpreted_job
from skyvern_dagster.compiler.job import build_job
from skyvern_dagster.credentials.sources import EnvironmentSource
from skyvern_dagster.execution import tags
from skyvern_dagster.execution.ending import RunEnding
from skyvern_dagster.execution.host import NoHost
from skyvern_dagster.execution.records import BlockRecord, RunRecords
from skyvern_dagster.execution.run import WorkflowRun
from skyvern_dagster.execution.run_info import begin_run
from skyvern_dagster.execution.scope import Scope
from skyvern_dagster.ids import new_id
from skyvern_dagster.runs.outputs import collect_outputs
from skyvern_dagster.runs.status import run_status
from skyvern_dagster.workflow.loader import Workflow
from tests.e2e.jobs import reconstructable
from tests.office import QUIET
from tests.planners.clerk import Clerk


@dataclass
class Bench:
    """Runs definitions over one artifact store.

    Attributes:
        lines: What blocks have logged, without Dagster.
    """

    home: Path
    instance: dg.DagsterInstance
    lines: list[str] = field(default_factory=list)

    @property
    def store(self) -> ArtifactStore:
        return ArtifactStore(self.home / "artifacts")

    def services(self) -> Services:
        store = self.store
        return Services(
            artifacts=store,
            tasks=TaskRunner(BrowserRuntime(), store),
            planner=Clerk(),
            secrets=EnvironmentSource(),
            s3=S3Bucket(client=_no_client, bucket="unused"),
            email=EmailServer(),
        )

    def interpreted(
        self, workflow: Workflow, parameters: dict[str, Any], services: Services | None = None
    ) -> tuple[Scope, RunEnding, Ran]:
        """Runs the definition without Dagster."""
        host = NoHost(write=self.lines.append)
        run = WorkflowRun(workflow, services or self.services(), host)
        after, ending = run.carry_out(run.open(parameters))
        return after, ending, self.ran(workflow, after.workflow_run_id, ending.status)

    def compiled(self, workflow: Workflow, parameters: dict[str, Any]) -> Ran:
        """Runs the definition as a Dagster job."""
        run_id = new_id("wr")
        result = build_job(workflow).execute_in_process(
            run_config={**run_config(parameters), **QUIET},
            instance=self.instance,
            tags={tags.WORKFLOW_RUN_ID: run_id},
            raise_on_error=False,
        )
        run = self.instance.get_run_by_id(result.run_id)
        assert run is not None
        return self.ran(workflow, run_id, run_status(run))

    def in_threads(self, workflow: Workflow, parameters: dict[str, Any]) -> Ran:
        """Runs the job with its own executor, as a run's process does."""
        run_id = new_id("wr")
        result = dg.execute_job(
            reconstructable("in_threads", workflow.text, workflow.name),
            self.instance,
            run_config={**run_config(parameters), **QUIET},
            tags={tags.WORKFLOW_RUN_ID: run_id},
        )
        run = self.instance.get_run_by_id(result.run_id)
        assert run is not None
        return self.ran(workflow, run_id, run_status(run))

    def stored(self, workflow: Workflow, parameters: dict[str, Any]) -> Ran:
        """Runs the definition as REST runs one that no code location has compiled."""
        run_id = begin_run(self.store, workflow, parameters).workflow_run_id
        result = build_interpreted_job(WORKFLOW_JOB).execute_in_process(
            run_config=QUIET,
            instance=self.instance,
            tags={tags.WORKFLOW_RUN_ID: run_id},
            raise_on_error=False,
        )
        run = self.instance.get_run_by_id(result.run_id)
        assert run is not None
        return self.ran(workflow, run_id, run_status(run))

    def records(self, workflow: Workflow, run_id: str) -> list[BlockRecord]:
        return RunRecords(self.store, run_id).all(workflow)

    def ran(self, workflow: Workflow, run_id: str, status: str) -> Ran:
        """What is on record of a run."""
        records = self.records(workflow, run_id)
        loops = {"for_loop", "while_loop"}
        return Ran(
            run_id=run_id,
            status=status,
            outputs=normalized(collect_outputs(workflow, records, "")),
            leaves={
                record.block_key: (record.outcome.status, record.outcome.failure_reason)
                for record in records
                if record.block_type not in loops
            },
            files=[
                (file.filename, file.sha256, file.block, file.iteration)
                for record in records
                for file in record.outcome.files
            ],
        )


@dataclass(frozen=True)
class Ran:
    """What came of a run, without what differs from run to run.

    Attributes:
        leaves: Block key -> status and reason, of all blocks that ran but loops.
    """

    run_id: str = field(compare=False)
    status: str
    outputs: dict[str, Any]
    leaves: dict[str, tuple[str, str | None]]
    files: list[tuple[str, str, str, str]]


def normalized(value: Any) -> Any:
    """Without ids and times of the one run."""
    varying = {"task_id", "created_at", "modified_at"}
    match value:
        case dict():
            return {key: "*" if key in varying else normalized(item) for key, item in value.items()}
        case list():
            return [normalized(item) for item in value]
        case _:
            return value


def _no_client() -> Any:
    raise AssertionError("nothing is to be uploaded here")
