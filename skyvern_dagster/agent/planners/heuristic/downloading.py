"""Getting the document of one record: finding the record, its control, and what to do if there is none."""

from __future__ import annotations

import re

from skyvern_dagster.agent.decisions import Back, Click, Decision, Download, Goto, InputText, Wait
from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.concepts import concept
from skyvern_dagster.agent.planners.heuristic.documents import (
    Document,
    Paper,
    documents,
    wanted_paper,
)
from skyvern_dagster.agent.planners.heuristic.filters import DateWindow, flat_items
from skyvern_dagster.agent.planners.heuristic.navigation import RELATED, follow, go_to, routes
from skyvern_dagster.agent.planners.heuristic.obstacles import dialogs
from skyvern_dagster.agent.planners.heuristic.page import Control, Input, PageView, same_page
from skyvern_dagster.agent.planners.heuristic.pagination import onward, page_select
from skyvern_dagster.agent.planners.heuristic.periods import another, choose, closed, wider
from skyvern_dagster.agent.planners.heuristic.situation import (
    FAIR,
    LIKELY,
    SURE,
    Situation,
    act,
    click,
    complete,
    give_up,
    terminate,
)
from skyvern_dagster.agent.planners.heuristic.whereabouts import (
    Whereabouts,
    find_record,
    numbers_like,
    is_about,
)
from skyvern_dagster.agent.planners.heuristic.words import clip, fold
from skyvern_dagster.browser.observation import Node

_MAX_PAGES = 15
_MAX_NAVIGATION = 6
_GOOD = 0.55


def download(situation: Situation) -> Plan:
    """The next step towards the file."""
    if situation.memory.downloads:
        return complete(f"Downloaded {', '.join(situation.memory.downloads)}")
    paper = wanted_paper(situation.intent.instructions)
    if plan := _being_made(situation):
        return plan
    for node in dialogs(situation.view):
        if plan := _in_part(situation, Whereabouts((node,), is_page=True), paper):
            return plan
    if not situation.intent.record_id:
        return _any_record(situation, paper)
    if plan := _in_opened_menu(situation, paper):
        return plan
    place = find_record(situation.view, situation.intent.record_id)
    if place is None and _opened_from_record(situation):
        place = Whereabouts((situation.view.root,), is_page=True)
    if place is None:
        return _search_record(situation, paper)
    return _in_part(situation, place, paper) or _not_there(situation, place, paper)


def _being_made(situation: Situation) -> Plan | None:
    """Waits for a document that the site is still making."""
    if situation.memory.in_a_row("Wait") >= 5 or not situation.memory.steps:
        return None
    last = situation.memory.last_result
    texts = [*(last.text_appeared if last else ()), *situation.view.messages]
    texts += [line for line in situation.view.lines if len(line) < 90]
    told = next((text for text in texts if concept("doc.preparing").score(text) >= 0.45), "")
    if not told:
        return None
    why = f'Wait: the document is being made ("{clip(told, 60)}")'
    return act([Wait(seconds=4, reasoning=why)], why)


def _in_part(situation: Situation, place: Whereabouts, paper: Paper) -> Plan | None:
    """What to do within the part of the page that is about the record."""
    view = situation.view
    lone = not place.is_page
    found = [
        one for one in documents(view, place.nodes, paper, lone=lone) if _is_own(situation, one)
    ]
    if plan := _take(situation, found):
        return plan
    if plan := _request(situation, place):
        return plan
    if plan := _open_row_menu(situation, place):
        return plan
    if lone or not is_about(view, situation.intent.record_id):
        if plan := _open_details(situation, place, alone=place.is_page):
            return plan
    return _open_area(situation, place, paper)


def _in_opened_menu(situation: Situation, paper: Paper) -> Plan | None:
    """What a record's menu shows, wherever on the page it was put."""
    last = situation.memory.last
    if (
        last is None
        or not last.result.ok
        or not last.decision.reasoning.startswith(("Row menu", "Document:"))
    ):
        return None
    if last.result.url_before != last.result.url_after or not last.result.page_changed:
        return None
    found = documents(situation.view, (situation.view.root,), paper, lone=False)
    own = [
        one for one in found if _is_own(situation, one) and not _in_record(situation, one.control)
    ]
    return _take(situation, own)


def _is_own(situation: Situation, document: Document) -> bool:
    """Whether a control isn't about another record by its own words."""
    wanted = situation.intent.record_id
    if not wanted:
        return True
    ids = numbers_like(document.control.label, wanted)
    return not ids or any(fold(one) == fold(wanted.lstrip("#")) for one in ids)


def _take(situation: Situation, found: list[Document]) -> Plan | None:
    for document in found:
        if document.score < _GOOD:
            break
        tried = situation.memory.tried(document.control, situation.url)
        if tried == 0:
            return _click_for_file(document)
        if tried == 1 and (plan := _second_try(situation, document)):
            return plan
    return None


def _click_for_file(document: Document) -> Plan:
    control = document.control
    confidence = SURE if document.score >= 0.8 else LIKELY
    if _opens_menu(control):
        return click(control, "Document", f"{document.why} and opens a menu", confidence)
    why = f"Document: {control} {document.why}"
    return act([Download(ref=control.ref, reasoning=why)], why, confidence)


def _opens_menu(control: Control) -> bool:
    node = control.node
    return (
        bool(node.attributes.get("aria-haspopup"))
        or node.expanded is False
        or node.tag == "summary"
    )


def _second_try(situation: Situation, document: Document) -> Plan | None:
    """After a click that brought no file and no other page: the address, or once more after an error."""
    last = situation.memory.last
    if last is None or not last.decision.reasoning.startswith("Document"):
        return None
    waited = last.decision.type == "wait"
    if last.result.ok and not waited:
        return None
    error = last.result.error or last.result.message
    if "no file came" in error and last.decision.type == "download":
        why = "Document: the file may still be on its way"
        return act([Wait(seconds=4, reasoning=why)], why, LIKELY)
    why = f"Document: again, since the first try failed ({clip(error, 60)})"
    if re.search(r"HTTP (5\d\d|429)", error):
        return act(
            [Wait(seconds=3, reasoning=why), Download(ref=document.control.ref, reasoning=why)],
            why,
            LIKELY,
        )
    url = document.control.url
    if url.startswith("http") and not same_page(last.result.url_after or situation.url, url):
        return act([Download(url=url, reasoning=why)], why, FAIR)
    return None


def _request(situation: Situation, place: Whereabouts) -> Plan | None:
    """A control that has the document made first."""
    for control in _controls(situation, place):
        if concept("doc.request").score(control.label) >= 0.6 and situation.untried(control):
            return click(control, "Request", "has the document made", LIKELY)
    return None


def _open_row_menu(situation: Situation, place: Whereabouts) -> Plan | None:
    """The menu behind ``⋮`` or ``Actions`` of this record."""
    for control in _controls(situation, place):
        if (
            not situation.untried(control)
            or control.node.role == "link"
            and control.url
            and "#" not in control.url
        ):
            continue
        named = concept("nav.row_menu").score(control.label) >= 0.7
        closed = _opens_menu(control) and concept("nav.danger").score(control.label) < 0.6
        if (named or closed) and control.node.expanded is not True:
            return click(control, "Row menu", "may hold the document", LIKELY)
    return None


def _controls(situation: Situation, place: Whereabouts) -> list[Control]:
    outside = {"navigation", "banner", "contentinfo"}
    return [
        one
        for node in place.nodes
        for one in situation.view.controls_in(node)
        if one.region not in outside or not place.is_page
    ]


def _open_details(situation: Situation, place: Whereabouts, *, alone: bool) -> Plan | None:
    """The record's own page: behind its number, or ``Details``."""
    alone = alone or bool(situation.memory.purposes("Details"))
    scored = [
        (score, control)
        for control in _controls(situation, place)
        if situation.untried(control)
        and (score := _details_score(situation, control, alone=alone)) >= 0.5
    ]
    score, control = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    if control is None:
        return None
    return click(control, "Details", "opens the record", SURE if score >= 0.8 else LIKELY)


def _details_score(situation: Situation, control: Control, *, alone: bool) -> float:
    wanted = situation.intent.record_id
    if (
        concept("nav.danger").score(control.label) >= 0.6
        or concept("doc.other").score(control.label) >= 0.6
    ):
        return 0.0
    if concept("field.tracking_number").score(control.label) >= 0.7 or control.url.startswith(
        ("mailto:", "tel:")
    ):
        return 0.0
    url = control.url
    if url and same_page(url, situation.url):
        return 0.0
    score = (
        concept("nav.details").score(control.label)
        if not (alone and situation.memory.purposes("Details"))
        else 0.0
    )
    if wanted and (fold(wanted) in fold(control.label) or fold(wanted) in fold(url)):
        score = max(score, 0.75) + 0.15
    elif (
        not alone
        and control.node.role in {"row", "listitem", "article", "generic"}
        and control.node.children
    ):
        score = max(score, 0.5)
    return score


def _open_area(situation: Situation, place: Whereabouts, paper: Paper) -> Plan | None:
    """A tab or folded section such as ``Documents`` on the record's page."""
    if not place.is_page:
        return None
    for control in _controls(situation, place):
        node = control.node
        folded = _is_foldable(situation, control)
        if (
            not folded
            or node.selected
            or node.expanded
            or not situation.untried(control)
            or not _is_own_area(control)
        ):
            continue
        if concept("doc.area").score(control.label) >= 0.6 or paper.score(control.label) >= 0.6:
            return click(control, "Document area", "may hold the document", LIKELY)
    return None


def _is_foldable(situation: Situation, control: Control) -> bool:
    node = control.node
    if node.role == "link" and control.url and "#" not in control.url:
        return situation.intent.record_id in control.url
    return (
        node.role in {"tab", "button", "link"}
        or node.tag == "summary"
        or _opens_menu(control)
        or node.clickable
    )


def _is_own_area(control: Control) -> bool:
    return concept("nav.danger").score(control.label) < 0.6


def _opened_from_record(situation: Situation) -> bool:
    """Whether the click before was on this record's details: the page need not repeat its number."""
    last = situation.memory.last
    if (
        last
        and last.decision.type == "download"
        and last.result.url_after != last.result.url_before
    ):
        return bool(last.result.url_after)
    return (
        last is not None
        and last.result.ok
        and last.decision.reasoning.startswith(("Details", "Document:", "Document area"))
    )


def _not_there(situation: Situation, place: Whereabouts, paper: Paper) -> Plan:
    """The record is here, its document isn't: wait, look in the documents list, then say so."""
    last = situation.memory.last
    if last and not last.result.ok and last.decision.reasoning.startswith("Document"):
        error = last.result.error or last.result.message
        reason = f"The {paper.name} of {situation.intent.record_id} could not be downloaded: {clip(error, 160)}"
        return terminate(situation, "no_document", reason, LIKELY)
    told = _says_none(situation, place)
    if not told and (plan := _documents_list(situation, paper)):
        return plan
    said = f'; the page says "{clip(told)}"' if told else ""
    reason = f"There is no {paper.name} to download for {situation.intent.record_id} on {situation.url}{said}"
    return terminate(situation, "no_document", reason, SURE if told else LIKELY)


def _says_none(situation: Situation, place: Whereabouts) -> str:
    view = situation.view
    for node in place.nodes:
        for below in node.walk():
            text = view.text(below)
            if 0 < len(text) <= 200 and concept("doc.none").mentioned(text):
                return text
    return ""


def _documents_list(situation: Situation, paper: Paper) -> Plan | None:
    """A list of all invoices elsewhere in the account, where the record itself offers none."""
    if situation.memory.purposes("Documents list") or paper.wording:
        return None
    if any(concept("page.invoices").score(text) >= 0.6 for text in situation.view.main_headings):
        return None
    found = [
        route
        for route in routes(situation, ("page.invoices", "page.documents"))
        if route.score >= 0.6
    ]
    found = [
        route
        for route in found
        if route.control.region != "contentinfo" and _is_area_link(situation, route.control)
    ]
    return follow(situation, found[0], "Documents list", FAIR) if found else None


def _is_area_link(situation: Situation, control: Control) -> bool:
    if control.node.role not in {"link", "menuitem", "tab"} or situation.memory.visited(
        control.url
    ):
        return False
    return not _in_record(situation, control)


def _in_record(situation: Situation, control: Control) -> bool:
    """Whether a control belongs to one record of a list: it leads to a document, not to a list."""
    around = [
        node
        for node in list(situation.view.ancestors(control.node))[:3]
        if len(situation.view.text(node)) < 250
    ]
    texts = [control.url, control.label, *(situation.view.text(node) for node in around)]
    texts[0] = texts[0].replace("/", " ")
    return any(numbers_like(text, situation.intent.record_id) for text in texts)


def _search_record(situation: Situation, paper: Paper) -> Plan:
    """The record isn't on this page: search, filter, turn pages, go to the list."""
    plan = (
        _type_search(situation)
        or _page_on(situation)
        or _filter(situation)
        or _open_filter(situation)
        or _back_to_start(situation)
        or _start_over(situation)
        or _go_to_list(situation)
    )
    if plan:
        return plan
    if situation.memory.purposes("Documents list"):
        reason = f"There is no {paper.name} to download for {situation.intent.record_id}: neither with the record nor on {situation.url}"
        return terminate(situation, "no_document", reason, LIKELY)
    looked = len({step.url for step in situation.memory.steps} | {situation.url})
    reason = f"{situation.intent.record_id} could not be found ({looked} pages looked at, the last one being {situation.url})"
    return terminate(situation, "record_not_found", reason, LIKELY)


def _type_search(situation: Situation) -> Plan | None:
    field = _search_field(situation)
    if field is None or situation.memory.purposes("Search"):
        return None
    why = f"Search: {field} looks for {situation.intent.record_id}"
    return act(
        [
            InputText(
                ref=field.ref, text=situation.intent.record_id, press_enter=True, reasoning=why
            )
        ],
        why,
        LIKELY,
    )


def _search_field(situation: Situation) -> Input | None:
    """A search field for records, not the shop's product search."""
    for field in situation.view.inputs:
        if not field.is_text or field.is_password:
            continue
        region = situation.view.region(field.node)
        text = f"{field.label} {field.hints} {field.node.placeholder}"
        about = (
            concept("page.orders").terms.search(fold(text))
            or concept("field.order_id").mentioned(text)
            or concept("page.invoices").terms.search(fold(text))
        )
        searches = concept("paging.search").mentioned(text) or field.node.role == "searchbox"
        if (about and (searches or region == "main")) or (searches and region == "main"):
            return field
    return None


def _page_on(situation: Situation) -> Plan | None:
    view = situation.view
    if len(situation.memory.purposes("Next page")) >= _MAX_PAGES or not _has_records(situation):
        return None
    found = onward(view, _last_like(view, situation.intent.record_id))
    last = situation.memory.last
    stuck = (
        last is not None
        and last.decision.reasoning.startswith("Next page")
        and not last.result.page_changed
    )
    if found and not stuck:
        return click(
            found.control,
            "Next page",
            f"{found.why}; {situation.intent.record_id} isn't on this one",
            LIKELY,
        )
    select = page_select(view)
    if select:
        from skyvern_dagster.agent.decisions import SelectOption

        why = f"Next page: {select[0]} goes to page {select[1]}"
        return act([SelectOption(ref=select[0].ref, label=select[1], reasoning=why)], why, LIKELY)
    if (
        not stuck
        and len(situation.memory.purposes("Scroll")) < 10
        and not _scroll_in_vain(situation)
    ):
        from skyvern_dagster.agent.decisions import Scroll

        why = f"Scroll: {situation.intent.record_id} may come further down"
        return act([Scroll(direction="bottom", reasoning=why)], why, FAIR)
    return None


def _scroll_in_vain(situation: Situation) -> bool:
    last = situation.memory.last
    return last is not None and last.decision.type == "scroll" and not last.result.page_changed


def _has_records(situation: Situation) -> bool:
    return _last_like(situation.view, situation.intent.record_id) is not None


def _last_like(view: PageView, identifier: str) -> Node | None:
    """The last place that names a record of the same form of number."""
    for node in reversed(view.nodes):
        if not node.children and numbers_like(view.text(node), identifier):
            return node
    return None


def _filter(situation: Situation) -> Plan | None:
    used = [
        fold(action.decision.reasoning.partition(": ")[2])
        for action in situation.memory.purposes("Filter")
    ]
    if len(used) >= 8:
        return None
    window = _known_day(situation)
    choice = wider(situation.view, window, situation.today, used) or another(
        situation.view, window, situation.today, used
    )
    if choice is None:
        return None
    return act(
        choose(situation.view, choice, "Filter"),
        f'Filter: "{choice.label}" may show the record',
        LIKELY,
    )


def _open_filter(situation: Situation) -> Plan | None:
    """Opens a hand-made drop-down of periods, where the record may lie in another one."""
    used = [
        fold(one.decision.reasoning.partition(": ")[2])
        for one in situation.memory.purposes("Filter")
    ]
    opened = situation.memory.purposes("Open filter")
    control = closed(situation.view, _known_day(situation), situation.today, used)
    if control is None or len(opened) > len(used) or len(opened) >= 8:
        return None
    return click(
        control, "Open filter", f"may show the period of {situation.intent.record_id}", LIKELY
    )


def _known_day(situation: Situation) -> DateWindow:
    """The record's own date, where the payload gives it beside the number."""
    from skyvern_dagster.agent.planners.heuristic.dates import parse_date

    for path, value in flat_items(situation.goal.payload):
        if (
            "date" in path.lower()
            and isinstance(value, str)
            and (day := parse_date(value, situation.today))
        ):
            return DateWindow(start=day, end=day)
    return DateWindow()


def _back_to_start(situation: Situation) -> Plan | None:
    """Back to the list, when a click led to a page without this record."""
    last = situation.memory.last
    if (
        last is None
        or not last.decision.reasoning.startswith(("Details", "Document"))
        or not last.result.ok
    ):
        return None
    if last.result.url_before == last.result.url_after or situation.memory.purposes("Back"):
        return None
    why = f"Back: this page isn't about {situation.intent.record_id}"
    return act([Back(reasoning=why)], why, FAIR)


def _start_over(situation: Situation) -> Plan | None:
    """Back to the page that the task began on, when its search found nothing: to turn its pages."""
    start = situation.memory.steps[0].url if situation.memory.steps else situation.url
    searched = situation.memory.purposes("Search")
    if not searched or situation.memory.purposes("Start over") or same_page(start, situation.url):
        return None
    why = "Start over: the search found nothing; the list itself comes next"
    return act([Goto(url=start, reasoning=why)], why, LIKELY)


def _go_to_list(situation: Situation) -> Plan | None:
    if len(situation.memory.purposes("Navigate")) >= _MAX_NAVIGATION:
        return None
    looked_through = any(
        situation.memory.purposes(purpose)
        for purpose in ("Next page", "Search", "Start over", "Filter")
    )
    if _has_records(situation) or looked_through:
        return None
    return go_to(situation, ("page.orders",), fallbacks=RELATED["page.orders"])


def _any_record(situation: Situation, paper: Paper) -> Plan:
    """No record is named: the page's one document, or the newest record's."""
    view = situation.view
    found = [one for one in documents(view, (view.root,), paper, lone=False) if one.score >= _GOOD]
    named = [one for one in found if situation.memory.tried(one.control, situation.url) == 0]
    if named and (
        situation.intent.newest or len(found) == 1 or found[0].score - found[1].score > 0.1
    ):
        return _click_for_file(_first(named) if situation.intent.newest else named[0])
    if named:
        return _literal(situation, named) or _click_for_file(_first(named))
    if situation.intent.target and (
        plan := go_to(situation, (situation.intent.target,), situation.intent.target_words)
    ):
        return plan
    return give_up(
        situation, "no_document", f"Nothing to download could be found on {situation.url}"
    )


def _literal(situation: Situation, found: list[Document]) -> Plan | None:
    """The one that the goal's own words name best (``the March statement``)."""
    from skyvern_dagster.agent.planners.heuristic.words import stems

    wanted = stems(situation.intent.instructions)
    scored = [(len(stems(one.control.label) & wanted), one) for one in found]
    best = max(score for score, _ in scored)
    top = [one for score, one in scored if score == best]
    return _click_for_file(top[0]) if len(top) == 1 else None


def _first(found: list[Document]) -> Document:
    """The first in the page among those as good as the best: lists put the newest first."""
    best = found[0].score
    return min(
        (one for one in found if one.score >= best - 0.1), key=lambda one: one.control.position
    )


def reopen(situation: Situation, url: str) -> Plan:
    """Opens an address again."""
    why = "Retry: opening the page again"
    decisions: list[Decision] = [Goto(url=url, reasoning=why)]
    return act(decisions, why, FAIR)
