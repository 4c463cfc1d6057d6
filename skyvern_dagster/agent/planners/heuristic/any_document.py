"""Downloading where the task names no record: the one document, the newest, or the one named."""

from __future__ import annotations

from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.announced_document import by_option
from skyvern_dagster.agent.planners.heuristic.denied_document import (
    is_of_documents,
    said_of_document,
)
from skyvern_dagster.agent.planners.heuristic.document_click import (
    GOOD,
    click_for_file,
    take_document,
)
from skyvern_dagster.agent.planners.heuristic.documents import Document, DocumentKind, documents
from skyvern_dagster.agent.planners.heuristic.item_choice import (
    belied,
    beyond_reach,
    by_record,
    fitting,
    newest,
    of_one_number,
    told_of,
    valid,
)
from skyvern_dagster.agent.planners.heuristic.navigation import go_to
from skyvern_dagster.agent.planners.heuristic.pagination import onward
from skyvern_dagster.agent.planners.heuristic.plain_document import meant_of_record
from skyvern_dagster.agent.planners.heuristic.record_pages import (
    on_record_page,
    open_record,
    record_links,
)
from skyvern_dagster.agent.planners.heuristic.situation import (
    LIKELY,
    Situation,
    click,
    give_up,
    terminate,
    unsure,
    wait_for_rest,
)
from skyvern_dagster.agent.planners.heuristic.unexplored import contradicted, list_doubt
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.concepts import MOSTLY, concept
from skyvern_dagster.reading.words import clip, stems

_APART = 0.1
"""A tenth: what one more word in a label makes; below that two documents are alike."""

_MAX_PAGES = 15
"""Of a list that is turned for one record, as in `record_search`."""


def download_any(situation: Situation, kind: DocumentKind) -> Plan:
    """No record is named: the page's one document, or the newest record's."""
    view = situation.view
    candidates = [
        one for one in documents(view, (view.root,), kind, lone=False) if one.score >= GOOD
    ]
    if plan := _after_failure(situation, candidates):
        return plan
    oldest = situation.intent.item.oldest
    if (situation.intent.newest or oldest) and (
        row := beyond_reach(situation, candidates, oldest=oldest)
    ):
        return unsure(f'The {kind.name} that is meant can\'t be had: "{clip(row)}"')
    if plan := on_record_page(situation, candidates):
        return plan
    if situation.intent.item:
        return _chosen(situation, candidates, kind)
    if len(candidates) > 1 and (told := _undecided(situation, candidates, kind)):
        return unsure(told)
    candidates = _meant(situation, candidates)
    if candidates and not valid(view, candidates):
        return unsure(f"The {kind.name} that is meant was cancelled ({situation.url})")
    named = [one for one in candidates if situation.memory.tried(one.control, situation.url) == 0]
    if named and (
        situation.intent.newest
        or len(candidates) == 1
        or candidates[0].score - candidates[1].score > _APART
    ):
        return click_for_file(_first(named) if situation.intent.newest else named[0])
    if named:
        return _literal(situation, named) or click_for_file(_first(named))
    plan = by_option(situation, (view.root,), kind) or _request(situation)
    plan = plan or open_record(situation, kind) or _towards_list(situation)
    return plan or wait_for_rest(situation, "documents") or _none_here(situation, kind)


def _none_here(situation: Situation, kind: DocumentKind) -> Plan:
    """That there is no document is said where the page says so; else none was found."""
    told = said_of_document(situation, (situation.view.root,), kind)
    reason = f"Nothing to download could be found on {situation.url}"
    if not told or contradicted(situation, about=lambda text: is_of_documents(text, kind)):
        return unsure(reason)
    reason = f'{reason}; the page says "{clip(told)}"'
    return terminate(situation, "no_document", reason, LIKELY)


def _request(situation: Situation) -> Plan | None:
    """Asks for the document where the page has one button for that and offers none."""
    asking = [
        one
        for one in situation.view.controls
        if concept("doc.request").score(one.label) >= MOSTLY and situation.untried(one)
    ]
    if len(asking) != 1:
        return None
    return click(asking[0], Purpose.REQUEST_DOCUMENT, "has the document made", LIKELY)


def _undecided(situation: Situation, candidates: list[Document], kind: DocumentKind) -> str:
    """Why the goal's words leave several documents; empty where the newest is meant, or one."""
    if situation.intent.newest:
        return ""
    view = situation.view
    told, missing = told_of(situation, candidates)
    if missing:
        said = f'nothing on {situation.url} is called "{missing}"'
        return f"It isn't clear which {kind.name} is meant: {said}"
    if 1 < len(by_record(view, told)) < len(by_record(view, candidates)):
        return f"Several on {situation.url} fit what the goal says of the {kind.name}"
    if number := of_one_number(situation, told):
        return f"Several on {situation.url} have the number {number}"
    return ""


def _meant(situation: Situation, candidates: list[Document]) -> list[Document]:
    """The documents that the goal's words tell from the others, of these the newest if asked."""
    if len(candidates) < 2:  # noqa: PLR2004
        return candidates
    told, _ = told_of(situation, candidates)
    return newest(situation, told) if situation.intent.newest else told


def _after_failure(situation: Situation, candidates: list[Document]) -> Plan | None:
    """After a file that didn't come: the same record once more, never the next one's instead."""
    last = situation.memory.last
    if last is None or last.result.ok or last.decision.type != "download":
        return None
    tried = [one for one in candidates if situation.memory.tried(one.control, situation.url)]
    own = [
        each
        for _, of_record in by_record(situation.view, candidates)
        if any(one in tried for one in of_record)
        for each in of_record
    ]
    if plan := take_document(situation, own):
        return plan
    error = last.result.error or last.result.message
    # There may well be one.
    return give_up(
        situation, "download_failed", f"The file could not be downloaded: {clip(error, 160)}"
    )


def _chosen(situation: Situation, candidates: list[Document], kind: DocumentKind) -> Plan:
    """The document of the one record that the goal describes, or why there is none."""
    described = situation.intent.item.described
    records = fitting(situation, candidates)
    if situation.intent.item.place and len(told_of(situation, candidates)[0]) < len(candidates):
        return unsure(f"It isn't clear in which order {described} is meant ({situation.url})")
    told = [one for one in records if not belied(situation, candidates, one)]
    if records and not told:
        word = belied(situation, candidates, records[0])
        what = f'Nothing on {situation.url} of {described} says "{word}"'
        return unsure(f"{what}; it isn't clear which {kind.name} is meant")
    records = told
    if len(records) > 1:
        what = f"{len(records)} records on {situation.url} fit {described}"
        return unsure(f"{what}; it isn't clear which {kind.name} is meant")
    if records:
        of_one, several = meant_of_record(situation, records[0], kind)
        if several:
            return unsure(f"It isn't clear which {kind.name} is meant: {several}")
        plan = take_document(situation, of_one)
        return plan or unsure(f"The {kind.name} of {described} could not be downloaded")
    if plan := open_record(situation, kind):
        return plan
    listed = candidates or record_links(situation)
    if listed and not situation.intent.item.place and (plan := _next_page(situation, listed)):
        return plan
    if not candidates and (
        plan := _towards_list(situation) or wait_for_rest(situation, "documents")
    ):
        return plan
    reason = f"No {kind.name} of {described} could be found on {situation.url}"
    rows = [one.control.node for one in listed]
    if doubt := list_doubt(situation, rows) if rows else "no list of such records was seen":
        return unsure(f"{reason}; {doubt}")
    return wait_for_rest(situation, "records") or terminate(
        situation, "record_not_found", reason, LIKELY
    )


def _next_page(situation: Situation, candidates: list[Document]) -> Plan | None:
    if len(situation.memory.purposes(Purpose.NEXT_PAGE)) >= _MAX_PAGES:
        return None
    last = max(candidates, key=lambda one: one.control.position)
    following = onward(situation.view, last.control.node)
    if following is None or (
        situation.memory.last_was_for(Purpose.NEXT_PAGE)
        and not situation.memory.last_result.page_changed  # type: ignore[union-attr]
    ):
        return None
    return click(following.control, Purpose.NEXT_PAGE, following.why, LIKELY)


def _towards_list(situation: Situation) -> Plan | None:
    if not situation.intent.target:
        return None
    return go_to(situation, (situation.intent.target,), situation.intent.target_words)


def _literal(situation: Situation, candidates: list[Document]) -> Plan | None:
    """The one that the goal's own words name best (``the March statement``)."""
    wanted = stems(situation.intent.instructions)
    scored = [(len(stems(one.control.label) & wanted), one) for one in candidates]
    best = max(score for score, _ in scored)
    top = [one for score, one in scored if score == best]
    return click_for_file(top[0]) if len(top) == 1 else None


def _first(candidates: list[Document]) -> Document:
    """The first in the page among those as good as the best: lists put the newest first."""
    best = candidates[0].score
    return min(
        (one for one in candidates if one.score >= best - 0.1), key=lambda one: one.control.position
    )
