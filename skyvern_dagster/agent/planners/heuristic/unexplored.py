"""What a page still offers that nobody has tried, and of which nobody knows what it is for.

Who says that something isn't there has to have looked: behind each control that may hide it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from skyvern_dagster.agent.planners.heuristic.documents import DocumentKind
from skyvern_dagster.agent.planners.heuristic.situation import Situation
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.amounts import find_amounts
from skyvern_dagster.reading.cells import RECORD_ROLES
from skyvern_dagster.reading.complaints import complains
from skyvern_dagster.reading.concepts import MOSTLY, concept, word_list
from skyvern_dagster.reading.controls import CONTROL_ROLES, INPUT_ROLES, Control
from skyvern_dagster.reading.date_window import DateWindow
from skyvern_dagster.reading.list_claims import claimed_total, says_more, shown_part
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.record_part import numbers_like
from skyvern_dagster.reading.text_lengths import MESSAGE
from skyvern_dagster.reading.words import clip, fold

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
    said = (one for one in _sentences(situation.view) if about(one))
    return next((clip(one) for one in said if _doubts(one)), "")


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
    if chooser := _unchosen(situation):
        return f'"{chooser}" may show others'
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


def _unchosen(situation: Situation) -> str:
    """A choice of what is shown that was not made otherwise: of a period, a state, a company."""
    view = situation.view
    for field in view.inputs:
        if field.node.role not in {"combobox", "listbox"} or len(field.node.options) < _CHOICES:
            continue
        if any(above.role in RECORD_ROLES for above in view.ancestors(field.node)):
            continue
        used = situation.memory.chosen_filters
        numbers = all(one.label.strip().isdigit() for one in field.node.options)
        everything = any(
            one.selected and concept("paging.everything").score(one.label) >= MOSTLY
            for one in field.node.options
        )
        if everything or numbers or all(fold(one.label) in used for one in field.node.options):
            continue
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


def _sentences(view: PageView) -> Iterator[str]:
    """What a page says outside of its records and controls."""
    for node in view.nodes:
        text = view.text(node)
        if not 0 < len(text) <= MESSAGE or any(view.text(one) for one in node.children):
            continue
        around = {node.role, *(above.role for above in view.ancestors(node))}
        if not around & (RECORD_ROLES | CONTROL_ROLES | INPUT_ROLES | _BESIDE):
            yield text


def _doubts(text: str) -> bool:
    if any(concept(name).mentioned(text) for name in _NOTHING):
        return False
    return complains(text) or bool(set(fold(text).split()) & set(word_list("negations")))


def likes_of(view: PageView, identifier: str) -> list[Node]:
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
