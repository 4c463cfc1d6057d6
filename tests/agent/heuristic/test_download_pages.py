from __future__ import annotations

import pytest

from skyvern_dagster.agent.decisions import Click, Download, Scroll
from skyvern_dagster.agent.planner import PastAction, PastStep
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.browser.results import ActionResult
from tests.agent.heuristic.answers import planned, told
from tests.agent.heuristic.conftest import Look
from tests.agent.heuristic.goals import download_goal, result

FIRST_LOOK = [
    ("row", ["download https://shop.example/i/10432"]),
    ("icons", ["download https://shop.example/docs/invoice/10432.pdf"]),
    ("details", ["click View details"]),
    ("detail_page", ["download https://shop.example/d/2.pdf"]),
    ("none", ["terminate no_invoice"]),
    ("next", ["click Next"]),
    ("rowmenu", ["click Actions"]),
    ("tabs", ["click Dokumente"]),
    ("credit", ["download https://shop.example/r.pdf"]),
    ("login_wall", ["terminate"]),
    ("search", ["type Search your orders and Enter"]),
    ("request", ["click Request invoice"]),
    ("pay", ["download https://shop.example/inv/10432"]),
    ("fr", ["download https://shop.example/f/10432"]),
    ("found_row", ["click 10432 24/05/2024 Cy Reed $793.01"]),
]


@pytest.mark.parametrize(("page", "expected"), FIRST_LOOK, ids=str)
def test_first_look(page: str, expected: list[str], look: Look) -> None:
    seen = look(f"downloads/{page}")
    assert told(planned(download_goal(), seen), seen) == expected


@pytest.mark.parametrize("order_id", ["1043", "0432", "432", "43", "10432-1"])
def test_a_part_of_a_number_is_another_order(order_id: str, look: Look) -> None:
    seen = look("downloads/row")
    lines = told(planned(download_goal(order_id), seen), seen)
    assert not any(line.startswith("download") for line in lines)


def test_the_whole_number_decides(look: Look) -> None:
    seen = look("downloads/row")
    lines = told(planned(download_goal("104321"), seen), seen)
    assert lines == ["download https://shop.example/i/104321"]


def test_opens_the_record_that_is_asked_for(look: Look) -> None:
    seen = look("downloads/details")
    decision = planned(download_goal(), seen).decisions[0]
    assert isinstance(decision, Click)
    link = seen.find(decision.ref)
    assert link is not None
    assert link.url == "https://shop.example/o/10432"


def test_another_records_page_says_nothing_of_a_number(look: Look) -> None:
    seen = look("downloads/none")
    history = tuple(
        PastStep(number, seen.url, "", "heuristic", (_vain_scroll(seen.url),))
        for number in range(2)
    )
    plan = planned(download_goal("99999"), seen, history)
    assert told(plan, seen) == []
    assert "99999" in plan.reasoning


def _vain_scroll(url: str) -> PastAction:
    done = ActionResult(ok=True, message="nothing changed", url_before=url, url_after=url)
    return PastAction(Scroll(direction="bottom", purpose=Purpose.SCROLL), done)


def test_waits_when_the_file_may_still_come(look: Look) -> None:
    seen = look("downloads/credit")
    first = planned(download_goal(), seen).decisions[0]
    assert isinstance(first, Download)
    failed = ActionResult(
        ok=False,
        message="Clicked, no file came",
        error="Clicked, no file came",
        cause="no_file",
        url_before=seen.url,
        url_after=seen.url,
    )
    label = "Rechnung herunterladen"
    history = (PastStep(0, seen.url, "", "heuristic", (PastAction(first, failed, label=label),)),)
    assert told(planned(download_goal(), seen, history), seen) == ["wait"]


def test_details_page_need_not_repeat_the_number(look: Look) -> None:
    seen = look("downloads/anonymous_details")
    moved = result("https://shop.example/orders", after=seen.url)
    click = Click(ref="e9", purpose=Purpose.DETAILS)
    history = (
        PastStep(0, "https://shop.example/orders", "", "heuristic", (PastAction(click, moved),)),
    )
    lines = told(planned(download_goal(), seen, history), seen)
    assert lines == ["download https://shop.example/files/8814.pdf"]
