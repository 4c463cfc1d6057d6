"""What the planner does with lists that don't show everything at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from skyvern_dagster.agent.decisions import Click, InputText, SelectOption
from skyvern_dagster.agent.planner import PastAction, PastStep
from skyvern_dagster.agent.purposes import Purpose
from tests.agent.heuristic.answers import planned, told
from tests.agent.heuristic.conftest import Look
from tests.agent.heuristic.goals import list_goal, result

CASES = [
    ("select_period", "2024-01-10", ["select_option Show"]),
    ("select_enough", "2024-01-10", ["extract", "complete"]),
    ("select_go", "2023-05-01", ["select_option Zeitraum", "click Anzeigen"]),
    ("tabs_all", "2024-01-10", ["click All"]),
    ("years_links", "2023-05-01", ["extract", "click 2023"]),
    ("years_enough", "2024-02-01", ["extract", "complete"]),
    ("range_inputs", "2024-01-10", ["type Von", "click Suchen"]),
    ("next_word", "2024-01-10", ["extract", "click Next"]),
    ("older", "2024-01-10", ["extract", "click Older →"]),
    ("chevron", "2024-01-10", ["extract", "click ›"]),
    ("numbers", "2024-01-10", ["extract", "click 2"]),
    ("past_start", "2024-04-01", ["extract", "complete"]),
    ("oldest_first", "2024-04-01", ["extract", "click Next"]),
    ("load_more", "2024-01-10", ["extract", "click Load more (12)"]),
    ("mehr", "2024-01-10", ["extract", "click Weitere Bestellungen laden"]),
    ("page_select", "2024-01-10", ["extract", "select_option Page"]),
    ("disabled_next", "2024-01-10", ["extract", "complete"]),
    ("carousel", "2024-01-10", ["extract", "complete"]),
    ("dashboard", "2024-01-10", ["click View all orders"]),
    ("account_hub", "2024-01-10", ["click My account"]),
    ("user_menu", "2024-01-10", ["click Anna K."]),
    ("mega", "2024-01-10", ["click Mein Konto"]),
    ("archive_after", "2024-01-10", ["extract", "click Order archive"]),
    ("nothing", "2024-01-10", ["click Products"]),
    ("status_select", "2024-01-10", ["select_option Status"]),
    ("sort_select", "2024-01-10", ["extract", "complete"]),
    ("unrelated_year", "2022-01-01", ["extract", "complete"]),
]


@pytest.mark.parametrize(("page", "start", "expected"), CASES, ids=[case[0] for case in CASES])
def test_next_step(page: str, start: str, expected: list[str], look: Look) -> None:
    seen = look(f"paging/{page}")
    goal = list_goal(
        data_extraction_goal="Extract the orders placed on or after the start date",
        payload={"start_date": start},
        error_code_mapping={"no_page": "There is no order history page"},
    )
    assert told(planned(goal, seen), seen) == expected


@pytest.mark.parametrize(
    ("page", "start", "label"),
    [
        ("select_period", "2024-01-10", "Last 6 months"),
        ("select_go", "2023-05-01", "Alle"),
        ("status_select", "2024-01-10", "All"),
        ("page_select", "2024-01-10", "2"),
    ],
)
def test_chooses_the_option_that_shows_enough(
    page: str, start: str, label: str, look: Look
) -> None:
    plan = planned(list_goal(payload={"start_date": start}), look(f"paging/{page}"))
    chosen = [one.label for one in plan.decisions if isinstance(one, SelectOption)]
    assert chosen == [label]


def test_writes_a_date_the_way_the_field_does(look: Look) -> None:
    goal = list_goal(payload={"start_date": "2024-01-10"})
    plan = planned(goal, look("paging/range_inputs"))
    typed = [one.text for one in plan.decisions if isinstance(one, InputText)]
    assert typed == ["10.01.2024"]


def test_turns_again_after_a_click_that_something_covered(look: Look) -> None:
    seen = look("paging/next_word")
    goal = list_goal(payload={"start_date": "2024-01-10"})
    read, turn = planned(goal, seen).decisions
    done = result(seen.url)
    covered = replace(done, ok=False, error="link is covered by a pop-up", page_changed=False)
    close = Click(ref="e99", purpose=Purpose.DISMISS)
    history = (
        PastStep(0, seen.url, "", "", (PastAction(read, done), PastAction(turn, covered))),
        PastStep(1, seen.url, "", "", (PastAction(close, done),)),
    )
    assert told(planned(goal, seen, history), seen) == ["extract", "click Next"]
    turned = (replace(history[0], actions=(PastAction(read, done), PastAction(turn, done))),)
    assert told(planned(goal, seen, turned), seen) == ["wait"]
