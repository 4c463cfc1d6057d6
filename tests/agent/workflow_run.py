"""A workflow that runs in a browser of the tests, without Dagster, S3 and mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skyvern_dagster.agent.choice import PlannerChoice
from skyvern_dagster.agent.task_runner import TaskRunner
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.blocks.context import AgentSettings, Services
from skyvern_dagster.blocks.email_server import EmailServer
from skyvern_dagster.blocks.s3_bucket import S3Bucket
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.credentials.sources import EnvironmentSource
from skyvern_dagster.execution.host import NoHost
from skyvern_dagster.execution.records import BlockRecord, RunRecords
from skyvern_dagster.execution.run import WorkflowRun
from skyvern_dagster.llm.settings import ModelSettings
from skyvern_dagster.workflow.loader import load_text
from tests.agent.errand import PASSWORD


@dataclass(frozen=True)
class Ran:
    """What a completed run has left.

    Attributes:
        tasks: Records of its task blocks, in order.
        lines: What it has logged.
    """

    store: ArtifactStore
    tasks: list[BlockRecord]
    lines: list[str]


def ran(
    folder: Path,
    runtime: BrowserRuntime,
    text: str,
    parameters: Mapping[str, Any],
    *,
    model: ModelSettings | None = None,
    agent: AgentSettings = AgentSettings(),  # noqa: B008 - frozen
) -> Ran:
    """Runs a definition; what it leaves lies in the folder, for the next run to find."""
    workflow = load_text(text, source="test", name="records")
    store = ArtifactStore(folder / "artifacts")
    services = Services(
        artifacts=store,
        tasks=TaskRunner(runtime, store),
        planner=PlannerChoice(model=model or ModelSettings(), store=store),
        secrets=EnvironmentSource(
            {
                "SKYVERN_CREDENTIAL_LOGIN_USERNAME": "bob",
                "SKYVERN_CREDENTIAL_LOGIN_PASSWORD": PASSWORD,
            }
        ),
        s3=S3Bucket(client=lambda: None, bucket="unused"),
        email=EmailServer(),
        agent=agent,
    )
    lines: list[str] = []
    run = WorkflowRun(workflow, services, NoHost(write=lines.append))
    scope = run.open(dict(parameters))
    _, ending = run.carry_out(scope)
    assert ending.status == "completed", "\n".join(lines)
    found = RunRecords(store, scope.workflow_run_id).all(workflow)
    return Ran(store, [record for record in found if record.block_type == "task"], lines)
