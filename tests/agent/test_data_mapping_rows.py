"""One row's values, chosen by a variable: read again by today's value, or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skyvern_dagster.agent.planner import Goal, PlanRequest
from skyvern_dagster.agent.planners.replay.data_mapping.learning import learn
from skyvern_dagster.agent.planners.replay.data_mapping.mapping import DataMapping
from skyvern_dagster.agent.planners.replay.data_mapping.reader import read_again
from skyvern_dagster.agent.variables import Variables
from skyvern_dagster.browser.observation import Node, Observation
from skyvern_dagster.errors import PageDiffersError
from tests.agent.test_data_mapping import page, table

HEADERS = ("Order", "Date", "Total")
ROWS = (
    ("R-1001", "May 3, 2024", "$10.50"),
    ("R-1002", "May 9, 2024", "$1,220.00"),
    ("R-1003", "June 1, 2024", "$7.00"),
)
SECOND = Variables({"order_id": "R-1002"})
GOAL = "Extract the total and the date of the order with the given order_id"
DATA = {"total": 1220.0, "date": "2024-05-09"}


def asked(seen: Observation, goal: str = GOAL) -> PlanRequest:
    return PlanRequest(Goal(data_extraction_goal=goal), seen)


def learnt(
    data: Any = DATA,
    seen: Observation | None = None,
    variables: Variables = SECOND,
    goal: str = GOAL,
) -> DataMapping | None:
    return learn(data, asked(seen or table(HEADERS, ROWS), goal), variables)


def test_the_row_of_another_order_is_read_wherever_it_stands() -> None:
    reading = learnt()
    assert reading is not None
    moved = table(HEADERS, [("R-9", "July 7, 2025", "$99.90"), *reversed(ROWS)])
    for number, expected in (
        ("R-1001", {"total": 10.5, "date": "2024-05-03"}),
        ("R-9", {"total": 99.9, "date": "2025-07-07"}),
        ("r-1003", {"total": 7.0, "date": "2024-06-01"}),
    ):
        assert read_again(reading, asked(moved), Variables({"order_id": number})) == expected
    kept = reading.model_dump_json()
    assert "{{ order_id }}" in kept
    assert not [text for row in ROWS for text in row if text in kept]


@settings(deadline=None)
@given(st.lists(st.integers(100, 99_999), min_size=1, max_size=6, unique=True), st.data())
def test_every_row_is_found_by_its_number_and_no_other(numbers: list[int], data: Any) -> None:
    reading = learnt()
    assert reading is not None
    rows = [(f"R-{number}", "May 3, 2024", f"${number:,}.00") for number in numbers]
    wanted = data.draw(st.sampled_from(numbers))
    chosen = Variables({"order_id": f"R-{wanted}"})
    assert read_again(reading, asked(table(HEADERS, rows)), chosen)["total"] == float(wanted)


@pytest.mark.parametrize(
    ("rows", "number", "why"),
    [
        (ROWS, "R-1004", "no rows show R-1004"),
        (ROWS, "R-100", "no rows show R-100"),
        ((*ROWS, ROWS[0]), "R-1001", "2 rows show R-1001"),
        ((("R-1001", "May 3, 2024", "10.50 €"),), "R-1001", "no number"),
        ((("R-1001", "May 3, 2024", ""),), "R-1001", "'Total' is empty"),
        ((("R-1001", "May 3, 2024"),), "R-1001", "no table"),
        ((), "R-1001", "has no rows"),
    ],
)
def test_a_row_that_is_not_certain_is_told(rows: Any, number: str, why: str) -> None:
    reading = learnt()
    assert reading is not None
    headers = HEADERS[: len(rows[0])] if rows else HEADERS
    with pytest.raises(PageDiffersError, match=why):
        read_again(reading, asked(table(headers, rows)), Variables({"order_id": number}))


SUMMARY = Node("text", "Total: $1,220.00")


@pytest.mark.parametrize(
    "case",
    [
        {"variables": Variables({})},
        {"variables": Variables({"order_id": "R-7"})},
        {"data": {"total": 10.5}},  # of another row
        {"data": {"total": 1220.0, "date": "2024-05-03"}},  # of two rows
        {"goal": "Extract the total of the latest order"},
        {"goal": "Extract the total of the order R-1001"},
        {"seen": table(HEADERS, (*ROWS, ROWS[1]))},
        {"seen": table(HEADERS, ROWS, SUMMARY), "data": {"total": 1220.0}},
    ],
)
def test_nothing_is_recorded_when_it_is_not_certain_which_row_is_meant(case: Any) -> None:
    assert learnt(**case) is None


def test_a_row_that_two_variables_name_must_show_both_again() -> None:
    known = {"order.id": "R-1002", "order.day": "May 9, 2024"}
    reading = learnt({"total": 1220.0}, variables=Variables(known), goal="Extract the total")
    assert reading is not None
    seen = asked(table(HEADERS, ROWS), "Extract the total")
    other = Variables({"order.id": "R-1001", "order.day": "May 3, 2024"})
    assert read_again(reading, seen, other) == {"total": 10.5}
    mixed = Variables({"order.id": "R-1001", "order.day": "June 1, 2024"})
    with pytest.raises(PageDiffersError, match="no rows show R-1001, June 1, 2024"):
        read_again(reading, seen, mixed)


def test_the_only_row_of_today_goes_by_its_number_too() -> None:
    reading = learnt(seen=table(HEADERS, ROWS[1:2]))
    assert reading is not None
    first = Variables({"order_id": "R-1001"})
    assert read_again(reading, asked(table(HEADERS, ROWS)), first)["total"] == 10.5
    with pytest.raises(PageDiffersError, match="no rows show"):
        read_again(reading, asked(table(HEADERS, ROWS[1:2])), first)


def test_a_card_of_a_list_is_chosen_like_a_row() -> None:
    def card(number: str, total: str) -> Node:
        texts = (Node("heading", number, level=3), Node("text", f"Total: {total}"))
        return Node("article", children=texts)

    def cards(*each: Node) -> Observation:
        return page(Node("list", children=each))

    seen = cards(card("R-1001", "$10.50"), card("R-1002", "$1,220.00"))
    reading = learnt({"total": 1220.0}, seen=seen, goal="Extract the total of the given order_id")
    assert reading is not None
    today = cards(card("R-1002", "$3.10"), card("R-5000", "$5.00"))
    assert read_again(reading, asked(today), Variables({"order_id": "R-5000"})) == {"total": 5.0}
