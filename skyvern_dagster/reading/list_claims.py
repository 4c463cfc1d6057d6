"""What a page says of how much of a list it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache

from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.concepts import MOSTLY, concept, word_list
from skyvern_dagster.reading.controls import INPUT_ROLES
from skyvern_dagster.reading.date_window import DateWindow
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.periods import Period, period_of
from skyvern_dagster.reading.words import fold

_NUMBERED_PAGE = re.compile(r"\W*\d+\s*/\s*\d+\W*")
"""Two numbers and nothing else are a place in the list, or a number of a record: ``12/2024``."""


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
        if match := _shown_of().search(fold(line)):
            return int(match.group(2)) < int(match.group(3))
        if match := page_of().search(fold(line)):
            current, last = (int(part) for part in match.groups() if part)
            if current:  # else it is which of its records is chosen: none
                return current < last
    return None


@cache
def page_of() -> re.Pattern[str]:
    """Which page of how many: ``page 2 of 5``, ``2 / 5``."""
    pages, of = _either("pages"), _either("of_all")
    return re.compile(rf"(?:{pages})\.?\s*(\d+)\s*(?:{of})\s*(\d+)|^\W*(\d+)\s*/\s*(\d+)\W*$")


@cache
def _shown_of() -> re.Pattern[str]:
    """Which part of a list: ``1-10 of 60``."""
    to, of = _either("up_to"), _either("of_all")
    return re.compile(rf"\b(\d+)\s*(?:{to})\s*(\d+)\s*(?:{of})\s*(\d+)\b")


def _either(name: str) -> str:
    return "|".join(map(re.escape, word_list("items")[name]))


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
        if view.is_only_spoken(node):
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
        if len(line) <= _LONGEST_CLAIM and (match := _shown_of().search(fold(line))):
            return int(match.group(3))
    counted = [
        int(next(filter(None, match.groups())))
        for node in view.nodes
        if view.region(node) in {"", "main", "region"} and node.role not in _CONTROLS
        if 0 < len(text := fold(view.text(node) or node.name)) <= _LONGEST_CLAIM
        if (match := _counts().fullmatch(text))
        if not any(above.role in _PARTS for above in (node, *view.ancestors(node)))
    ]
    return max((*counted, *_counted_by_sign(view), *_part_of_all(view)), default=None)


def _part_of_all(view: PageView) -> Iterator[int]:
    """How many there are where a line says how many of them it shows: ``2 of 12 orders``."""
    for line in view.paragraphs:
        if len(line) > _LONGEST_CLAIM or _in_row(view, line):
            continue
        plain = fold(line)
        named, bare = _part_of_records(), _part()
        shown = concept("paging.shown").mentioned(line)
        if match := named.search(plain) or (bare.search(plain) if shown else None):
            part, every = (int(number) for number in match.groups() if number)
            if part <= every:
                yield every
        elif shown and (counted := _number_of_records().search(plain)):
            yield int(counted[1])


@cache
def _part_of_records() -> re.Pattern[str]:
    called, of = _called(), _either("of_all")
    whole = rf"\b(\d+)\s*(?:{of})\s*(\d+)\s+(?:{called})"
    return re.compile(rf"{whole}|\b(\d+)\s+(?:{called})\s*(?:{of})\s*(\d+)\b")


@cache
def _number_of_records() -> re.Pattern[str]:
    return re.compile(rf"\b(\d+)\s+(?:{_called()})")


def _called() -> str:
    """What records are called, which pages have lists of."""
    names = (f"page.{name}" for name in ("orders", "invoices", "documents", "payments", "bookings"))
    return "|".join(concept(name).terms.pattern for name in names)


@cache
def _part() -> re.Pattern[str]:
    of = _either("of_all")
    words = r"(?:[^\W\d_]+\s+)?"
    return re.compile(rf"\b(\d+)\s+{words}(?:{of})\s+(\d+)\b")


def _counted_by_sign(view: PageView) -> Iterator[int]:
    """Numbers of records that a sign right behind them counts: ``全12件``."""
    counters = _either("counters")
    for line in view.paragraphs:
        if len(line) <= _LONGEST_CLAIM and not _in_row(view, line):
            yield from (int(number) for number in re.findall(rf"(\d+)\s*(?:{counters})", line))


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
