"""Whether a list is of the records that were asked for: what the page and its records say."""

from __future__ import annotations

from collections.abc import Sequence

from skyvern_dagster.agent.planners.heuristic.document_click import GOOD
from skyvern_dagster.agent.planners.heuristic.documents import documents, wanted_document
from skyvern_dagster.agent.planners.heuristic.restrictions import tells_apart
from skyvern_dagster.agent.planners.heuristic.routes import RELATED
from skyvern_dagster.agent.planners.heuristic.situation import Situation
from skyvern_dagster.agent.planners.heuristic.target_page import is_headed, is_page_of
from skyvern_dagster.reading.concepts import concept
from skyvern_dagster.reading.facts import Kind
from skyvern_dagster.reading.month_mentions import months_in
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.record import Record
from skyvern_dagster.reading.record_list import PageOfList, Row
from skyvern_dagster.reading.words import fold, stems

_PLAIN = 0.75
"""Of a reading's quality, where nothing else says what the records are: number and day both have
to be named so. A bare `#` beside any date comes to 0.63, and could be a list of anything."""

_RELATED = 0.6
"""The same on a page of a related name (bills, bookings): most of what is asked for is plain. Lists
of what happened lately, which name records among much else, come to 0.4."""

_LEAST_NUMBER = 5
"""Characters of a heading's number that names a record: years and counts are shorter."""

_MOST = 0.5
"""Half of the records say themselves what they are: those are meant, the others are of other
kinds in the same list."""

_PARTS = ("paging.archive", "paging.current", "paging.relative", "goal.newest")
"""What tells a part of a list from its rest."""
_KINDS = {
    "page.orders": ("page.orders", "page.invoices", "doc.invoice"),
    "page.invoices": ("page.invoices", "doc.invoice"),
}
"""What records call themselves, by the page that is looked for."""
_STANDING_IN = {"page.orders": "page.invoices", "page.invoices": "page.orders"}
"""Pages whose records have the number by which those of another page are known, too."""
_VALUES = frozenset({Kind.IDENTIFIER, Kind.DATE, Kind.AMOUNT})
"""What tells which record it is, and nothing of what happened to it."""


def is_wanted_list(situation: Situation, page: PageOfList) -> bool:
    """Whether these are the records that the goal is about."""
    target = situation.intent.target
    if not target or is_page_of(situation, target):
        return True
    if _is_one_records_page(situation, page):
        return False
    if len(page.rows) > 1 and _share_speaking(situation, page) >= _MOST:
        return True
    related = any(is_headed(situation, name) for name in RELATED.get(target, ()))
    if related and len(page.rows) > 1 and _share_with_documents(situation, page) >= _MOST:
        return True
    stands_in = target in _STANDING_IN and is_headed(situation, _STANDING_IN[target])
    if stands_in and len(page.rows) > 1 and _share_bare(situation, page) == 1:
        return True
    return page.reading.quality >= (_RELATED if related else _PLAIN)


def _is_one_records_page(situation: Situation, page: PageOfList) -> bool:
    """Whether the only record is what the page itself is about: `Invoice R-1` is no list."""
    if len(page.rows) > 1:
        return False
    said = fold(" ".join(str(value) for value in page.rows[0].values.values() if value))
    numbers = (
        word
        for heading in situation.view.headings[1:]
        for word in fold(heading).split()
        if any(each.isdigit() for each in word) and len(word) >= _LEAST_NUMBER
    )
    return any(number in said for number in numbers)


def of_wanted_kind(situation: Situation, page: PageOfList) -> list[Row]:
    """The records of the wanted kind, where several kinds share a list and say which they are."""
    target = situation.intent.target
    rows = list(page.rows)
    if not target or is_page_of(situation, target):
        return rows
    speaking = [row for row in rows if _speaks(situation, row)]
    return speaking if len(speaking) >= _MOST * len(rows) else rows


def of_wanted_section(situation: Situation, rows: list[Row]) -> list[Row]:
    """The records below the heading that the goal names, where a page has several lists."""
    wanted = named_section(situation, [row.section for row in rows])
    return [row for row in rows if row.section == wanted] if wanted else rows


def named_section(situation: Situation, sections: Sequence[str]) -> str:
    """The one of several headings above records that the goal's words name and no other."""
    said = stems(situation.goal.data_extraction_goal)
    known = dict.fromkeys(sections)
    named = [one for one in known if one and stems(one) <= said]
    telling = [one for one in named if tells_apart(one)]
    if len(known) > 1 and len(telling) == 1:
        return telling[0]
    alone = len(named) == 1 and all(one in named or _is_of_others(one, said) for one in known)
    return named[0] if len(known) > 1 and alone else ""


def _is_of_others(heading: str, said: frozenset[str]) -> bool:
    """Whether a heading names records of another kind (`Sales`) rather than a part of all."""
    parts = (*_PARTS, "value.status")
    is_part = any(concept(name).mentioned(heading) for name in parts)
    dated = any(letter.isdigit() for letter in heading) or bool(months_in(heading))
    return bool(heading) and not (is_part or dated or stems(heading) & said)


def folded_field(page: PageOfList) -> str:
    """A field that no record shows, where each has a part that is folded away."""
    records = page.reading.records
    nodes = ([below for node in one.record.nodes for below in node.walk()] for one in records)
    if not all(any(below.expanded is False for below in each) for each in nodes):
        return ""
    names = page.rows[0].values
    return next(
        (name for name in names if all(row.values.get(name) is None for row in page.rows)), ""
    )


def _share_speaking(situation: Situation, page: PageOfList) -> float:
    return sum(_speaks(situation, row) for row in page.rows) / len(page.rows)


def _share_with_documents(situation: Situation, page: PageOfList) -> float:
    """How many of the records offer a document of their own: lists of what happened don't."""
    kind, view = wanted_document(""), situation.view
    offering = sum(
        any(one.score >= GOOD for one in documents(view, filled.record.nodes, kind, lone=True))
        for filled in page.reading.records
    )
    return offering / len(page.reading.records)


def _share_bare(situation: Situation, page: PageOfList) -> float:
    """How many of the records say their number, a day, sums and a state, and nothing else."""
    bare = sum(_is_bare(situation.view, filled.record) for filled in page.reading.records)
    return bare / len(page.reading.records)


def _is_bare(view: PageView, record: Record) -> bool:
    kinds = {fact.kind for fact in record.facts}
    rest = " ".join(view.text(node) for node in record.nodes)
    for fact in record.facts:
        if fact.kind in _VALUES:
            rest = rest.replace(fact.text, " ")
    left = (word for word in rest.split() if any(map(str.isalnum, word)))
    state = concept("value.status")
    return {Kind.IDENTIFIER, Kind.DATE} <= kinds and all(map(state.mentioned, left))


def _speaks(situation: Situation, row: Row) -> bool:
    target = situation.intent.target
    return any(concept(name).mentioned(row.text) for name in _KINDS.get(target, (target,)))
