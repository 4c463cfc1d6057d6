"""Recordings: what a model worked out once is repeated without it, until the page changes."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.agent.task import TaskResult
from skyvern_dagster.llm.loopback import ChatRequest, ModelServer
from tests.agent.errand import PASSWORD, Errand
from tests.agent.errand_models import decide, with_model
from tests.agent.records_desk import RecordsDesk

KEY = "recordings/wpid_1/errand/127.0.0.1.yaml"


def log_in(request: ChatRequest) -> dict[str, Any]:
    return decide(
        {"type": "input_text", "ref": request.ref("User"), "text": "secret://login/username"},
        {"type": "input_text", "ref": request.ref("Password"), "text": "secret://login/password"},
        {"type": "click", "ref": request.ref("Sign in")},
    )


def open_records(request: ChatRequest) -> dict[str, Any]:
    return decide({"type": "click", "ref": request.ref("Records")})


def open_files(request: ChatRequest) -> dict[str, Any]:
    return decide({"type": "click", "ref": request.ref("Files")})


def take(number: str) -> Any:
    def download(request: ChatRequest) -> dict[str, Any]:
        line = next(line for line in request.texts[-1].splitlines() if number in line)
        return decide({"type": "download", "ref": line.partition('"PDF" [')[2].partition("]")[0]})

    return download


@pytest.fixture
def desk(errand: Errand) -> Any:
    with RecordsDesk() as running:
        errand.site_url = running.url
        yield running


def fetch(errand: Errand, server: ModelServer, number: str) -> TaskResult:
    goal = Goal(
        navigation_goal="Download the PDF of the record with the given number",
        payload={"login": errand.vault.payload("login"), "number": number},
        complete_on_download=True,
    )
    return with_model(
        errand, server, "/", goal, variables={"number": number}, hand_on="nothing", max_steps=8
    )


def planners(result: TaskResult) -> list[str]:
    return [step.planner for step in result.steps]


def test_three_calls_then_none_then_one(errand: Errand, desk: RecordsDesk) -> None:
    with ModelServer([log_in, open_records, take("R-1003")]) as server:
        first = fetch(errand, server, "R-1003")
        assert (first.status, server.calls) == ("completed", 3), first.failure_reason

        second = fetch(errand, server, "R-1001")
        assert (second.status, server.calls) == ("completed", 3), second.failure_reason
        assert planners(second) == ["replay"] * 3
        assert [file.filename for file in second.files] == ["R-1001.pdf"]

        desk.menu = "Files"
        server.script.append(open_files)
        third = fetch(errand, server, "R-1002")
        assert (third.status, server.calls) == ("completed", 4), third.failure_reason
        assert planners(third) == ["replay", "llm", "replay"]
        assert "there is no link" in third.steps[1].declined[0]

        fourth = fetch(errand, server, "R-1004")
        assert (fourth.status, server.calls) == ("completed", 4), fourth.failure_reason
    assert desk.served == ["R-1003", "R-1001", "R-1002", "R-1004"]


def test_a_recording_is_readable_and_holds_no_secret(errand: Errand, desk: RecordsDesk) -> None:
    with ModelServer([log_in, open_records, take("R-1003")]) as server:
        fetch(errand, server, "R-1003")
    text = errand.store.read(KEY).decode()
    recording = yaml.safe_load(text)
    assert recording["bound"] == ["number"]
    assert [action["do"] for step in recording["steps"] for action in step["actions"]] == [
        "input_text", "input_text", "click", "click", "download",
    ]  # fmt: skip
    last = recording["steps"][-1]["actions"][0]
    assert last["element"]["row"] == ["{{ number }}"]
    assert last["effect"]["downloads"] == 1
    assert "secret://login/password" in text
    assert PASSWORD not in text
    assert "ref" not in last
    assert "R-1003" not in text


def test_a_missing_record_is_left_to_the_model(errand: Errand, desk: RecordsDesk) -> None:
    gone = decide({"type": "terminate", "reason": "there is no R-9999"})
    with ModelServer([log_in, open_records, take("R-1003"), gone]) as server:
        fetch(errand, server, "R-1003")
        result = fetch(errand, server, "R-9999")
    assert (result.status, result.failure_reason) == ("terminated", "there is no R-9999")
    assert planners(result) == ["replay", "replay", "llm"]
    assert desk.served == ["R-1003"]


def test_an_effect_that_is_another_hands_over(errand: Errand, desk: RecordsDesk) -> None:
    stop = decide({"type": "terminate", "reason": "the login was refused"})
    with ModelServer([log_in, open_records, take("R-1003"), stop]) as server:
        fetch(errand, server, "R-1003")
        desk.refuses = True
        result = fetch(errand, server, "R-1001")
    assert result.failure_reason == "the login was refused"
    assert planners(result) == ["replay", "llm"]
    assert "it led to" in result.steps[1].declined[0]


@pytest.mark.parametrize(("word", "kept"), [("pinned: true", True), ("enabled: false", False)])
def test_recordings_can_be_pinned_and_disabled(
    errand: Errand, desk: RecordsDesk, word: str, kept: bool
) -> None:
    with ModelServer([log_in, open_records, take("R-1003")]) as server:
        fetch(errand, server, "R-1003")
        name, value = word.split(": ")
        text = errand.store.read(KEY).decode()
        text = text.replace(f"{name}: {'false' if value == 'true' else 'true'}", word)
        errand.store.write(KEY, text.encode())
        desk.menu = "Files"
        mended = [open_files] if kept else [log_in, open_files, take("R-1001")]
        server.script += mended
        result = fetch(errand, server, "R-1001")
    assert result.status == "completed", result.failure_reason
    assert ("replay" in planners(result)) is kept
    assert errand.store.read(KEY).decode() == text


def test_another_fact_that_no_action_uses_needs_a_new_plan(
    errand: Errand, desk: RecordsDesk
) -> None:
    """A recording that doesn't say where a value matters must not be used for another value."""
    goal = Goal(navigation_goal="Open the records of the year", payload={"year": "2024"})
    home = decide({"type": "complete", "shows": "Home"})
    with ModelServer([log_in, home, log_in, home]) as server:
        results = [
            with_model(errand, server, "/", goal, variables={"year": year})
            for year in ("2024", "2025")
        ]
    assert [result.status for result in results] == ["completed", "completed"]
    assert server.calls == 4
    assert "depends on year" in results[1].steps[0].declined[0]


def test_a_failed_task_leaves_no_recording(errand: Errand, desk: RecordsDesk) -> None:
    with ModelServer([log_in, decide({"type": "terminate", "reason": "x"})]) as server:
        fetch(errand, server, "R-1003")
    assert not errand.store.exists(KEY)


def test_a_broken_recording_says_where_it_lies(errand: Errand, desk: RecordsDesk) -> None:
    from skyvern_dagster.errors import PlannerError

    errand.store.write(KEY, b"steps: 7")
    with ModelServer() as server, pytest.raises(PlannerError, match=r"127\.0\.0\.1\.yaml"):
        fetch(errand, server, "R-1003")


def test_a_list_over_several_pages_is_turned_as_far_as_it_takes(
    errand: Errand, desk: RecordsDesk
) -> None:
    def turn(request: ChatRequest) -> dict[str, Any]:
        return decide({"type": "click", "ref": request.ref("Next")})

    desk.paged = True
    with ModelServer([log_in, open_records, turn, take("R-1002")]) as server:
        for number in ("R-1002", "R-1004", "R-1001", "R-1003"):
            result = fetch(errand, server, number)
            assert result.status == "completed", result.failure_reason
        assert server.calls == 4
    assert desk.served == ["R-1002", "R-1004", "R-1001", "R-1003"]
