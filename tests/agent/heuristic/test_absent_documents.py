"""That there is no document is said where the pages show it, and not where none was found.

A run that is told so is complete without it.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from skyvern_dagster.agent.decisions import Wait
from skyvern_dagster.agent.planner import PastAction, PastStep
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.browser.observation import Node, Observation
from tests.agent.heuristic.answers import planned, told
from tests.agent.heuristic.drawn import link, node, page, row
from tests.agent.heuristic.goals import download_goal, result

ABSENT = ["terminate no_invoice"]
OTHER = row("10577", "3 May 2024", link("Invoice", "/f/10577"))
BARE = row("10432", "2 May 2024", "")


def waited(seen: Observation) -> PastStep:
    """A second look, for what comes late."""
    wait = Wait(seconds=2, purpose=Purpose.WAIT)
    return PastStep(0, seen.url, "", "heuristic", (PastAction(wait, result(seen.url)),))


def listed(*rows: Node, heading: str = "Orders") -> Observation:
    return page(node("heading", heading, level=1), node("table", "", *rows), url="/orders")


@pytest.mark.parametrize(
    "seen",
    [
        listed(OTHER, BARE),
        listed(row("10577", "3 May 2024", ""), row("10432", "2 May 2024", "No invoice")),
        page(node("heading", "Order 10432", level=1), node("text", "Paid"), title="10432"),
    ],
    ids=["a neighbour has one", "the page says so", "its own page"],
)
def test_the_page_shows_that_there_is_none(seen: Observation) -> None:
    assert told(planned(download_goal(), seen, (waited(seen),)), seen) == ABSENT


@pytest.mark.parametrize(
    "seen",
    [
        listed(row("10577", "3 May 2024", ""), BARE),
        listed(row("10577", "3 May 2024", link("Details", "/10577")), BARE),
        listed(OTHER, row("10432", "2 May 2024", node("button", ""))),
        listed(BARE),
    ],
    ids=["nobody has one", "others have something else", "an icon without a name", "alone"],
)
def test_none_was_found(seen: Observation) -> None:
    assert told(planned(download_goal(), seen, (waited(seen),)), seen) != ABSENT


def test_one_that_could_not_be_had_is_there() -> None:
    seen = listed(OTHER, row("10432", "2 May 2024", link("Invoice", "/f/10432")))
    plan = planned(download_goal(), seen)
    failed = replace(result(seen.url), ok=False, error="of 10577, not of 10432", cause="wrong_file")
    step = PastStep(
        0,
        seen.url,
        "Orders",
        "heuristic",
        (PastAction(plan.decisions[0], failed, label="Invoice"),),
    )
    last = planned(download_goal(), seen, (step,))
    assert last.decisions == ()
    assert "could not be downloaded" in last.reasoning


def test_a_button_over_the_list_is_for_what_is_selected() -> None:
    """It is pressed only while this record, and no other one, says that it is selected."""

    def shown(*chosen: int, greyed: bool = False) -> Observation:
        rows = [row(f"1043{at}", f"{at} May 2024", role="gridcell") for at in (1, 2, 3)]
        drawn = [
            replace(
                one,
                selected=at in chosen,
                children=tuple(
                    replace(cell, ref=f"gridcell:{cell.name}:", clickable=True)
                    for cell in one.children
                ),
            )
            for at, one in enumerate(rows, 1)
        ]
        button = node("button", "Download PDF", disabled=greyed)
        grid = node("grid", "Invoices", node("toolbar", "", button), *drawn)
        return page(node("heading", "Invoices", level=1), grid, url="/invoices")

    goal = download_goal("10432")
    for seen in (shown(), shown(greyed=True)):
        first = planned(goal, seen)
        assert told(first, seen) == ["click 10432"]
        assert first.decisions[0].purpose is Purpose.SELECT_RECORD
        step = PastStep(
            0, seen.url, "", "heuristic", (PastAction(first.decisions[0], result(seen.url)),)
        )
        assert told(planned(goal, shown(2), (step,)), shown(2)) == ["download None"]
        for others in ((1,), (1, 2), ()):
            again = told(planned(goal, shown(*others), (step,)), shown(*others))
            assert again != ["download None"]


def test_an_empty_panel_says_nothing_of_a_record() -> None:
    seen = page(
        node("heading", "Welcome", level=1), node("paragraph", "No results found."), url="/shop"
    )
    assert planned(download_goal(), seen, (waited(seen),)).decisions == ()
