"""Clicking a document's control, and what to do when no file comes."""

from __future__ import annotations

from skyvern_dagster.agent.decisions import Download, Wait
from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.documents import Document
from skyvern_dagster.agent.planners.heuristic.obstacles import passes
from skyvern_dagster.agent.planners.heuristic.record_openers import opens_menu
from skyvern_dagster.agent.planners.heuristic.situation import (
    FAIR,
    LIKELY,
    SURE,
    Situation,
    act,
    click,
)
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.controls import same_page
from skyvern_dagster.reading.record_part import numbers_like
from skyvern_dagster.reading.words import clip, fold

_GOOD = 0.55
"""Above a download that only stands beside the record (0.4 to 0.5, and up to 0.3 for what its
label and address say): the least that is clicked has something that speaks for the document.
0.45 and 0.68 do as well on the page tests."""

FOR_DOCUMENTS = frozenset({Purpose.DOCUMENT, Purpose.DOCUMENT_AREA, Purpose.DOCUMENTS_LIST})


def is_own_document(situation: Situation, document: Document) -> bool:
    """Whether a control isn't about another record by its own words."""
    wanted = situation.intent.record_id
    if not wanted:
        return True
    ids = numbers_like(document.control.label, wanted)
    return not ids or any(fold(one) == fold(wanted.lstrip("#")) for one in ids)


def take_document(situation: Situation, candidates: list[Document]) -> Plan | None:
    """The click on the best control that is good enough and not used up yet."""
    for document in candidates:
        if document.score < _GOOD:
            break
        tried = situation.memory.tried(document.control, situation.url)
        if tried == 0:
            return click_for_file(document)
        if tried == 1 and (plan := _second_try(situation, document)):
            return plan
    return None


def click_for_file(document: Document) -> Plan:
    """A plan that clicks a control and takes the file, or opens its menu."""
    control = document.control
    # Named like the document and for getting, or beside its name.
    confidence = SURE if document.score >= 0.8 else LIKELY
    if opens_menu(control):
        return click(control, Purpose.DOCUMENT, f"{document.why} and opens a menu", confidence)
    why = f"Document: {control} {document.why}"
    return act(
        [Download(ref=control.ref, reasoning=why, purpose=Purpose.DOCUMENT)], why, confidence
    )


def _second_try(situation: Situation, document: Document) -> Plan | None:
    """After a click that brought nothing: the address, or once more after an error."""
    last = situation.memory.last
    if last is None or last.decision.purpose not in FOR_DOCUMENTS:
        return None
    if last.result.cause == "wrong_file":
        return None
    waited = last.decision.type == "wait"
    if last.result.ok and not waited:
        return None
    error = last.result.error or last.result.message
    if last.result.cause == "no_file" and last.decision.type == "download":
        why = "Document: the file may still be on its way"
        return act([Wait(seconds=4, reasoning=why, purpose=Purpose.DOCUMENT)], why, LIKELY)
    why = f"Document: again, since the first try failed ({clip(error, 60)})"
    if passes(last.result.http_status):
        return act(
            [
                Wait(seconds=3, reasoning=why, purpose=Purpose.DOCUMENT),
                Download(ref=document.control.ref, reasoning=why, purpose=Purpose.DOCUMENT),
            ],
            why,
            LIKELY,
        )
    url = document.control.url
    if url.startswith("http") and not same_page(last.result.url_after or situation.url, url):
        return act([Download(url=url, reasoning=why, purpose=Purpose.DOCUMENT)], why, FAIR)
    return None
