"""Looking for one record that this page doesn't show."""

from __future__ import annotations

from skyvern_dagster.agent.decisions import Back, Goto, InputText, Scroll, SelectOption
from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.absent_document import could_not_get
from skyvern_dagster.agent.planners.heuristic.document_click import FOR_DOCUMENTS
from skyvern_dagster.agent.planners.heuristic.documents import DocumentKind
from skyvern_dagster.agent.planners.heuristic.filter_choices import (
    MOST_MENUS,
    another,
    choose,
    closed,
    wider,
)
from skyvern_dagster.agent.planners.heuristic.list_filters import BESIDE_LISTS
from skyvern_dagster.agent.planners.heuristic.navigation import go_to
from skyvern_dagster.agent.planners.heuristic.pagination import onward, page_select
from skyvern_dagster.agent.planners.heuristic.routes import RELATED
from skyvern_dagster.agent.planners.heuristic.situation import (
    FAIR,
    LIKELY,
    Situation,
    act,
    click,
    terminate,
    unsure,
    wait_for_rest,
)
from skyvern_dagster.agent.planners.heuristic.unexplored import (
    list_doubt,
    numbers_of,
    other_form,
    records_like,
)
from skyvern_dagster.agent.proof_text import shown_first
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.concepts import MOSTLY, concept
from skyvern_dagster.reading.controls import Input, same_page
from skyvern_dagster.reading.date_window import DateWindow
from skyvern_dagster.reading.dates import parse_date
from skyvern_dagster.reading.nested_values import flat_items
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.record_numbers import is_weak
from skyvern_dagster.reading.record_part import form_of, numbers_like
from skyvern_dagster.reading.words import fold

_MOST_SCROLLS = 10
"""Of a list that grows: with ten records a time, a hundred. Arbitrary; a list that is turned has
`_MAX_PAGES`."""
_MOST_FILTERS = 8
"""As many periods as menus of them (`MOST_MENUS`)."""

_MOST_FOLDS = 15
"""A year and its months, and two more years."""
_MAX_NAVIGATION = 10
"""As many as on the way to a list (`target_page`)."""


_MAX_PAGES = 15
"""Of a list that is turned for one record: 150 to 750 records, newest first; a step budget of 25
is spent by then."""


_LOOKED_THROUGH = frozenset({Purpose.NEXT_PAGE, Purpose.SEARCH, Purpose.START_OVER, Purpose.FILTER})


def search_record(situation: Situation, kind: DocumentKind) -> Plan:
    """The record isn't on this page: search, filter, turn pages, go to the list."""
    plan = (
        _type_search(situation)
        or _page_on(situation)
        or _filter(situation)
        or _open_period_menu(situation)
        or _unfold(situation)
        or _documents_by_record(situation, kind)
        or _back_to_start(situation)
        or _start_over(situation)
        or _go_to_list(situation)
    )
    plan = plan or (None if _has_records(situation) else wait_for_rest(situation, "records"))
    if plan:
        return plan
    if situation.memory.purposes(Purpose.DOCUMENTS_LIST):
        return _without_document(situation, kind)
    looked = len({step.url for step in situation.memory.steps} | {situation.url})
    seen = f"{looked} pages looked at, the last one being {situation.url}"
    reason = f"{situation.intent.record_id} could not be found ({seen})"
    if doubt := doubt_of_search(situation):
        return unsure(f"{reason}; {doubt}")
    return wait_for_rest(situation, "records") or terminate(
        situation, "record_not_found", reason, LIKELY
    )


def doubt_of_search(situation: Situation) -> str:
    """Why the record may be there, and only wasn't found: what was seen doesn't say that it is all.

    A search that finds nothing proves it only where its list shows that it is of such records: the
    number may have to be typed otherwise.
    """
    if other := other_form(situation.view, situation.intent.record_id):
        return f'"{other}" may be its number'
    records = records_like(situation.view, situation.intent.record_id)
    if records:
        return list_doubt(situation, records)
    return "no list of such records was seen"


def _documents_by_record(situation: Situation, kind: DocumentKind) -> Plan | None:
    """The end where a list of documents calls them by the records' numbers, and has none of it.

    A list that calls its documents by numbers of their own says nothing of this record.
    """
    record, first = situation.intent.record_id, situation.request.first_text
    if not situation.memory.purposes(Purpose.DOCUMENTS_LIST) or not shown_first(first, record):
        return None
    if not any(shown_first(first, one) for one in numbers_of(situation.view, record)):
        return None
    if list_doubt(situation, records_like(situation.view, record)) or could_not_get(
        situation, kind
    ):
        return None
    where = f"neither with the record nor on {situation.url}"
    reason = f"There is no {kind.name} to download for {record}: {where}"
    plan = wait_for_rest(situation, "documents")
    return plan or terminate(situation, "no_document", reason, LIKELY)


def _without_document(situation: Situation, kind: DocumentKind) -> Plan:
    """What to say where neither the record nor the list of documents has one."""
    if plan := could_not_get(situation, kind):
        return plan
    record = situation.intent.record_id
    where = f"neither with the record nor on {situation.url}"
    return unsure(f"No {kind.name} of {record} could be found: {where}")


def _type_search(situation: Situation) -> Plan | None:
    field = _search_field(situation)
    if field is None or situation.memory.purposes(Purpose.SEARCH):
        return None
    why = f"Search: {field} looks for {situation.intent.record_id}"
    return act(
        [
            InputText(
                ref=field.ref,
                text=situation.intent.record_id,
                press_enter=True,
                reasoning=why,
                purpose=Purpose.SEARCH,
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
    if len(situation.memory.purposes(Purpose.NEXT_PAGE)) >= _MAX_PAGES or not _has_records(
        situation
    ):
        return None
    pager = onward(view, _last_like(view, situation.intent.record_id))
    last = situation.memory.last
    stuck = (
        last is not None
        and last.decision.purpose is Purpose.NEXT_PAGE
        and not last.result.page_changed
    )
    if pager and not stuck:
        return click(
            pager.control,
            Purpose.NEXT_PAGE,
            f"{pager.why}; {situation.intent.record_id} isn't on this one",
            LIKELY,
        )
    select = page_select(view)
    if select:
        why = f"Next page: {select[0]} goes to page {select[1]}"
        return act(
            [
                SelectOption(
                    ref=select[0].ref, label=select[1], reasoning=why, purpose=Purpose.NEXT_PAGE
                )
            ],
            why,
            LIKELY,
        )
    if (
        not stuck
        and len(situation.memory.purposes(Purpose.SCROLL)) < _MOST_SCROLLS
        and not _scroll_in_vain(situation)
    ):
        why = f"Scroll: {situation.intent.record_id} may come further down"
        return act([Scroll(direction="bottom", reasoning=why, purpose=Purpose.SCROLL)], why, FAIR)
    return None


def _scroll_in_vain(situation: Situation) -> bool:
    last = situation.memory.last
    return last is not None and last.decision.type == "scroll" and not last.result.page_changed


def _has_records(situation: Situation) -> bool:
    return _last_like(situation.view, situation.intent.record_id) is not None


def _last_like(view: PageView, identifier: str) -> Node | None:
    """The last place that names a record of the same form of number."""
    for node in reversed(view.nodes):
        if node.children:
            continue
        if numbers_like(view.text(node), identifier) or _is_short_number(view, node, identifier):
            return node
    return None


def _is_short_number(view: PageView, node: Node, identifier: str) -> bool:
    """Whether a text is nothing but a number as short as the record's, in a row that says more."""
    said = view.text(node).strip(" #.")
    if not is_weak(identifier) or not is_weak(said) or form_of(said) != form_of(identifier):
        return False
    rows = (above for above in view.ancestors(node) if above.role == "row")
    return any(len(row.children) > 1 and len(view.text(row)) > len(said) + 8 for row in rows)


def _filter(situation: Situation) -> Plan | None:
    used = situation.memory.chosen_filters
    if len(used) >= _MOST_FILTERS:
        return None
    window = _known_day(situation)
    choice = wider(situation.view, window, situation.today, used) or another(
        situation.view, window, situation.today, used
    )
    if choice is None:
        return None
    return act(
        choose(situation.view, choice),
        f'Filter: "{choice.label}" may show the record',
        LIKELY,
    )


def _open_period_menu(situation: Situation) -> Plan | None:
    """Opens a hand-made drop-down of periods, where the record may lie in another one."""
    used = situation.memory.chosen_filters
    opened = situation.memory.purposes(Purpose.OPEN_FILTER)
    control = closed(situation.view, _known_day(situation), situation.today, used)
    if control is None or len(opened) > len(used) or len(opened) >= MOST_MENUS:
        return None
    return click(
        control, Purpose.OPEN_FILTER, f"may show the period of {situation.intent.record_id}", LIKELY
    )


def _unfold(situation: Situation) -> Plan | None:
    """Opens a folded part of the page, one within another: the record may lie in it."""
    if len(situation.memory.purposes(Purpose.UNFOLD)) >= _MOST_FOLDS:
        return None
    folded = [
        one
        for one in situation.view.controls
        if one.node.tag == "summary"
        and one.node.expanded is not True
        and one.region not in BESIDE_LISTS
        and concept("nav.danger").score(one.label) < MOSTLY
        and situation.untried(one)
    ]
    if not folded:
        return None
    return click(folded[0], Purpose.UNFOLD, f"may hold {situation.intent.record_id}", FAIR)


def _known_day(situation: Situation) -> DateWindow:
    """The record's own date, where the payload gives it beside the number."""
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
        or last.decision.purpose not in {Purpose.DETAILS, *FOR_DOCUMENTS}
        or not last.result.ok
    ):
        return None
    if last.result.url_before == last.result.url_after or situation.memory.purposes(Purpose.BACK):
        return None
    why = f"Back: this page isn't about {situation.intent.record_id}"
    return act([Back(reasoning=why, purpose=Purpose.BACK)], why, FAIR)


def _start_over(situation: Situation) -> Plan | None:
    """Back to the page that the task began on, when its search found nothing: to turn its pages."""
    start = situation.memory.steps[0].url if situation.memory.steps else situation.url
    searched = situation.memory.purposes(Purpose.SEARCH)
    if (
        not searched
        or situation.memory.purposes(Purpose.START_OVER)
        or same_page(start, situation.url)
    ):
        return None
    why = "Start over: the search found nothing; the list itself comes next"
    return act([Goto(url=start, reasoning=why, purpose=Purpose.START_OVER)], why, LIKELY)


def _go_to_list(situation: Situation) -> Plan | None:
    if len(situation.memory.purposes(Purpose.NAVIGATE)) >= _MAX_NAVIGATION:
        return None
    looked_through = any(
        action.decision.purpose in _LOOKED_THROUGH for _, action in situation.memory.actions
    )
    if _has_records(situation) or looked_through:
        return None
    return go_to(situation, ("page.orders",), fallbacks=RELATED["page.orders"])
