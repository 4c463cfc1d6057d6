"""Tasks in a real browser: endings, budgets, hand-over, artifacts, secrets."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from skyvern_dagster.agent.decisions import (
    Click,
    Complete,
    Decision,
    Download,
    Extract,
    Goto,
    InputText,
    Terminate,
)
from skyvern_dagster.agent.planner import Goal, Plan, PlanRequest
from skyvern_dagster.agent.planners.scripted import ScriptStep
from tests.agent.errand import PASSWORD, Errand


def _ref(request: PlanRequest, name: str) -> str:
    found = [n.ref for n in request.observation.root.walk() if n.name.startswith(name) and n.ref]
    assert found, f"nothing called {name!r} on {request.observation.url}"
    return str(found[0])


def _click(name: str) -> ScriptStep:
    return lambda request: [Click(ref=_ref(request, name))]


def test_complete_and_its_extraction(errand: Errand) -> None:
    goal = Goal(data_extraction_goal="the heading", data_schema={"type": "object"})
    steps: list[list[Decision]] = [[Extract(data={"a": 1})], [Extract(data={"b": 2}), Complete()]]
    result = errand.script("/index", steps, goal=goal)
    assert result.status == "completed"
    assert result.extracted_information == {"a": 1, "b": 2}
    assert [step.order for step in result.steps] == [0, 1]


def test_terminate_keeps_reason_and_code(errand: Errand) -> None:
    decision = Terminate(reason="nothing here", error_codes=("nothing",))
    result = errand.script("/index", [[decision]], goal=Goal(error_code_mapping={"nothing": "x"}))
    assert (result.status, result.failure_reason) == ("terminated", "nothing here")
    assert [error["error_code"] for error in result.errors] == ["nothing"]


def test_an_unsure_planner_terminates_with_its_reason(errand: Errand) -> None:
    result = errand.script("/index", [])
    assert result.status == "terminated"
    assert "0 steps" in str(result.failure_reason)


@pytest.mark.parametrize(
    ("goal", "decisions", "reason"),
    [
        (Goal(data_extraction_goal="x"), [Complete()], "nothing was extracted"),
        (Goal(complete_on_download=True), [Complete()], "no file was downloaded"),
        (
            Goal(data_extraction_goal="x", data_schema={"type": "array"}),
            [Extract(data={"a": 1}), Complete()],
            "doesn't fit data_schema",
        ),
    ],
)
def test_complete_is_not_believed_without_proof(
    errand: Errand, goal: Goal, decisions: list[Decision], reason: str
) -> None:
    result = errand.script("/index", [decisions], goal=goal)
    assert result.status == "failed"
    assert reason in str(result.failure_reason)


def test_steps_run_out(errand: Errand) -> None:
    result = errand.script("/index", [[Goto(url="/other")]] * 9, max_steps=2)
    assert result.status == "failed"
    assert str(result.failure_reason).startswith("Max steps per task (2) exceeded")
    assert result.errors[0]["error_code"] == "REACH_MAX_STEPS"
    assert len(result.steps) == 2


def test_failed_steps_in_a_row_run_out_and_are_told(errand: Errand) -> None:
    told: list[str] = []

    class Stubborn:
        name = "stubborn"

        async def plan(self, request: PlanRequest) -> Plan:
            told.extend(action.result.error for step in request.history for action in step.actions)
            return Plan((Click(ref="e999"),), 1.0, "again", self.name)

    result = errand.plan("/index", Stubborn(), max_steps=9)
    assert result.status == "failed"
    assert str(result.failure_reason).startswith("Max retries per step (2) exceeded")
    assert [step.status for step in result.steps] == ["failed"] * 3
    assert told
    assert all("e999" in error for error in told)


def test_decisions_for_a_page_that_is_gone_are_dropped(errand: Errand) -> None:
    def both(request: PlanRequest) -> list[Decision]:
        return [Click(ref=_ref(request, "Other page")), Terminate(reason="planned too far")]

    result = errand.script("/index", [both, [Complete()]])
    assert result.status == "completed"


def test_a_download_ends_a_task_that_waits_for_one(errand: Errand) -> None:
    def download(request: PlanRequest) -> list[Decision]:
        return [Download(ref=_ref(request, "given"))]

    goal = Goal(complete_on_download=True)
    result = errand.script("/files", [download], goal=goal, download_suffix="invoice 7/8")
    assert result.status == "completed"
    (file,) = result.files
    assert file.filename == "invoice 7_8.pdf"
    assert errand.store.read(file.key).startswith(b"%PDF")


def test_unknown_host_fails_readably(errand: Errand) -> None:
    errand.site_url = "http://nowhere.invalid"
    result = errand.script("/", [[Complete()]])
    assert result.status == "failed"
    assert "nowhere.invalid" in str(result.failure_reason)
    assert "Call log" not in str(result.failure_reason)


@pytest.mark.parametrize("hand_on", ["session", "state"])
def test_the_next_task_goes_on_where_this_one_stopped(errand: Errand, hand_on: str) -> None:
    first = errand.script("/cookie", [[Goto(url="/whoami")], [Complete()]], hand_on=hand_on)
    assert first.state is not None
    seen: list[str] = []

    def look(request: PlanRequest) -> list[Decision]:
        seen.append(request.observation.url)
        seen.append(request.observation.root.full_text)
        return [Complete()]

    assert errand.script(None, [look], state=first.state).status == "completed"
    assert seen[0].endswith("/whoami")
    assert "sid=s1" in seen[1]


def test_a_fork_does_not_take_the_live_session(errand: Errand) -> None:
    first = errand.script("/cookie", [[Complete()]], hand_on="session")
    for _ in range(2):
        result = errand.script("/whoami", [[Complete()]], state=first.state, fork=True)
        assert result.status == "completed"
    assert errand.script(None, [[Complete()]], state=first.state).steps[0].url.endswith("/cookie")


def test_a_secret_is_typed_and_stands_nowhere(errand: Errand, tmp_path: Path) -> None:
    def log_in(request: PlanRequest) -> list[Decision]:
        return [
            InputText(ref=_ref(request, "User name"), text="secret://login/password"),
            InputText(ref=_ref(request, "Password"), text="secret://login/password"),
            Click(ref=_ref(request, "Send")),
        ]

    result = errand.script("/form", [log_in, [Complete()]])
    assert result.status == "completed"
    # The form sends the user name by GET, so that the address shows that it was typed.
    assert "u=*****" in result.steps[1].url
    assert PASSWORD not in repr(result)
    kept = [path.read_bytes() for path in (tmp_path / "artifacts").rglob("*") if path.is_file()]
    assert result.trace is not None
    with zipfile.ZipFile(io.BytesIO(errand.store.read(result.trace))) as trace:
        kept += [trace.read(name) for name in trace.namelist()]
    assert len(kept) > 5
    assert not [content for content in kept if PASSWORD.encode() in content]
    assert not [line for line in errand.lines if PASSWORD in line]


def test_a_secret_is_not_typed_on_another_site(errand: Errand) -> None:
    def type_it(request: PlanRequest) -> list[Decision]:
        return [InputText(ref=_ref(request, "Password"), text="secret://login/password")]

    elsewhere = errand.site_url.replace("127.0.0.1", "localhost") + "/form"
    steps: list[ScriptStep] = [[Goto(url=elsewhere)], type_it, [Complete()]]
    result = errand.script("/index", steps)
    assert "was not typed" in result.steps[1].result
    assert result.steps[1].status == "failed"


def test_each_step_leaves_what_was_seen_and_decided(errand: Errand) -> None:
    result = errand.script("/index", [_click("Other page"), [Complete()]])
    summary = result.steps[0]
    assert summary.screenshot is not None
    folder = summary.screenshot.rpartition("/")[0]
    assert errand.store.read(summary.screenshot)[:2] == b"\xff\xd8"
    assert "Other page" in errand.store.read(f"{folder}/observation.txt").decode()
    record = json.loads(errand.store.read(f"{folder}/step.json"))
    assert record["decisions"][0]["type"] == "click"
    assert record["decisions"][0]["target"] == 'link "Other page"'
    assert record["decisions"][0]["result"]["url_after"].endswith("/other")


def test_an_address_that_is_a_file_gives_it_once(errand: Errand) -> None:
    nothing_to_plan: list[ScriptStep] = []
    result = errand.script(
        "/files/report.pdf", nothing_to_plan, goal=Goal(complete_on_download=True)
    )

    assert result.status == "completed", result.failure_reason
    assert [file.filename for file in result.files] == ["report.pdf"]
    assert result.steps == ()
