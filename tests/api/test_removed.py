"""What was removed is told from what never was there, and to nobody else."""

from __future__ import annotations

import dagster as dg
import httpx2
import pytest

from skyvern_dagster.artifacts.run_artifact import artifact_id
from skyvern_dagster.execution import tags
from skyvern_dagster.execution.run_info import begin_run
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID, new_id
from skyvern_dagster.runs.cleaning import Cleaner
from skyvern_dagster.runs.retention_policy import RetentionPolicy
from skyvern_dagster.runs.task_definition import task_workflow
from tests.api.served import Served, make_key, second_shim


@pytest.fixture(scope="module")
def removed(served: Served) -> tuple[str, str]:
    """Two runs: of one the recordings have gone, of the other everything."""
    ids = (new_id("tsk"), new_id("tsk"))
    with dg.DagsterInstance.get() as instance:
        for run_id, kind in zip(ids, ("recordings", "records"), strict=True):
            run_tags = {tags.WORKFLOW_RUN_ID: run_id, tags.KIND: "task",
                        tags.ORGANIZATION_ID: DEFAULT_ORGANIZATION_ID}  # fmt: skip
            status = dg.DagsterRunStatus.SUCCESS
            instance.add_run(dg.DagsterRun(job_name="j", tags=run_tags, status=status))
            workflow, values = task_workflow(
                {"url": "https://x.example", "navigation_goal": "Look"}
            )
            begin_run(served.store, workflow, values, run_id)
            served.store.write(video(run_id), b"x")
            policy = RetentionPolicy.model_validate({"keep": {kind: "forever"}, "at_most": None})
            cleaner = Cleaner(instance, served.store, policy)
            (run,) = [each for each in cleaner._ended() if each.run_id == run_id]
            if kind == "records":
                cleaner._remove_everything(run)
            else:
                cleaner._remove(run, ["recordings"])
    return ids


def video(run_id: str) -> str:
    return f"runs/{run_id}/tasks/task/{run_id}/recording.webm"


def test_what_was_removed_is_gone(served: Served, removed: tuple[str, str]) -> None:
    for run_id in removed:
        answer = served.client.get(f"/v1/artifacts/{artifact_id(video(run_id))}/content")
        assert answer.status_code == 410, answer.text
        assert "removed on 20" in answer.json()["detail"]
    for path in (f"/v1/runs/{removed[1]}", f"/api/v1/tasks/{removed[1]}"):
        assert served.client.get(path).status_code == 410, path
    other = artifact_id(video(removed[0]).replace("recording", "another"))
    assert served.client.get(f"/v1/artifacts/{other}/content").status_code == 410
    trace = artifact_id(video(removed[0]).replace("recording.webm", "trace.zip"))
    assert served.client.get(f"/v1/artifacts/{trace}/content").status_code == 404


def test_others_are_not_told(served: Served, removed: tuple[str, str]) -> None:
    headers = {"x-api-key": make_key(served.home, "o_4712")}
    for run_id in removed:
        for path in (f"/v1/runs/{run_id}", f"/v1/artifacts/{artifact_id(video(run_id))}/content"):
            assert served.client.get(path, headers=headers).status_code == 404, path


@pytest.mark.long
def test_the_description_may_take_a_key(served: Served) -> None:
    pages = ("/docs", "/redoc", "/openapi.json", "/metrics")
    with second_shim(served, docs="key", metrics="key") as client:
        for path in pages:
            assert client.get(path).status_code == 200, path
            assert client.get(path, headers={"x-api-key": ""}).status_code == 403, path
    with second_shim(served, docs="off", metrics="off") as client:
        assert [client.get(path).status_code for path in pages] == [404] * 4
    for path in pages:
        assert httpx2.get(f"{served.up.url}{path}").status_code == 200, path
