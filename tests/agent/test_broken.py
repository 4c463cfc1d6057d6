"""A page whose process is gone says nothing about the task; what was sent isn't sent twice."""

from __future__ import annotations

import pytest

from skyvern_dagster.agent.decisions import Click, Complete, Decision, InputText, Terminate
from skyvern_dagster.agent.planner import PlanRequest
from skyvern_dagster.agent.planners.scripted import ScriptStep
from tests.agent.errand import Errand
from tests.agent.test_task import _ref
from tests.processes import chromium_processes, kill


def fill_in(text: str) -> ScriptStep:
    return lambda request: [
        InputText(ref=_ref(request, "User name"), text=text),
        Click(ref=_ref(request, "Send")),
    ]


def strike_and(decision: Decision) -> ScriptStep:
    def step(request: PlanRequest) -> list[Decision]:
        del request
        assert kill(chromium_processes(kind="renderer")) > 0
        return [decision]

    return step


@pytest.mark.parametrize(
    ("before", "begins_anew"),
    [
        ([], True),
        ([fill_in("secret://login/username")], True),
        ([fill_in("10 pieces")], False),
    ],
    ids=["nothing", "a login", "an order"],
)
def test_the_page_s_process_is_killed(
    errand: Errand, before: list[ScriptStep], begins_anew: bool
) -> None:
    steps = [*before, strike_and(Terminate(reason="the page is blank")), [Complete()]]

    result = errand.script("/form", steps)

    assert (result.status, result.infrastructure) == ("failed", True), result.failure_reason
    assert result.retryable == begins_anew
    assert ("may have been sent" in str(result.failure_reason)) != begins_anew


def test_what_is_complete_stays_complete(errand: Errand) -> None:
    result = errand.script("/form", [strike_and(Complete())])

    assert result.status == "completed", result.failure_reason
    assert errand.script("/form", [[Complete()]]).status == "completed"
