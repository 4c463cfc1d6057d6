"""What the code location of ``serve`` makes of the workflow store, and a run's process of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from skyvern_dagster.compiler.interpreted import TASK_JOB, WORKFLOW_JOB
from skyvern_dagster.deployment.code_location import deployment_definitions
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID
from skyvern_dagster.process.run_job import carry_out_only, only_job
from skyvern_dagster.resources.artifact_store import ArtifactStoreResource
from skyvern_dagster.stores.workflows import WorkflowStore

LOOK = "title: {}\nworkflow_definition: {{blocks: [{{block_type: wait, label: a, wait_sec: 1}}]}}"


def jobs() -> set[str]:
    return {job.name for job in deployment_definitions().jobs or []}


def test_a_run_loads_its_own_job_only(home: Path, clean_environment: pytest.MonkeyPatch) -> None:
    workflows = WorkflowStore(ArtifactStoreResource().store())
    one, other = (
        workflows.create(DEFAULT_ORGANIZATION_ID, LOOK.format(title)) for title in ("One", "Other")
    )
    assert jobs() == {TASK_JOB, WORKFLOW_JOB, one.name, other.name}
    clean_environment.setenv("SKYVERN_RUN_JOB", "")  # for it to be as before, afterwards
    carry_out_only(one.name)
    assert only_job() == one.name
    assert jobs() == {TASK_JOB, WORKFLOW_JOB, one.name}
    carry_out_only(WORKFLOW_JOB)
    assert jobs() == {TASK_JOB, WORKFLOW_JOB}
