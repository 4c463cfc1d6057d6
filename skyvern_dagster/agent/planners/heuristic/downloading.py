"""Getting the document of one record: its place, its control, and what to say if there is none."""

from __future__ import annotations

from skyvern_dagster.agent.decisions import Wait
from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.alike_records import fits_payload, of_one_number
from skyvern_dagster.agent.planners.heuristic.announced_document import announced, by_option
from skyvern_dagster.agent.planners.heuristic.any_document import download_any
from skyvern_dagster.agent.planners.heuristic.document_click import (
    is_own_document,
    names_record,
    take_document,
)
from skyvern_dagster.agent.planners.heuristic.documents import (
    Document,
    DocumentKind,
    documents,
    wanted_document,
)
from skyvern_dagster.agent.planners.heuristic.filter_choices import named_option
from skyvern_dagster.agent.planners.heuristic.item_choice import (
    several_invoices,
    told_of,
    valid,
)
from skyvern_dagster.agent.planners.heuristic.number_by_end import whole_numbers, with_number
from skyvern_dagster.agent.planners.heuristic.obstacles import dialogs
from skyvern_dagster.agent.planners.heuristic.plain_document import meant_of_record
from skyvern_dagster.agent.planners.heuristic.record_openers import (
    open_by_double_click,
    open_more,
    openers,
)
from skyvern_dagster.agent.planners.heuristic.record_panels import panels_of
from skyvern_dagster.agent.planners.heuristic.record_search import search_record
from skyvern_dagster.agent.planners.heuristic.restrictions import unclear_choice
from skyvern_dagster.agent.planners.heuristic.selected_record import of_selected
from skyvern_dagster.agent.planners.heuristic.situation import (
    Situation,
    act,
    complete,
    unsure,
)
from skyvern_dagster.agent.planners.heuristic.without_document import in_record, not_there
from skyvern_dagster.agent.proof_text import shown_first
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.complaints import complains
from skyvern_dagster.reading.concepts import PLAINLY, concept
from skyvern_dagster.reading.controls import INPUT_ROLES, Control
from skyvern_dagster.reading.identifiers import mentions_identifier
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.record_part import (
    RecordPart,
    calls_record,
    find_record,
    is_about,
    numbers_like,
)
from skyvern_dagster.reading.wanted_item import empty_number
from skyvern_dagster.reading.words import clip

_PATIENT_WAITS = 5
"""In a row, four seconds each: a document that isn't made after twenty seconds comes by e-mail,
or another day. Arbitrary."""
_MAKING_SECONDS = 4
"""Arbitrary: short enough for what is made in a moment, and five of them are twenty seconds."""
_NOTICE = 90
"""Characters of a line outside of messages that may say that a document is being made: a
sentence. Arbitrary; longer ones tell how invoices are made."""
_MAKING = 0.45
"""A sixth of a notice: whole sentences say it."""

_MESSAGES = frozenset({"paragraph", "status", "alert"})
"""What a sentence stands in, whose words may be split."""
_INTO_RECORD = frozenset({Purpose.DETAILS, Purpose.DOCUMENT, Purpose.DOCUMENT_AREA})


def download(situation: Situation) -> Plan:
    """The next step towards the file."""
    if situation.memory.downloads:
        return complete(f"Downloaded {', '.join(situation.memory.downloads)}")
    if told := _not_one(situation):
        return unsure(told)
    numbers = whole_numbers(situation)
    if len(numbers) > 1:
        number, named = situation.intent.record_id, ", ".join(numbers)
        return unsure(f"Several on {situation.url} may be number {number}: {named}")
    return _towards_file(with_number(situation, numbers[0]) if numbers else situation)


def _towards_file(situation: Situation) -> Plan:
    kind = wanted_document(situation.intent.instructions)
    if plan := named_option(situation):
        return plan
    if told := unclear_choice(situation):
        return unsure(f'It isn\'t clear which {kind.name} is meant by "{clip(told)}"')
    if plan := _being_made(situation):
        return plan
    if plan := announced(situation, kind) or _in_dialog(situation, kind):
        return plan
    if not situation.intent.record_id:
        return download_any(situation, kind)
    if plan := _in_opened_menu(situation, kind):
        return plan
    return _of_record(situation, kind)


def _in_dialog(situation: Situation, kind: DocumentKind) -> Plan | None:
    """What to do in what came up over the page."""
    own = (one for one in dialogs(situation.view) if not _is_of_another(situation, one))
    parts = (RecordPart((node,), is_page=False) for node in own)
    return next((plan for part in parts if (plan := _in_part(situation, part, kind))), None)


def _is_of_another(situation: Situation, node: Node) -> bool:
    """Whether a dialog names another record, and not the one that is meant."""
    wanted = situation.intent.record_id
    named = numbers_like(situation.view.text(node), wanted) if wanted else []
    return bool(named) and not any(mentions_identifier(one, wanted) for one in named)


def _not_one(situation: Situation) -> str:
    """Why what the task was given doesn't name one record; empty where it may."""
    item = situation.intent.item
    if item.others:
        named = ", ".join((item.identifier, *item.others))
        return f"The goal names several records ({named}), and one task downloads one"
    empty = "" if item else empty_number(situation.goal.payload)
    return f"{empty} is empty, so that nothing says which document is meant" if empty else ""


def _of_record(situation: Situation, kind: DocumentKind) -> Plan:
    """The next step towards the document of the one record that the goal names."""
    place = find_record(situation.view, situation.intent.record_id)
    rivals = of_one_number(situation, kind)
    if len(rivals) > 1:
        meant = [one for one in rivals if fits_payload(situation, one)]
        if len(meant) != 1:
            count, number = len(rivals), situation.intent.record_id
            return unsure(f"{count} records on {situation.url} have the number {number}")
        place = meant[0]
    if _opened_from_record(situation) and (place is None or _is_own_page(situation)):
        place = RecordPart((situation.view.root,), is_page=True)
    if place is None or _is_only_denied(situation, place):
        return search_record(situation, kind)
    if plan := _in_part(situation, place, kind):
        return plan
    panels = list(panels_of(situation, place))
    for panel in panels:
        if plan := _in_part(situation, panel, kind):
            return plan
    if not place.is_page and _is_headed(situation):
        # What names the record may be its heading alone, with all that belongs to it elsewhere.
        place = RecordPart((situation.view.root,), is_page=True)
        if plan := _in_part(situation, place, kind):
            return plan
    return not_there(situation, (place, *panels), kind)


def _is_only_denied(situation: Situation, place: RecordPart) -> bool:
    """Whether a page names the record only where it says that it found none."""
    view, wanted = situation.view, situation.intent.record_id
    if not place.is_page:
        return False
    named = [
        node
        for node in view.nodes
        if not node.children
        and node.role not in INPUT_ROLES
        and mentions_identifier(view.text(node), wanted)
    ]
    return bool(named) and all(_denies_record(view, one) for one in named)


def _denies_record(view: PageView, node: Node) -> bool:
    above = view.parent(node)
    whole = above if above is not None and above.role in _MESSAGES else node
    text = view.text(whole)
    return len(text) <= _NOTICE and any(
        concept(f"message.{name}").mentioned(text) for name in ("empty", "not_found")
    )


def _being_made(situation: Situation) -> Plan | None:
    """Waits for a document that the site is still making."""
    if situation.memory.in_a_row(Purpose.WAIT) >= _PATIENT_WAITS or not situation.memory.steps:
        return None
    last = situation.memory.last_result
    texts = [*(last.text_appeared if last else ()), *situation.view.messages]
    texts += [line for line in situation.view.lines if len(line) < _NOTICE]
    told = next((text for text in texts if concept("doc.preparing").score(text) >= _MAKING), "")
    if not told:
        return None
    why = f'Wait: the document is being made ("{clip(told, 60)}")'
    return act([Wait(seconds=_MAKING_SECONDS, reasoning=why, purpose=Purpose.WAIT)], why)


def _in_part(situation: Situation, place: RecordPart, kind: DocumentKind) -> Plan | None:
    """What to do within the part of the page that is about the record."""
    view = situation.view
    lone = not place.is_page
    candidates = [
        one
        for one in documents(view, place.nodes, kind, lone=lone)
        if is_own_document(situation, one) and (lone or not _exports_list(situation, one.control))
    ]
    if place.is_page and len(candidates) > 1:
        candidates, _ = told_of(situation, candidates)
        candidates = valid(view, candidates) or candidates
        named = any(names_record(situation, one) for one in candidates)
        if not named and (told := several_invoices(view, candidates, situation.today)):
            return unsure(f"{situation.intent.record_id} has several of the kind: {told}")
    candidates, several = meant_of_record(situation, candidates, kind)
    if several:
        return unsure(f"It isn't clear which {kind.name} is meant: {several} ({situation.url})")
    if plan := take_document(situation, candidates) or by_option(situation, place.nodes, kind):
        return plan
    if plan := of_selected(situation, place, kind):
        return plan
    detailed = place.is_page and is_about(view, situation.intent.record_id)
    ranked = openers(situation, place, kind, detailed=detailed)
    return open_more(situation, ranked) or open_by_double_click(situation, place)


def _exports_list(situation: Situation, control: Control) -> bool:
    """Whether a control takes the list along that was searched, rather than the record's document.

    A bare `Export` beside a list gives a table of what is shown, also if that is one record; on the
    record's own page it may be its document.
    """
    exports = concept("doc.export").score(control.label) >= PLAINLY
    return exports and not (_opened_from_record(situation) or _is_headed(situation))


def _in_opened_menu(situation: Situation, kind: DocumentKind) -> Plan | None:
    """What a record's menu shows, or what came up in place of a file, wherever it was put."""
    last = situation.memory.last
    if last is None or last.decision.purpose not in {Purpose.ROW_MENU, Purpose.DOCUMENT}:
        return None
    if not (last.result.ok or last.result.cause == "no_file"):
        return None
    if last.result.url_before != last.result.url_after or not last.result.page_changed:
        return None
    if any(map(complains, last.result.text_appeared)):
        return None  # what is offered with that is help
    view = situation.view
    if last.decision.purpose is Purpose.ROW_MENU and (menus := _new_menus(situation)):
        # A menu that came up belongs to the record, wherever the page keeps it.
        return take_document(situation, documents(view, menus, kind, lone=True))
    candidates = documents(view, (view.root,), kind, lone=False)
    own = [
        one
        for one in candidates
        if is_own_document(situation, one)
        and (not in_record(situation, one.control) or _came_up(situation, one))
    ]
    return take_document(situation, own)


def _new_menus(situation: Situation) -> list[Node]:
    view, first = situation.view, situation.request.first_text
    menus = (one for one in view.nodes if one.role == "menu")
    return [one for one in menus if not shown_first(first, view.text(one))]


def _came_up(situation: Situation, document: Document) -> bool:
    """Whether a control that names the record is new, so that what was clicked has opened it."""
    label = document.control.label
    return names_record(situation, document) and not shown_first(
        situation.request.first_text, label
    )


def _opened_from_record(situation: Situation) -> bool:
    """Whether the click before was on this record: the page need not repeat its number."""
    last = situation.memory.last
    if (
        last
        and last.decision.type == "download"
        and last.result.url_after != last.result.url_before
    ):
        return bool(last.result.url_after)
    return last is not None and last.result.ok and last.decision.purpose in _INTO_RECORD


def _is_own_page(situation: Situation) -> bool:
    """Whether the page that a record was opened on is the record's, whatever else it names."""
    return is_about(situation.view, situation.intent.record_id)


def _is_headed(situation: Situation) -> bool:
    """Whether a main heading of the page names the record."""
    wanted = situation.intent.record_id
    return any(calls_record(text, wanted) for text in situation.view.main_headings[1:])
