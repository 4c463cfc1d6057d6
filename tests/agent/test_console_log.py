"""The console of a task's pages is kept, without the secrets that were typed."""

from __future__ import annotations

from skyvern_dagster.agent.decisions import Click, Complete, Decision, InputText
from skyvern_dagster.agent.planner import PlanRequest
from tests.agent.errand import PASSWORD, Errand


def _ref(request: PlanRequest, role: str) -> str:
    return next(str(n.ref) for n in request.observation.root.walk() if n.role == role and n.ref)


def test_lines_and_uncaught_errors_are_kept(errand: Errand) -> None:
    def press(request: PlanRequest) -> list[Decision]:
        return [Click(ref=_ref(request, "button"))]

    result = errand.script("/console", [press, [Complete()]])
    assert result.screenshot is not None
    folder = result.screenshot.partition("/steps/")[0]
    text = errand.store.read(f"{folder}/console.log").decode()
    assert "warning: low on paper 7" in text
    assert "uncaught: " in text
    assert "jammed" in text


def test_a_page_that_says_nothing_leaves_no_file(errand: Errand) -> None:
    result = errand.script("/index", [[Complete()]])
    assert result.screenshot is not None
    assert not errand.store.exists(result.screenshot.partition("/steps/")[0] + "/console.log")


def test_a_secret_that_a_page_logs_is_masked(errand: Errand) -> None:
    def log_in(request: PlanRequest) -> list[Decision]:
        text = "secret://login/password"
        return [InputText(ref=_ref(request, "textbox"), text=text, press_enter=True)]

    result = errand.script("/chatty", [log_in, [Complete()]])
    assert result.status == "completed", result.failure_reason
    folder = str(result.screenshot).partition("/steps/")[0]
    text = errand.store.read(f"{folder}/console.log").decode()
    assert "log: typed *****" in text
    assert PASSWORD not in text
