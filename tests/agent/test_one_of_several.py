"""A goal that names one of several documents gets that one, or an honest end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from fpdf import FPDF

from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.agent.planners.heuristic.planner import HeuristicPlanner
from skyvern_dagster.agent.task import TaskResult
from skyvern_dagster.agent.task_runner import TaskRunner
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.browser.runtime import BrowserRuntime
from tests.agent.errand import Errand
from tests.loopback import Answering, LoopbackSite, bound

_ROWS = [
    ("A-1", "2024-06-03", "19.99"),
    ("A-2", "2024-05-04", "120.00"),
    ("A-3", "2024-04-02", "7.50"),
    ("A-4", "2024-03-01", "64.10"),
]
_FORMS = (
    ("A-1", "A-2", "A-3", "A-4"),
    ("1", "2", "3", "4"),
    ("ABCDE", "FGHIJ", "LMNOP", "QRSTU"),
    ("2021", "2022", "2023", "2024"),
)


def _table(rows: list[str]) -> str:
    head = "<tr><th>Invoice</th><th>Date</th><th>Total</th><th></th></tr>"
    return f"<table><thead>{head}</thead><tbody>{''.join(rows)}</tbody></table>"


def _row(number: str, day: str, total: str, file: str) -> str:
    return f"<tr><td>{number}</td><td>{day}</td><td>{total}</td><td>{file}</td></tr>"


def _page(style: str, numbers: tuple[str, ...], *, without: str = "") -> str:
    parts = []
    for number, (_, day, total) in zip(numbers, _ROWS, strict=True):
        file = "" if number == without else f"<a href='/file/{number}'>PDF</a>"
        if style == "table":
            parts.append(_row(number, day, total, file))
        elif style == "list":
            parts.append(f"<li><b>{number}</b> <i>{day}</i> <span>{total} EUR</span> {file}</li>")
        else:
            parts.append(f"<div><h3>{number}</h3><p>{day}</p><p>{total} EUR</p>{file}</div>")
    body = _table(parts) if style == "table" else "".join(parts)
    body = f"<ul>{body}</ul>" if style == "list" else body
    return f"<html lang=en><title>Invoices</title><main><h1>Invoices</h1>{body}</main></html>"


class _Site(LoopbackSite):
    def __init__(self) -> None:
        self.page = ""
        self.refused = ""
        self.swapped = False
        super().__init__(bound(_Handler, self))


class _Handler(Answering):
    protocol_version = "HTTP/1.1"
    site: _Site

    def get(self) -> None:
        path = unquote(urlsplit(self.path).path)
        if not path.startswith("/file/"):
            self.answer(200, "text/html; charset=utf-8", self.site.page.encode())
            return
        number = path.rpartition("/")[2]
        if number == self.site.refused:
            self.answer(403, "text/html", b"<h1>Forbidden</h1>")
            return
        pdf = FPDF()
        pdf.add_page()
        pdf.set_font("Helvetica")
        pdf.cell(text=f"Invoice {'A-1' if self.site.swapped else number}")
        disposition = 'attachment; filename="invoice.pdf"'
        self.answer(200, "application/pdf", bytes(pdf.output()), Content_Disposition=disposition)


@pytest.fixture(scope="module")
def shop() -> Iterator[_Site]:
    site = _Site()
    yield site
    site.stop()


@pytest.fixture
def desk(shop: _Site, runtime: BrowserRuntime, tmp_path: Path) -> Errand:
    shop.refused, shop.swapped = "", False
    store = ArtifactStore(tmp_path / "artifacts")
    return Errand(TaskRunner(runtime, store), store, shop.url)


def _fetch(desk: Errand, goal: str, **payload: Any) -> TaskResult:
    wanted = Goal(navigation_goal=goal, payload=payload, complete_on_download=True)
    return desk.plan("/", HeuristicPlanner(), goal=wanted, max_steps=6, trace="off")


def _given(desk: Errand, result: TaskResult) -> list[str]:
    from skyvern_dagster.reading.file_text import file_text

    return [file_text(desk.store.read(file.key)).strip() for file in result.files]


_GIVEN = "Download the invoice of the order with the given order_id."


@pytest.mark.parametrize("style", ["table", "list", "cards"])
@pytest.mark.parametrize("numbers", _FORMS, ids=lambda each: each[2])
def test_a_number_of_any_form(
    desk: Errand, shop: _Site, style: str, numbers: tuple[str, ...]
) -> None:
    shop.page = _page(style, numbers)
    result = _fetch(desk, _GIVEN, order_id=numbers[2])
    assert (result.status, _given(desk, result)) == ("completed", [f"Invoice {numbers[2]}"])


@pytest.mark.parametrize("numbers", _FORMS, ids=lambda each: each[2])
def test_a_row_without_a_file_isnt_given_another_ones(
    desk: Errand, shop: _Site, numbers: tuple[str, ...]
) -> None:
    shop.page = _page("table", numbers, without=numbers[2])
    result = _fetch(desk, _GIVEN, order_id=numbers[2])
    assert (result.status, result.files) == ("terminated", ())


@pytest.mark.parametrize(
    "goal",
    [
        "Download the third invoice.",
        "Download the invoice of April 2024.",
        "Download the invoice of April.",
        "Download the invoice dated 2 April 2024.",
        "Download the invoice with the total 7.50.",
        "Lade die dritte Rechnung herunter.",
    ],
)
def test_order_month_day_and_amount(desk: Errand, shop: _Site, goal: str) -> None:
    shop.page = _page("table", _FORMS[0])
    result = _fetch(desk, goal)
    assert (result.status, _given(desk, result)) == ("completed", ["Invoice A-3"])


@pytest.mark.parametrize(
    "goal",
    [
        "Download the ninth invoice.",
        "Download the invoice of January 2024.",
        "Download the invoice dated 5 April 2024.",
        "Download the invoice with the total 7.55.",
        "Download the invoice A-9.",
        "Download the invoice of Miller Ltd.",
        "Download the invoice over 100 EUR.",
    ],
)
def test_what_isnt_there_ends_honestly(desk: Errand, shop: _Site, goal: str) -> None:
    shop.page = _page("table", _FORMS[0])
    result = _fetch(desk, goal)
    assert (result.status, result.files) == ("terminated", ())


def test_a_refused_file_isnt_replaced_by_the_next_ones(desk: Errand, shop: _Site) -> None:
    for goal in ("Download the third invoice.", "Download the invoice A-3."):
        shop.page, shop.refused = _page("table", _FORMS[0]), "A-3"
        result = _fetch(desk, goal)
        assert result.status != "completed"
        assert not result.files


def test_several_are_not_one(desk: Errand, shop: _Site) -> None:
    shop.page = _page("table", _FORMS[0])
    result = _fetch(desk, "Download the invoices A-2 and A-3.")
    assert (result.status, result.files) == ("terminated", ())


def test_a_file_of_another_item_is_no_success(desk: Errand, shop: _Site) -> None:
    shop.page, shop.swapped = _page("table", _FORMS[0]), True
    result = _fetch(desk, _GIVEN, order_id="A-3")
    assert (result.status, result.files) == ("terminated", ())
    assert "is of A-1, not of A-3" in str(result.failure_reason)
