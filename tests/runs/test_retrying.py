"""``retry_policy``: a run that has ended is tried again, as its definition says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.utils import make_new_run_id

from skyvern_dagster.compiler.job import build_job
from skyvern_dagster.compiler.resuming import goes_on, goes_on_by_hand
from skyvern_dagster.execution import tags
from skyvern_dagster.ids import new_id
from skyvern_dagster.resources.artifact_store import ArtifactStoreResource
from skyvern_dagster.runs.answer import build_answer
from skyvern_dagster.runs.retrying import QueueResumer, cancel_retry, retry_due
from skyvern_dagster.workflow.loader import Workflow, load_text
from skyvern_dagster.workflow.run_retries import RunRetryPolicy
from tests.blocks.web import Answer, WebServer, web_server
from tests.office import QUIET, ROOT

RULES = [{"status": "failed"}, {"status": "terminated", "error_codes": ["busy"]}]


@pytest.mark.parametrize(
    ("status", "codes", "attempts", "again"),
    [
        ("failed", [], 1, True),
        ("failed", ["other"], 2, True),
        ("failed", [], 3, False),
        ("terminated", [], 1, False),
        ("terminated", ["gone", "busy"], 1, True),
        ("completed", [], 1, False),
        ("canceled", [], 1, False),
    ],
)
def test_which_endings_ask_for_another_attempt(
    status: str, codes: list[str], attempts: int, again: bool
) -> None:
    policy = RunRetryPolicy.model_validate({"max_retries": 2, "retry_on": RULES})
    assert policy.asks_for_retry(status, codes, attempts) is again


def test_what_a_person_has_canceled_is_never_tried_again() -> None:
    policy = RunRetryPolicy.model_validate({"retry_on": [{"status": "canceled"}]})
    assert not policy.asks_for_retry("canceled", [], 1)


def _workflow(url: str, policy: str) -> Workflow:
    return load_text(
        f"""\
title: Fetch
workflow_definition:
  retry_policy: {policy}
  blocks:
    - {{block_type: http_request, label: first, url: {url}/first}}
    - {{block_type: http_request, label: second, url: {url}/second}}
""",
        source="fetch.yaml",
        name="fetch",
    )


@pytest.fixture
def web() -> Iterator[WebServer]:
    with web_server() as running:
        running.answers["/first"] = Answer(b"{}")
        yield running


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.setenv("DAGSTER_DISABLE_TELEMETRY", "1")
    return tmp_path


def test_an_ending_says_when_it_is_tried_again_until_that_is_canceled(
    web: WebServer, home: Path
) -> None:
    del home
    workflow = _workflow(web.url, "{delay_seconds: 60, retry_on: [{status: failed}]}")
    store = ArtifactStoreResource().store()
    with dg.DagsterInstance.ephemeral() as instance:
        result = build_job(workflow).execute_in_process(
            run_config=QUIET,
            instance=instance,
            tags={tags.WORKFLOW_RUN_ID: new_id("wr")},
            raise_on_error=False,
        )
        run = instance.get_run_by_id(result.run_id)
        assert run is not None
        answer = build_answer(instance, store, run)
        assert (answer.status, answer.attempt, answer.retry_pending) == ("failed", 1, True)
        (attempt,) = answer.attempts
        assert attempt.retry_decision == "retry"
        assert attempt.finished_at is not None
        assert answer.next_attempt_at is not None
        assert 59 < (answer.next_attempt_at - attempt.finished_at).total_seconds() < 61
        assert cancel_retry(instance, store, run)
        answer = build_answer(instance, store, instance.get_run_by_id(result.run_id) or run)
        assert (answer.retry_pending, answer.next_attempt_at) == (False, None)
        assert answer.attempts[0].retry_decision == "final"
        assert not cancel_retry(instance, store, instance.get_run_by_id(result.run_id) or run)


def test_a_sensor_puts_what_is_due_into_the_queue_once(web: WebServer, home: Path) -> None:
    """A run that a schedule, another sensor or the UI has started, where no REST shim is."""
    workflow = _workflow(web.url, "{retry_on: [{status: failed}]}")
    store, run_id = ArtifactStoreResource().store(), new_id("wr")
    with dg.DagsterInstance.get() as instance:
        result = build_job(workflow).execute_in_process(
            run_config=QUIET,
            instance=instance,
            tags={tags.WORKFLOW_RUN_ID: run_id, "dagster-celery/task_id": "t1"},
            raise_on_error=False,
        )
        here = instance.get_run_by_id(result.run_id)
        assert here is not None
        # The same as a code server's: one of this process is the command line's to try again.
        assert retry_due(instance, store, QueueResumer(instance)) == []
        failed = launched_elsewhere(instance, here)

        assert retry_due(instance, store, QueueResumer(instance)) == [run_id]
        assert retry_due(instance, store, QueueResumer(instance)) == []
        (queued,) = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED]))
        assert (queued.parent_run_id, queued.root_run_id) == (failed.run_id, failed.run_id)
        assert queued.run_config == failed.run_config
        assert queued.tags[tags.RETRY_OF] == failed.run_id
        assert goes_on(queued)
        assert not goes_on_by_hand(queued)
        assert "dagster-celery/task_id" not in queued.tags
        before = instance.get_run_by_id(failed.run_id)
        assert before is not None
        assert before.tags[tags.RETRY] == "retried"


def launched_elsewhere(instance: dg.DagsterInstance, run: dg.DagsterRun) -> dg.DagsterRun:
    """The run as if a code location's job had been launched for it."""
    origin = RemoteJobOrigin(
        RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("portals"), "__repository__"), "fetch"
    )
    again = make_new_run_id()
    own = {name: again if value == run.run_id else value for name, value in run.tags.items()}
    moved = run._replace(
        run_id=again,
        status=dg.DagsterRunStatus.STARTED,
        remote_job_origin=origin,
        tags=own,
    )
    instance.add_run(moved)
    instance.report_run_failed(moved)
    instance.delete_run(run.run_id)
    return moved


@pytest.mark.long
def test_the_command_line_makes_the_attempts(web: WebServer, home: Path) -> None:
    left = iter([Answer(b"busy", status=404)] * 2)
    web.answers["/second"] = lambda _: next(left, Answer(b"{}"))
    text = _workflow(web.url, "{max_retries: 2, retry_on: [{status: failed}]}").text
    (home / "fetch.yaml").write_text(text)
    command = [
        sys.executable,
        "-m",
        "skyvern_dagster.cli.app",
        "run",
        str(home / "fetch.yaml"),
        "--json",
    ]
    paths = os.pathsep.join(map(str, (ROOT, ROOT / "api")))
    ran = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    answer = json.loads(ran.stdout)
    assert (answer["status"], answer["attempt"]) == ("completed", 3), ran.stderr
    assert [each["status"] for each in answer["attempts"]] == ["failed", "failed", "completed"]
    decisions = [each["retry_decision"] for each in answer["attempts"]]
    assert decisions == ["retry", "retry", "final"]
    asked = [each.path for each in web.received]
    assert asked == ["/first", *["/second"] * 3]  # what has been finished isn't repeated
    assert ran.returncode == 0
