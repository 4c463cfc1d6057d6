"""Fields are read back before they are sent, whoever planned it."""

from __future__ import annotations

import pytest

from skyvern_dagster.agent.decisions import Click, Complete, Decision, InputText, SelectOption
from skyvern_dagster.agent.planner import Goal, PlanRequest
from skyvern_dagster.agent.planners.heuristic.planner import HeuristicPlanner
from tests.agent.errand import Errand


def _refs(request: PlanRequest) -> dict[str, str]:
    nodes = request.observation.root.walk()
    return {node.name: str(node.ref) for node in nodes if node.ref and node.name}


def _fill_and_send(name: str, text: str) -> object:
    def plan(request: PlanRequest) -> list[Decision]:
        refs = _refs(request)
        return [
            InputText(ref=refs[name], text=text),
            InputText(ref=refs["Phone"], text="5551234567"),
            Click(ref=refs["Send"]),
            Complete(),
        ]

    return plan


def test_what_a_page_takes_back_later_is_not_sent(errand: Errand) -> None:
    result = errand.script("/fields", [_fill_and_send("Left again", "Ada"), []])  # type: ignore[list-item]
    assert result.status == "terminated"
    assert 'nothing was sent: "Left again" is empty instead of "Ada"' in result.steps[0].result

    def enter(request: PlanRequest) -> list[Decision]:
        refs = _refs(request)
        left = InputText(ref=refs["Left again"], text="Ada")
        return [left, InputText(ref=refs["Phone"], text="1", press_enter=True), Complete()]

    result = errand.script("/fields", [enter, []])
    assert "nothing was sent" in result.steps[0].result
    result = errand.script("/fields", [_fill_and_send("Masked date", "04/15/2024")])  # type: ignore[list-item]
    assert result.status == "completed", result.steps[0].result


def test_a_choice_that_isnt_taken_is_told(errand: Errand) -> None:
    def choose(request: PlanRequest) -> list[Decision]:
        refs = _refs(request)
        return [SelectOption(ref=refs["Plan"], label="Pro"), Click(ref=refs["Send"]), Complete()]

    result = errand.script("/fields", [choose, []])
    assert result.status == "terminated"
    assert 'shows "Basic" as chosen instead of "Pro"' in result.steps[0].result


@pytest.mark.parametrize("name", ["stubborn", "left again"])
def test_without_a_model_such_a_form_ends_honestly(errand: Errand, name: str) -> None:
    goal = Goal(navigation_goal=f'Write "new" into {name}. Click "Send".')
    result = errand.plan("/fields", HeuristicPlanner(), goal=goal)
    assert result.status == "terminated"
    assert "doesn't take its value" in str(result.failure_reason)
