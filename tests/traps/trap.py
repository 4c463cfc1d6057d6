"""A page that invites a wrong success, what is asked for there, and whether it was done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fpdf import FPDF

from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.agent.task import TaskStatus

TODAY = date(2024, 6, 15)

NOT_FOUND, NO_DOCUMENT, NO_RECORDS = "order_not_found", "no_invoice_available", "no_orders_found"
"""Codes of a definition for what isn't there: a run that ends with one of them is foreseen."""
CODES = {
    NOT_FOUND: "The order with this id can't be found.",
    NO_DOCUMENT: "The order has no invoice that could be downloaded.",
    NO_RECORDS: "There are no orders.",
}
"""They, as the definition says them."""


@dataclass(frozen=True)
class Happened:
    """How a run ended, what it brought and what the site was sent.

    Attributes:
        files: What the files say.
        posted: The forms that arrived, each with the path that it was sent to as ``path``.
        codes: The definition's codes that it ended with.
    """

    status: TaskStatus
    reason: str
    extracted: Any
    files: tuple[str, ...]
    posted: tuple[dict[str, str], ...]
    codes: tuple[str, ...] = ()

    @property
    def claimed(self) -> str:
        """The code with which it says that something isn't there; empty for none."""
        return next((one for one in self.codes if one in CODES), "")


@dataclass(frozen=True)
class File:
    """A PDF of a few lines, or another content, under a name.

    Attributes:
        other: What it is instead of a PDF.
        media_type: What the server says that it is.
    """

    lines: tuple[str, ...] = ()
    name: str = "document.pdf"
    other: bytes = b""
    media_type: str = "application/pdf"

    def content(self) -> bytes:
        if self.other:
            return self.other
        pdf = FPDF()
        pdf.add_page()
        pdf.set_font("Helvetica")
        for line in self.lines:
            pdf.cell(text=line, new_x="LMARGIN", new_y="NEXT")
        return bytes(pdf.output())


Answer = Callable[[dict[str, str], int], str]
"""What a form is answered with, of its fields and how many came before: a page's body."""


@dataclass(frozen=True)
class Trap:
    """One way to be wrong.

    Attributes:
        pages: Bodies by path; what can't be found is answered with 404.
        right: Whether what was asked for was done, or was rightly read.
        solvable: Whether a planner without a model is expected to do it.
        answers: What forms are answered with, by path.
        delays: Seconds before a path is answered.
        statuses: HTTP statuses of pages, and of answers to forms, that aren't 200.
        claim: The code that is right there; empty where none is.
    """

    name: str
    goal: Goal
    pages: Mapping[str, str]
    right: Callable[[Happened], bool]
    files: Mapping[str, File] = field(default_factory=dict)
    answers: Mapping[str, Answer] = field(default_factory=dict)
    delays: Mapping[str, float] = field(default_factory=dict)
    statuses: Mapping[str, int] = field(default_factory=dict)
    claim: str = ""
    solvable: bool = True

    def is_false(self, seen: Happened) -> bool:
        """Whether a run says what isn't so: that it is done, or that something isn't there."""
        if seen.status == "completed":
            return not self.right(seen)
        return bool(seen.claimed) and seen.claimed != self.claim


def page(body: str, *, title: str = "Portal", script: str = "", lang: str = "en") -> str:
    """A whole page."""
    return (
        f"<!doctype html><html lang={lang}><title>{title}</title><body>{body}"
        f"<script>{script}</script></body></html>"
    )


def table(heads: Sequence[str], *rows: Sequence[str]) -> str:
    """A table with one row of heads."""
    head = "".join(f"<th>{one}" for one in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}' for cell in row)}" for row in rows)
    return f"<table><tr>{head}{body}</table>"


def invoice(number: str, *lines: str, name: str = "", what: str = "Invoice") -> File:
    """A document that says whose it is."""
    text = (f"Alder & Finch {what}", f"{what} {number}", *lines, "Thank you for your business.")
    return File(text, name or "document.pdf")


def fetch(goal: str = "", **payload: Any) -> Goal:
    """The goal to download a document, as the invoice workflow words it."""
    return Goal(
        navigation_goal=goal
        or "Download the invoice of the order with the given order_id. COMPLETE when the invoice "
        "is downloaded. TERMINATE when the order can't be found or has no invoice.",
        payload=payload,
        complete_on_download=True,
        error_code_mapping=CODES,
        today=TODAY,
    )


def fill(goal: str = "Fill in the form with the given data and send it.", **payload: Any) -> Goal:
    """The goal to send a form."""
    return Goal(navigation_goal=goal, payload=payload, today=TODAY)


def read(wanted: str, properties: Mapping[str, str], *, way: str = "", **payload: Any) -> Goal:
    """The goal to read a list of records with these fields."""
    schema = {
        "type": "object",
        "properties": {
            "orders": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {name: {"type": kind} for name, kind in properties.items()},
                },
            }
        },
    }
    return Goal(
        navigation_goal=way,
        data_extraction_goal=wanted,
        data_schema=schema,
        payload=payload,
        today=TODAY,
    )


def only_file(*texts: str) -> Callable[[Happened], bool]:
    """Whether exactly one file came, and it says all of this."""
    return lambda seen: len(seen.files) == 1 and all(text in seen.files[0] for text in texts)


def orders_are(*wanted: dict[str, Any]) -> Callable[[Happened], bool]:
    """Whether exactly these records were read, in any order."""

    def check(seen: Happened) -> bool:
        found = seen.extracted.get("orders") if isinstance(seen.extracted, dict) else None
        key = lambda one: sorted((name, str(value)) for name, value in one.items())  # noqa: E731
        return found is not None and sorted(found, key=key) == sorted(wanted, key=key)

    return check


def sent(**fields: str) -> Callable[[Happened], bool]:
    """Whether one form arrived with these values."""
    return lambda seen: any(
        all(one.get(name) == value for name, value in fields.items()) for one in seen.posted
    )


def never(_: Happened) -> bool:
    """What can't be done there at all."""
    return False
