"""A goal is only begun where every part of it is understood."""

from __future__ import annotations

from datetime import date

import pytest

from skyvern_dagster.agent.planner import Goal, PlanRequest
from skyvern_dagster.agent.planners.heuristic.clauses import unclear_clause
from skyvern_dagster.agent.planners.heuristic.planner import decide
from skyvern_dagster.agent.planners.heuristic.situation import situation_of
from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.date_mention import DayOrder
from skyvern_dagster.reading.facts import Fact, Kind
from skyvern_dagster.reading.schema import FieldSpec, read_schema
from skyvern_dagster.reading.values import PageNotation, value_of
from tests.agent.heuristic.conftest import Look


@pytest.mark.parametrize(
    ("goal", "unclear"),
    [
        (
            "Filter between 2024-01-01 and 2024-02-01, click Filter.",
            "Filter between 2024-01-01 and 2024-02-01",
        ),
        ('Replace the text by "Hello" and click Publish.', 'Replace the text by "Hello"'),
        ('Change the title to "X", then click "Publish".', 'Change the title to "X"'),
        ('Go to the orders page. Click "Show all".', ""),
        ("Open the settings and click Save.", ""),
        ('Click "Next". Click "Done".', ""),
        ("Log in to the website with the username and the password", ""),
        ("Sign in with user name, password and one-time code", ""),
        ("Connectez-vous avec l'identifiant et le mot de passe", ""),
        ("Log in and change the password", "change the password"),
        ("Click Publish and the password", "the password"),
    ],
)
def test_the_part_that_is_not_understood(goal: str, unclear: str) -> None:
    assert unclear_clause(goal) == unclear


def test_nothing_is_clicked_for_a_goal_that_is_half_understood(look: Look) -> None:
    goal = Goal(navigation_goal='Replace all prices by 5. Click "View details".')
    plan = decide(situation_of(PlanRequest(goal, look("downloads/details"))))
    assert not plan.decisions
    assert "Replace all prices by 5" in plan.reasoning


def _field(**schema: object) -> FieldSpec:
    spec = read_schema({"type": "object", "properties": {"paid": schema}})
    return next(iter(spec.scalars))


@pytest.mark.parametrize(
    ("text", "value"),
    [("Paid", True), ("yes", True), ("no", False), ("Pending", None), ("", None), ("-", None)],
)
def test_a_truth_value_that_is_not_understood_is_null(text: str, value: bool | None) -> None:
    fact = Fact(Kind.TEXT, text, "Paid", None, Node(role="text"))
    read = value_of(
        fact, _field(type="boolean"), PageNotation(DayOrder.DAY_FIRST), date(2024, 7, 1)
    )
    assert read is value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Paid", "paid"),
        ("Paid on 3 May 2024", "paid"),
        ("unpaid", "unpaid"),
        ("Partly paid", None),
        ("not paid", None),
        ("Pending", None),
        ("", None),
    ],
)
def test_a_choice_that_is_not_understood_is_null(text: str, value: str | None) -> None:
    fact = Fact(Kind.TEXT, text, "Status", None, Node(role="text"))
    field = _field(type="string", enum=["paid", "unpaid"])
    assert value_of(fact, field, PageNotation(DayOrder.DAY_FIRST), date(2024, 7, 1)) == value
