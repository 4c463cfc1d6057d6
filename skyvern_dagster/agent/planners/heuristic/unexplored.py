"""What a page still offers that nobody has tried, and of which nobody knows what it is for.

Who says that something isn't there has to have looked: behind each control that may hide it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from skyvern_dagster.agent.planners.heuristic.documents import DocumentKind
from skyvern_dagster.agent.planners.heuristic.situation import Situation
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.amounts import find_amounts
from skyvern_dagster.reading.cells import RECORD_ROLES
from skyvern_dagster.reading.complaints import complains
from skyvern_dagster.reading.concepts import MOSTLY, concept, word_list
from skyvern_dagster.reading.controls import INPUT_ROLES, Control, Input, same_page
from skyvern_dagster.reading.date_window import DateWindow
from skyvern_dagster.reading.identifiers import mentions_identifier
from skyvern_dagster.reading.list_claims import claimed_total, says_more, shown_part
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.page_sentences import said_beside
from skyvern_dagster.reading.record_part import numbers_like
from skyvern_dagster.reading.text_lengths import FIELD_NAME
from skyvern_dagster.reading.words import clip, fold, words

_BESIDE = frozenset({"banner", "navigation", "contentinfo"})
"""What stands there is about the whole site."""
_ELSE = (
    "nav.danger", "nav.edit", "page.contact", "page.imprint", "page.help", "page.cart",
    "page.products", "page.home", "page.profile", "page.settings", "page.addresses",
    "page.returns", "page.quotes", "page.subscriptions", "field.tracking_number",
    "obstacle.close", "login.exit", "doc.export",
)  # fmt: skip
"""What a control may be for, other than showing more of a record or of a list."""
_WAYS_BACK = ("page.account", "paging.previous", "nav.all")
"""From a record's own page: ways to where it was come from."""
_OF_LISTS = ("paging.search", "paging.apply", "paging.reset", "paging.last")
_NOTHING = ("message.empty", "doc.none", "doc.unavailable", "doc.on_paper")
"""What says that there is nothing: no complaint of the page."""
_OUTSIDE = ("mailto:", "tel:")
_RECORDS = ("page.orders", "page.invoices", "page.documents", "page.payments", "page.bookings")
_LEAST_WORDS = 4
"""Beside numbers: "Showing 1-12 of 12 orders" has three."""
_MOST_BESIDE = 12
"""Entries of the menu that a list stands in; larger ones are of a whole site, with its goods."""
_LEAST_END = 3
"""Characters of a number's end that stand for it: four are shown of cards and accounts."""
_SHORT_LIST = 9
"""Records: lists that load more as they are scrolled come in tens, or more at a time."""
_CHOICES = 2
"""Options, below which nothing can be chosen."""
_NUMBERED = 3
"""Digits of a page's number in a pager, at most."""


def unexplored(situation: Situation, nodes: Sequence[Node], kind: DocumentKind) -> str:
    """What a part of the page still offers that may be, or lead to, the document."""
    for node in nodes:
        inside = node.role in _BESIDE or situation.view.region(node) in _BESIDE
        for one in situation.view.controls_in(node):
            if one.region in _BESIDE and not inside:
                continue
            if not _is_known(situation, one, kind) and not _is_article(situation, one, kind):
                return clip(one.label) or f"{one.node.role} without a name"
    return ""


def contradicted(situation: Situation, about: Callable[[str], bool] = bool) -> str:
    """What a page says that makes it doubtful that it shows all there is: an error, a refusal.

    Args:
        situation: The page.
        about: Which of its sentences count.
    """
    said = (one for one in said_beside(situation.view) if about(one))
    return next((clip(one) for one in said if _doubts(one)), "")


def speaks_of(situation: Situation, about: Callable[[str], bool]) -> str:
    """A sentence about what is looked for that isn't understood: it may say where it is.

    Args:
        situation: The page.
        about: Which of its sentences count.
    """
    said = (one for one in said_beside(situation.view) if about(one))
    return next((clip(one) for one in said if not _says_nothing_is_there(one)), "")


def is_of_records(text: str) -> bool:
    """Whether a sentence speaks of orders, invoices and the like, and doesn't only count them."""
    told = [word for word in words(text) if not any(map(str.isdigit, word))]
    named = any(concept(name).mentioned(text) for name in _RECORDS)
    return named and len(told) >= _LEAST_WORDS


def list_doubt(situation: Situation, records: Sequence[Node]) -> str:
    """What speaks against a list having been seen through, as the rest of a sentence.

    Args:
        situation: The page, and what was done.
        records: What names the records that the page shows.
    """
    view = situation.view
    if says_more(view) or (
        shown_part(view, DateWindow(), situation.today) and not situation.intent.newest
    ):
        return "the page says that there is more"
    turned = bool(situation.memory.done(Purpose.NEXT_PAGE))
    claimed = claimed_total(view)
    if claimed is not None and not turned and len(records) < claimed:
        return f"the page says that there are {claimed}"
    if claimed is None and not turned and says_more(view) is None and len(records) > _SHORT_LIST:
        return "the page doesn't say how many there are"
    if told := contradicted(situation):
        return f'the page says "{told}"'
    if told := speaks_of(situation, is_of_records):
        return f'the page says "{told}"'
    if chooser := _unchosen(situation):
        return f'"{chooser}" may show others'
    if other := _beside_here(situation):
        return f'"{other}" was not looked at'
    left = next((one for one in view.controls if _may_show_more(situation, one, records)), None)
    return f'"{clip(left.label) or left.node.role}" was not tried' if left is not None else ""


def _may_show_more(situation: Situation, one: Control, records: Sequence[Node]) -> bool:
    """Whether a control of a list, and of none of its records, may show others."""
    view = situation.view
    if one.region in _BESIDE or one.node.role == "columnheader":
        return False
    around = list(view.ancestors(one.node))
    if any(above.role == "columnheader" for above in around):
        return False
    rows = (above for above in (one.node, *around) if above.role in RECORD_ROLES)
    if any(view.holds(row, record) for row in rows for record in records):
        return False
    if any(one.node is record for record in records):
        return False
    if concept("nav.menu").score(one.label) >= MOSTLY:
        return True
    if any(concept(name).score(one.label) >= MOSTLY for name in _OF_LISTS):
        return False
    turned = bool(situation.memory.done(Purpose.NEXT_PAGE))
    numbered = one.label.isdigit() and len(one.label) <= _NUMBERED
    if turned and (numbered or concept("paging.previous").score(one.label) >= MOSTLY):
        return False
    if fold(one.label) in situation.memory.chosen_filters or one.node.selected:
        return False
    return not _is_else(situation, one)


def _beside_here(situation: Situation) -> str:
    """An entry of the menu that the list stands in, of which it isn't known what it shows."""
    view = situation.view
    for one in view.nodes:
        if one.role != "navigation":
            continue
        entries = view.controls_in(one)
        here = any(each.url and situation.memory.visited(each.url) for each in entries)
        here = here or any(each.url and same_page(each.url, view.url) for each in entries)
        if not here or len(entries) > _MOST_BESIDE:
            continue
        for each in entries:
            known = _is_else(situation, each) or same_page(each.url, view.url)
            if not known and not any(
                concept(name).score(each.label) >= MOSTLY for name in (*_WAYS_BACK, *_OF_LISTS)
            ):
                return clip(each.label) or each.node.role
    return ""


def other_form(view: PageView, identifier: str) -> str:
    """A number of the page that may be the record's in another form: `0012` for 12, `…0432`."""
    wanted = _bare(identifier)
    for node in view.nodes:
        text = view.text(node)
        if node.children or len(text) > FIELD_NAME or node.role in INPUT_ROLES:
            continue
        shown = _bare(text)
        ends = len(shown) >= _LEAST_END and shown.isdigit() and wanted.endswith(shown)
        if shown == wanted or (ends and text.strip().startswith(("…", "...", "*", "•"))):
            return clip(text)
    return ""


def _bare(number: str) -> str:
    return "".join(one for one in fold(number) if one.isalnum()).lstrip("0")


def _limits(situation: Situation, field: Input) -> bool:
    """Whether a field may keep records out of the list: a box, a choice, a text that is in it."""
    node, used = field.node, situation.memory.chosen_filters
    if node.role in {"checkbox", "radio"}:
        everything = concept("paging.everything").score(field.label) >= MOSTLY
        return not (everything and node.checked) and fold(field.label) not in used
    if field.is_text and not node.options:
        return bool(node.value) and not mentions_identifier(
            node.value, situation.intent.record_id or node.value
        )
    if len(node.options) < _CHOICES:
        return False
    numbers = all(one.label.strip().isdigit() for one in node.options)
    everything = any(
        one.selected and concept("paging.everything").score(one.label) >= MOSTLY
        for one in node.options
    )
    return not (everything or numbers or all(fold(one.label) in used for one in node.options))


def _unchosen(situation: Situation) -> str:
    """A choice of what is shown that was not made otherwise: of a period, a state, a company."""
    view = situation.view
    for field in view.inputs:
        if any(above.role in RECORD_ROLES for above in view.ancestors(field.node)):
            continue
        if view.region(field.node) != "contentinfo" and _limits(situation, field):
            return clip(field.label) or field.node.role
    popups = (one for one in view.controls if one.node.attributes.get("aria-haspopup") == "listbox")
    return next((clip(one.label) for one in popups if situation.untried(one)), "")


def _is_known(situation: Situation, one: Control, kind: DocumentKind) -> bool:
    """Whether a control was tried, or is known to be for something else."""
    if kind.is_named(one.label) or not one.label:
        return not situation.untried(one)
    if not kind.wording and concept("doc.other").score(one.label) >= MOSTLY:
        return True
    if any(concept(name).score(one.label) >= MOSTLY for name in _WAYS_BACK):
        return True
    return _is_crumb(situation.view, one) or _is_else(situation, one)


def _is_crumb(view: PageView, one: Control) -> bool:
    """Whether a link stands over the page's heading, as the way there does."""
    headings = (node for node in view.nodes if node.role == "heading" and node.level == 1)
    first = next(headings, None)
    return one.node.role == "link" and first is not None and one.position < view.position(first)


def _is_else(situation: Situation, one: Control) -> bool:
    if not situation.untried(one) or one.url.startswith(_OUTSIDE):
        return True
    if one.url and situation.memory.visited(one.url) and not one.url.endswith("#"):
        return True
    return any(concept(name).score(one.label) >= MOSTLY for name in _ELSE)


def _is_article(situation: Situation, one: Control, kind: DocumentKind) -> bool:
    """Whether a link is an article of the order: a name in a line with a price."""
    if one.node.role != "link" or any(map(str.isdigit, one.label)) or kind.is_named(one.label):
        return False
    known = situation.lang.partition("-")[0].lower() in word_list("documents")["doc.none"]
    lines = (above for above in situation.view.ancestors(one.node) if above.role in RECORD_ROLES)
    line = next(lines, None)
    return known and line is not None and bool(find_amounts(situation.view.text(line)))


def _doubts(text: str) -> bool:
    if _says_nothing_is_there(text):
        return False
    return complains(text) or bool(set(fold(text).split()) & set(word_list("negations")))


def _says_nothing_is_there(text: str) -> bool:
    return any(concept(name).mentioned(text) for name in _NOTHING)


def records_like(view: PageView, identifier: str) -> list[Node]:
    """What names records of the same form of number: one node a record."""
    return list(_by_number(view, identifier).values())


def numbers_of(view: PageView, identifier: str) -> list[str]:
    """The numbers of the records that a page shows, of the same form as this one's."""
    return list(_by_number(view, identifier))


def _by_number(view: PageView, identifier: str) -> dict[str, Node]:
    seen: dict[str, Node] = {}
    for node in view.nodes:
        if not node.children and node.role not in INPUT_ROLES:
            for number in numbers_like(view.text(node), identifier):
                seen.setdefault(number, node)
    return seen
