"""Documents that lie on a record's own page, where the goal says which record and no number."""

from __future__ import annotations

from collections.abc import Sequence

from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.document_click import take_document
from skyvern_dagster.agent.planners.heuristic.documents import Document, DocumentKind
from skyvern_dagster.agent.planners.heuristic.item_choice import by_record, fitting, newest
from skyvern_dagster.agent.planners.heuristic.situation import LIKELY, Situation, click, unsure
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.cells import RECORD_ROLES
from skyvern_dagster.reading.concepts import MOSTLY, concept
from skyvern_dagster.reading.controls import Control, same_page
from skyvern_dagster.reading.identifiers import find_identifiers
from skyvern_dagster.reading.own_part import siblings_alike

_REAL_NUMBER = 0.4
"""Three digits (`identifiers`): fewer alone may be pages of the list."""
_LEAST = 2
"""Records: one alone is no list to choose from."""


def record_links(situation: Situation) -> list[Document]:
    """Links that lead to the pages of a list's records: `Details`, or their numbers."""
    view = situation.view
    return [
        Document(one, MOSTLY, "opens the record")
        for one in view.controls
        if _opens_record(situation, one) and _row(situation, one) is not None
    ]


def open_record(situation: Situation, kind: DocumentKind) -> Plan | None:
    """Opens the one record that the goal describes, where the list itself offers no document."""
    if situation.memory.purposes(Purpose.DETAILS):
        return None
    links = record_links(situation)
    if len(by_record(situation.view, links)) < _LEAST:
        return None
    item = situation.intent.item
    if (item.oldest or situation.intent.newest) and not _all_lead_on(situation, links):
        return unsure(f"Not all records on {situation.url} lead to a page of their own")
    if item:
        records = fitting(situation, links)
    elif situation.intent.newest == 1:
        latest = newest(situation, links)
        records = [of_one for _, of_one in by_record(situation.view, latest)]
    else:
        return None
    if len(records) > 1:
        what = item.described or "the newest"
        return unsure(
            f"{len(records)} records on {situation.url} are {what}; none has a {kind.name}"
        )
    if not records:
        return None
    return click(
        records[0][0].control, Purpose.DETAILS, "leads to the record that is meant", LIKELY
    )


def _all_lead_on(situation: Situation, links: Sequence[Document]) -> bool:
    """Whether all records of the list can be opened: the newest might be one that can't."""
    rows = [_row(situation, one.control) for one in links]
    first = rows[0]
    beside = siblings_alike(situation.view, first) if first is not None else []
    return all(any(one is row for row in rows) for one in beside)


def on_record_page(situation: Situation, candidates: Sequence[Document]) -> Plan | None:
    """The document of a record that was opened, where its page has those of one record only."""
    if not _was_opened(situation):
        return None
    groups = by_record(situation.view, candidates)
    if len(groups) != 1:
        return None
    return take_document(situation, groups[0][1])


def _was_opened(situation: Situation) -> bool:
    opened = situation.memory.done(Purpose.DETAILS)
    if not opened:
        return False
    result = opened[-1].result
    after = result.url_after or ""
    return result.url_before != after and same_page(after, situation.url)


def _opens_record(situation: Situation, control: Control) -> bool:
    if control.node.role != "link" or not control.url or same_page(control.url, situation.url):
        return False
    if not situation.untried(control) or situation.unasked.of_link(control.label, control.url):
        return False
    if concept("nav.details").score(control.label) >= MOSTLY:
        return True
    numbers = find_identifiers(control.label, ())
    return any(one.likeness >= _REAL_NUMBER or not one.text.isdigit() for one in numbers)


def _row(situation: Situation, control: Control) -> Node | None:
    """The record of a list that a link stands in."""
    view = situation.view
    around = (one for one in view.ancestors(control.node) if one.role in RECORD_ROLES)
    row = next(around, None)
    return row if row is not None and len(siblings_alike(view, row)) >= _LEAST else None
