"""A downloaded file belongs to the item that its task names, or it isn't kept as a success."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fpdf import FPDF

from skyvern_dagster.agent.file_proof import FileProver
from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.browser.results import ActionResult, DownloadedFile

_LONG = """Gardenia Ltd, 12 Mill Lane, Leeds. Customer number 55512. VAT GB123456789.
Order number: {order}
Invoice number: {invoice}   Date: {day}
3 garden chairs   2 tables   SKU 88131
Total {total} EUR. Please pay within 14 days. Page 1 of 3. Thank you for 2023."""


def _pdf(text: str) -> bytes:
    pdf = FPDF()
    pdf.add_page()
    if text:
        pdf.set_font("Helvetica", size=10)
        pdf.multi_cell(180, 6, text)
    return bytes(pdf.output())


def _invoice(
    order: str = "10431", invoice: str = "R-9", day: str = "2 May 2024", total: str = "7.50"
) -> str:
    return _LONG.format(order=order, invoice=invoice, day=day, total=total)


def _verdict(folder: Path, goal: str, payload: dict[str, Any], content: bytes | str) -> str:
    path = folder / "file.pdf"
    path.write_bytes(_pdf(content) if isinstance(content, str) else content)
    file = DownloadedFile(path, path.name, "application/pdf", path.stat().st_size, "", "")
    goal_ = Goal(navigation_goal=goal, payload=payload, today=date(2024, 7, 1))
    return FileProver(goal_).proof(file).verdict


_GIVEN = "Download the invoice of the order with the given order_id."


@pytest.mark.parametrize(
    ("number", "another"),
    [("A-3", "A-1"), ("3", "1"), ("LMNOP", "ABCDE"), ("2023", "2019"), ("10432", "10431"),
     ("INV-2024-0042", "INV-2024-0031"), ("GA-20431", "GA-20432"), ("417", "418")],
)  # fmt: skip
def test_a_number_of_any_form_is_told_from_another(
    tmp_path: Path, number: str, another: str
) -> None:
    for found, expected in ((number, "shown"), (another, "wrong")):
        assert _verdict(tmp_path, _GIVEN, {"order_id": number}, found) == expected
        assert _verdict(tmp_path, _GIVEN, {"order_id": number}, f"Invoice {found}") == expected
        text = _invoice(order=found)
        assert _verdict(tmp_path, _GIVEN, {"order_id": number}, text) == expected


@pytest.mark.parametrize(
    ("goal", "right", "wrong"),
    [
        ("Download the invoice R-7.", _invoice(invoice="R-7"), _invoice(invoice="R-8")),
        (
            "Download the invoice of April 2024.",
            _invoice(day="30.04.2024"),
            _invoice(day="02.05.2024"),
        ),
        (
            "Download the invoice dated 2024-04-02.",
            _invoice(day="2 April 2024"),
            _invoice(day="3 April 2024"),
        ),
        ("Download the invoice with the total 7.50.", _invoice(), _invoice(total="19.99")),
        (
            "Lade die Rechnung vom 2. April 2024 herunter.",
            _invoice(day="02.04.2024"),
            _invoice(day="04.05.2024"),
        ),
    ],
)
def test_what_a_goal_names_is_looked_for(tmp_path: Path, goal: str, right: str, wrong: str) -> None:
    assert _verdict(tmp_path, goal, {}, right) == "shown"
    assert _verdict(tmp_path, goal, {}, wrong) == "wrong"


@pytest.mark.parametrize(
    "text",
    ["", "Gardenia Ltd. Customer number 55512. 3 chairs, 88131 Leeds. Thank you very much indeed."],
)
def test_a_file_that_tells_nothing_is_no_wrong_file(tmp_path: Path, text: str) -> None:
    assert _verdict(tmp_path, _GIVEN, {"order_id": "10432"}, text) == "nothing"


def test_other_numbers_of_a_document_are_not_its_own(tmp_path: Path) -> None:
    text = _invoice(order="").replace("Order number: \n", "").replace("R-9", "88132")
    assert _verdict(tmp_path, _GIVEN, {"order_id": "10432"}, text) == "nothing"


def test_every_number_that_the_goal_names_is_right(tmp_path: Path) -> None:
    goal = "Download invoice INV-1, then invoice INV-2."
    assert _verdict(tmp_path, goal, {}, "INV-2") != "wrong"
    assert _verdict(tmp_path, goal, {}, "INV-3") == "wrong"


@pytest.mark.parametrize(
    "content",
    [
        b"Order;Total\nA-1;7.50\n",
        b"<html><style>A-3</style><h1>Order A-1</h1></html>",
        "Bestellung A-1".encode("utf-16"),
    ],
)
def test_tables_and_pages_are_read_as_well(tmp_path: Path, content: bytes) -> None:
    assert _verdict(tmp_path, _GIVEN, {"order_id": "A-3"}, content) == "wrong"
    right = content.replace(b"A-1", b"A-3").replace(
        "A-1".encode("utf-16-le"), "A-3".encode("utf-16-le")
    )
    assert _verdict(tmp_path, _GIVEN, {"order_id": "A-3"}, right) == "shown"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_list_that_was_searched_and_exported_is_no_invoice(
    tmp_path: Path, delimiter: str
) -> None:
    rows = [["id", "date", "total"], ["10432", "2024-05-24T10:00:00Z", "793.01"]]
    content = "\n".join(delimiter.join(row) for row in rows).encode()
    payload = {"order_id": "10432"}
    assert _verdict(tmp_path, _GIVEN, payload, content) == "wrong"
    assert _verdict(tmp_path, "Download the list of the order 10432.", payload, content) == "shown"


def test_an_error_message_is_no_document(tmp_path: Path) -> None:
    assert _verdict(tmp_path, "Download the report.", {}, b'{"error": "not found"}') == "wrong"
    assert _verdict(tmp_path, "Download the report.", {}, b'{"rows": [1]}') == "shown"


@pytest.mark.parametrize(
    ("goal", "payload"),
    [
        ("Download the invoices R-7, R-8 and R-9.", {}),
        ("Download invoice R-7, then invoice R-8 and R-9", {}),
        ("Lade die Rechnungen R-7, R-8 und R-9 herunter", {}),
        ("Download the invoices of the given orders", {"order_ids": ["R-7", "R-8", "R-9"]}),
        ("Download their invoices", {"orders": [{"order_id": f"R-{n}"} for n in (7, 8, 9)]}),
    ],
)
def test_of_several_each_has_to_come(tmp_path: Path, goal: str, payload: dict[str, Any]) -> None:
    prover = FileProver(Goal(navigation_goal=goal, payload=payload, complete_on_download=True))
    missing = [prover.missing]
    for text in (*(_invoice(invoice=each) for each in ("R-8", "R-8", "R-7")), "nothing to see"):
        _give(prover, tmp_path, text)
        missing.append(prover.missing)
    left = ("R-7", "R-9")
    assert missing == [("R-7", "R-8", "R-9"), left, left, ("R-9",), ()]


def test_another_number_of_that_form_is_not_one_of_several() -> None:
    goal = "Download the invoice of order 10432 for customer 88123."
    assert FileProver(Goal(navigation_goal=goal, complete_on_download=True)).missing == ()


def _give(prover: FileProver, folder: Path, text: str) -> None:
    path = folder / "file.pdf"
    path.write_bytes(_pdf(text))
    file = DownloadedFile(path, path.name, "application/pdf", path.stat().st_size, "", "")
    asyncio.run(prover.checked(ActionResult(ok=True, message="", downloads=(file,))))
