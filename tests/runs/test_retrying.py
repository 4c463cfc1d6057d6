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

from skyvern_dagster.compiler.job import build_job
from skyvern_dagster.execution import tags
from skyvern_dagster.ids import new_id
from skyvern_dagster.resources.artifact_store import ArtifactStoreResource
from skyvern_dagster.runs.answer import build_answer
from skyvern_dagster.runs.retrying import cancel_retry
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
