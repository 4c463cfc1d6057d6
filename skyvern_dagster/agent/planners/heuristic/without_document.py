"""What to do, and to say, where a record is there and its document isn't."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, takewhile
from urllib.parse import urlsplit

from skyvern_dagster.agent.decisions import Goto
from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.absent_document import could_not_get, doubt_of_absence
from skyvern_dagster.agent.planners.heuristic.denied_document import said_of_document
from skyvern_dagster.agent.planners.heuristic.document_click import back_to_untried
from skyvern_dagster.agent.planners.heuristic.documents import DocumentKind
from skyvern_dagster.agent.planners.heuristic.routes import follow, routes
from skyvern_dagster.agent.planners.heuristic.situation import (
    FAIR,
    LIKELY,
    SURE,
    Situation,
    act,
    terminate,
    unsure,
    wait_for_rest,
)
from skyvern_dagster.agent.planners.heuristic.unexplored import contradicted
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.concepts import MOSTLY, concept
from skyvern_dagster.reading.controls import Control, same_page
from skyvern_dagster.reading.record_part import RecordPart, numbers_like
from skyvern_dagster.reading.words import clip

_RECORD_TEXT = 250
"""Characters of a record of a list with all its fields; what is longer is the list."""
_RECORD_LEVELS = 3
"""Above a control: its cell, its row, and a box in between."""
_RECORDS = frozenset({"row", "article"})
"""What is in a table or among cards belongs to one record; menus are lists."""
_LANDMARKS = frozenset({"navigation", "banner", "contentinfo", "main", "document"})


def not_there(situation: Situation, parts: Sequence[RecordPart], kind: DocumentKind) -> Plan:
    """The record is here, its document isn't: what was left, the documents list, then say so."""
    if plan := back_to_untried(situation):
        return plan
    record = situation.intent.record_id
    if plan := could_not_get(situation, kind):
        return plan
    nodes = [node for part in parts for node in part.nodes]
    told = said_of_document(situation, nodes, kind)
    if not told and (plan := _documents_list(situation, kind)):
        return plan
    where = f"{kind.name} to download for {record} on {situation.url}"
    if told:
        reason = f'There is no {where}; the page says "{clip(told)}"'
        return terminate(situation, "no_document", reason, SURE)
    doubt = doubt_of_absence(situation, parts, kind)
    if not doubt:
        reason = f"There is no {where}"
        plan = wait_for_rest(situation, "documents")
        return plan or terminate(situation, "no_document", reason, LIKELY)
    seen = f"No {kind.name} of {record} could be found on {situation.url}"
    return _back_to_list(situation) or unsure(f"{seen}, and {doubt}")


def _back_to_list(situation: Situation) -> Plan | None:
    """Back to the list that the record was opened from: its neighbours may show what it lacks."""
    opened = situation.memory.done(Purpose.DETAILS)
    if not opened or situation.memory.purposes(Purpose.BACK):
        return None
    before = opened[-1].result.url_before
    if not before or same_page(before, situation.url) or contradicted(situation):
        return None
    why = f"Back: the list may show whether {situation.intent.record_id} lacks it"
    return act([Goto(url=before, reasoning=why, purpose=Purpose.BACK)], why, FAIR)


def _documents_list(situation: Situation, kind: DocumentKind) -> Plan | None:
    """A list of all invoices elsewhere in the account, where the record itself offers none."""
    if situation.memory.purposes(Purpose.DOCUMENTS_LIST) or kind.wording:
        return None
    if any(concept("page.invoices").score(text) >= MOSTLY for text in situation.view.main_headings):
        return None
    links = [
        route
        for route in routes(situation, ("page.invoices", "page.documents"))
        if route.score >= MOSTLY
    ]
    links = [
        route
        for route in links
        if route.control.region != "contentinfo" and _is_area_link(situation, route.control)
    ]
    return follow(links[0], Purpose.DOCUMENTS_LIST, FAIR) if links else None


def _is_area_link(situation: Situation, control: Control) -> bool:
    if control.node.role not in {"link", "menuitem", "tab"} or situation.memory.visited(
        control.url
    ):
        return False
    in_row = any(above.role in _RECORDS for above in situation.view.ancestors(control.node))
    return not in_row and not in_record(situation, control)


def in_record(situation: Situation, control: Control) -> bool:
    """Whether a control belongs to one record of a list: it leads to a document, not to a list."""
    above = takewhile(
        lambda node: node.role not in _LANDMARKS, situation.view.ancestors(control.node)
    )
    around = [
        node
        for node in islice(above, _RECORD_LEVELS)
        if len(situation.view.text(node)) < _RECORD_TEXT
    ]
    address = urlsplit(control.url)
    path = f"{address.path} {address.query}".replace("/", " ")
    texts = [path, control.label, *(situation.view.text(node) for node in around)]
    return any(numbers_like(text, situation.intent.record_id) for text in texts)
