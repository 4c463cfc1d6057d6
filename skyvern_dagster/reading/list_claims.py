"""What a page says of how much of a list it shows."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.concepts import MOSTLY, concept, word_list
from skyvern_dagster.reading.controls import INPUT_ROLES
from skyvern_dagster.reading.date_window import DateWindow
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.periods import Period, period_of
from skyvern_dagster.reading.words import fold

PAGE_OF = re.compile(
    r"(?:page|seite|pagina|pag)\.?\s*(\d+)\s*(?:of|von|sur|de|di|van|/)\s*(\d+)|^\W*(\d+)\s*/\s*(\d+)\W*$"
)
_NUMBERED_PAGE = re.compile(r"\W*\d+\s*/\s*\d+\W*")
"""Two numbers and nothing else are a place in the list, or a number of a record: ``12/2024``."""


_SHOWN_OF = re.compile(
    r"\b(\d+)\s*(?:-|–|to|bis|a|à|tot|até)\s*(\d+)\s*(?:of|von|sur|de|di|van|/)\s*(\d+)\b"
)


_LONGEST_CLAIM = 80
"""Characters of a line that says how many records there are."""
_LONGEST_SENTENCE = 160
"""Characters of a sentence that says which part of a list is shown."""
_CONTROLS = frozenset({"link", "button", "tab", "menuitem", "option"})
_RECORDS = frozenset({"row", "cell", "gridcell", "listitem", "article"})
_PARTS = _CONTROLS | _RECORDS


def says_more(view: PageView) -> bool | None:
    """Whether the page says that there is more than it shows; ``None`` when it doesn't say."""
    for line in view.paragraphs:
        if len(line) > _LONGEST_CLAIM or (_NUMBERED_PAGE.fullmatch(line) and _in_row(view, line)):
            continue
        if match := _SHOWN_OF.search(fold(line)):
            return int(match.group(2)) < int(match.group(3))
        if match := PAGE_OF.search(fold(line)):
            current, last = (int(part) for part in match.groups() if part)
            if current:  # else it is which of its records is chosen: none
                return current < last
    return None


def shown_part(view: PageView, window: DateWindow, today: date) -> str:
    """The sentence with which a page says that its list is only a part, or an empty text.

    ``Only your 3 most recent orders are shown.``, ``Showing orders from the last 30 days.``,
    ``Older orders are in the archive.``; not where the days that it names are all that are wanted.
    """
    for node in view.nodes:
        text = "" if node.role in _RECORDS else view.text(node)
        if not 0 < len(text) <= _LONGEST_SENTENCE or not _of_records().search(fold(text)):
            continue
        if not _is_sentence(view, node):
            continue
        period = period_of(text, today) or _latest(text, today)
        if period and window and period.covers(window, today):
            continue
        limited = concept("paging.only").mentioned(text) or period is not None
        if (concept("paging.shown").mentioned(text) and limited) or concept(
            "paging.elsewhere"
        ).mentioned(text):
            return text
    return ""


def still_loads(view: PageView) -> str:
    """What says that more of a list is on its way: `Loading more…`; an empty text for none."""
    for node in view.nodes:
        text = "" if node.children or node.role in _PARTS else view.text(node)
        if not 0 < len(text) <= _LONGEST_CLAIM or not _is_sentence(view, node):
            continue
        if concept("obstacle.loading").score(text) >= MOSTLY:
            return text
    return ""


def _latest(text: str, today: date) -> Period | None:
    """No days at all, where a sentence speaks of the latest records without saying since when."""
    latest = concept("goal.newest").mentioned(text) or concept("paging.relative").mentioned(text)
    return Period(today, today) if latest else None


def _is_sentence(view: PageView, node: Node) -> bool:
    around = {one.role for one in (node, *view.ancestors(node))}
    inner = {one.role for one in node.walk()}
    plain = view.region(node) in {"", "main", "region"}
    return plain and not around & _RECORDS and not inner & (_RECORDS | INPUT_ROLES)


@cache
def _of_records() -> re.Pattern[str]:
    names = (f"page.{name}" for name in ("orders", "invoices", "documents", "payments"))
    listed = [concept(name).terms.pattern for name in names]
    return re.compile("|".join(listed))


def _in_row(view: PageView, line: str) -> bool:
    rows = (node for node in view.nodes if node.role in _RECORDS)
    return any(view.text(below) == line for row in rows for below in row.walk())


def claimed_total(view: PageView) -> int | None:
    """How many records the page says that the list has, or ``None``.

    ``1 - 10 of 23``, ``23 orders``, ``Orders (23)``, ``Total: 23 records``.
    """
    for line in view.paragraphs:
        if len(line) <= _LONGEST_CLAIM and (match := _SHOWN_OF.search(fold(line))):
            return int(match.group(3))
    counted = [
        int(next(filter(None, match.groups())))
        for node in view.nodes
        if view.region(node) in {"", "main", "region"} and node.role not in _CONTROLS
        if 0 < len(text := fold(view.text(node) or node.name)) <= _LONGEST_CLAIM
        if (match := _counts().fullmatch(text))
        if not any(above.role in _PARTS for above in (node, *view.ancestors(node)))
    ]
    return max(counted, default=None)


@cache
def _counts() -> re.Pattern[str]:
    """A count of records and nothing else: of the whole list, as it stands above or below it."""
    names = (f"page.{name}" for name in ("orders", "invoices", "documents", "payments"))
    called = "|".join(
        [concept(name).terms.pattern for name in names]
        + [re.escape(word) + "s?" for word in word_list("items")["record_words"]]
    )
    total = rf"(?:{concept('paging.total').terms.pattern})"
    return re.compile(
        rf"\W*(?:{total}\W*)?(\d+)\s+(?:{called})(?:\W+{total})?\W*"
        rf"|(?:{called})\s*(?:\(\s*(\d+)\s*\)|:\s*(\d+))\W*"
    )
