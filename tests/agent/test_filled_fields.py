"""Fields are read back before they are sent, whoever planned it."""

from __future__ import annotations

from collections.abc import Callable

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


@pytest.mark.parametrize(
    ("name", "text", "sent"),
    [
        ("Person", "ada@example.com", "to=ada%40example.com%2C+"),
        ("Person", "ada@example.com, bob@example.com", "to=ada%40example.com%2C+bob%40example.com"),
        ("To", "ada@example.com", "to=ada%40example.com%2C+"),
        ("Topic", "Bills of May", "topics=Bills+of+May%3B"),
    ],
)
def test_a_value_that_became_an_entry_was_taken(
    errand: Errand, name: str, text: str, sent: str
) -> None:
    result = errand.script("/entries", [_note(name, text), [Complete()]])
    assert result.status == "completed", result.steps
    assert sent in result.steps[-1].url, result.steps[0].result


def test_a_text_that_stood_there_before_is_no_entry(errand: Errand) -> None:
    result = errand.script("/entries", [_note("Lost", "Ada"), []])
    assert 'nothing was sent: "Lost" is empty instead of "Ada"' in result.steps[0].result


def test_what_was_not_sent_is_held_against_nothing_else(errand: Errand) -> None:
    """After a refusal, a field's own request (as of a search for towns) isn't the form's."""

    def mend(request: PlanRequest) -> list[Decision]:
        refs = _refs(request)
        return [InputText(ref=refs["Town"], text="Dublin"), Click(ref=refs["Save"])]

    result = errand.script("/entries", [_note("Lost", "Ada"), mend, [Complete()]])
    assert result.status == "completed", result.steps


def _note(name: str, text: str) -> Callable[[PlanRequest], list[Decision]]:
    def plan(request: PlanRequest) -> list[Decision]:
        refs = _refs(request)
        return [
            InputText(ref=refs[name], text=text),
            InputText(ref=refs["Subject"], text="A subject that tells"),
            Click(ref=refs["Save"]),
        ]

    return plan


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
