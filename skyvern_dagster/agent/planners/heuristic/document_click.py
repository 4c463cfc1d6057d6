"""Clicking a document's control, and what to do when no file comes."""

from __future__ import annotations

from collections.abc import Sequence

from skyvern_dagster.agent.decisions import Download, Goto, Wait
from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.candidate import Candidate
from skyvern_dagster.agent.planners.heuristic.documents import Document
from skyvern_dagster.agent.planners.heuristic.frontier import best_elsewhere, frontier
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
from skyvern_dagster.agent.purposes import FrontierMemo, Purpose
from skyvern_dagster.reading.controls import same_page
from skyvern_dagster.reading.identifiers import mentions_identifier
from skyvern_dagster.reading.record_part import numbers_like
from skyvern_dagster.reading.words import clip, fold

_FILE_SECONDS, _AGAIN_SECONDS = 4, 3
"""For a file that is still on its way, after the browser has waited; and before a server that had
an error is asked again. Arbitrary."""

_PLAIN = 0.8
"""Named like the document and for getting, or beside its name (weights in `ranking.yaml`)."""

GOOD = 0.55
"""Above a download that only stands beside the record (0.4 to 0.5, and up to 0.3 for what its
label and address say): the least that is clicked has something that speaks for the document.
0.45 and 0.68 do as well on the page tests."""

FOR_DOCUMENTS = frozenset({Purpose.DOCUMENT, Purpose.DOCUMENT_AREA, Purpose.DOCUMENTS_LIST})

_FOR_RECORD = frozenset(
    {
        Purpose.DOCUMENT,
        Purpose.DETAILS,
        Purpose.ROW_MENU,
        Purpose.DOCUMENT_AREA,
        Purpose.REQUEST_DOCUMENT,
    }
)


def is_own_document(situation: Situation, document: Document) -> bool:
    """Whether a control isn't about another record by its own words."""
    wanted = situation.intent.record_id
    if not wanted:
        return True
    ids = numbers_like(document.control.label, wanted)
    return not ids or any(fold(one) == fold(wanted.lstrip("#")) for one in ids)


def take_document(situation: Situation, candidates: list[Document]) -> Plan | None:
    """The click on the best control that is good enough and not used up yet."""
    good = [
        one
        for one in candidates
        # Where the task has been is a page, and no file.
        if one.score >= GOOD
        and not _is_known_page(situation, one)
        and situation.unasked.of_link(one.control.label, one.control.url) is None
    ]
    good.sort(key=lambda one: not names_record(situation, one))
    for document in good:
        tried = situation.memory.tried(document.control, situation.url)
        if tried == 0:
            others = [one for one in good if one is not document and situation.untried(one.control)]
            return click_for_file(document, frontier_of(situation, document, others))
        if tried == 1 and (plan := _second_try(situation, document)):
            return plan
    return None


def names_record(situation: Situation, document: Document) -> bool:
    """Whether a control's own words hold the record's number: others may be the neighbour's."""
    wanted = situation.intent.record_id
    return bool(wanted) and mentions_identifier(document.control.label, wanted)


def _is_known_page(situation: Situation, document: Document) -> bool:
    url = document.control.url
    return bool(url) and "#" not in url and situation.memory.visited(url)


def frontier_of(situation: Situation, chosen: Document, others: Sequence[Document]) -> FrontierMemo:
    """The documents that are left for later."""
    left = [
        Candidate(one.control.node, one.control.label, one.control.url, score=one.score)
        for one in others
    ]
    return frontier(situation.url, chosen.control.url, left)


def back_to_untried(situation: Situation) -> Plan | None:
    """Back to the page that still offers something for this record, where this one doesn't."""
    elsewhere = best_elsewhere(situation.memory, situation.url, _FOR_RECORD)
    if elsewhere is None:
        return None
    why = f'Back: "{clip(elsewhere.untried.label, 50)}" on {elsewhere.page} was not tried yet'
    return act([Goto(url=elsewhere.page, reasoning=why, purpose=Purpose.BACK)], why, LIKELY)


def click_for_file(document: Document, memo: FrontierMemo | None = None) -> Plan:
    """A plan that clicks a control and takes the file, or opens its menu.

    Args:
        document: The control.
        memo: What else there is to try.
    """
    control = document.control
    confidence = SURE if document.score >= _PLAIN else LIKELY
    if opens_menu(control):
        return click(control, Purpose.DOCUMENT, f"{document.why} and opens a menu", confidence)
    why = f"Document: {control} {document.why}"
    fetch = Download(ref=control.ref, reasoning=why, purpose=Purpose.DOCUMENT, memo=memo)
    return act([fetch], why, confidence)


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
        return act(
            [Wait(seconds=_FILE_SECONDS, reasoning=why, purpose=Purpose.DOCUMENT)], why, LIKELY
        )
    why = f"Document: again, since the first try failed ({clip(error, 60)})"
    if passes(last.result.http_status):
        return act(
            [
                Wait(seconds=_AGAIN_SECONDS, reasoning=why, purpose=Purpose.DOCUMENT),
                Download(ref=document.control.ref, reasoning=why, purpose=Purpose.DOCUMENT),
            ],
            why,
            LIKELY,
        )
    url = document.control.url
    if url.startswith("http") and not same_page(last.result.url_after or situation.url, url):
        return act([Download(url=url, reasoning=why, purpose=Purpose.DOCUMENT)], why, FAIR)
    return None
