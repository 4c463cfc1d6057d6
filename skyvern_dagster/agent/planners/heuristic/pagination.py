"""The control that leads on in a list: next page, next number, load more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.concepts import ALMOST_ONLY, MOSTLY, PLAINLY, concept
from skyvern_dagster.reading.controls import Control, Input, same_page
from skyvern_dagster.reading.list_claims import page_of
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.words import fold

_PAGER_TEXT = 200
"""Characters of a pager with its numbers, arrows and a count; longer parts hold the list."""
_NUMBERS_TEXT = 120
"""Characters of a row of page numbers: forty numbers with spaces."""
_OPTIONS = 2
"""A select of one page has nothing to turn to."""
_TITLE = 0.9
"""A tool tip counts a little less than a label."""
_LAST_SIGN = 0.7
"""A lone "»" leads on; beside a "›" it leads to the end. Below any word for "next"."""


@dataclass(frozen=True)
class Onward:
    """What leads to more of the list; ``adds`` when the list grows instead of turning."""

    control: Control
    adds: bool
    why: str


def onward(view: PageView, last_record: Node | None) -> Onward | None:
    """The control that leads to the next part of the list that ends with ``last_record``."""
    after = view.position(last_record) if last_record is not None else -1
    return _next_button(view, after) or _next_number(view) or _more(view, after)


def _next_button(view: PageView, after: int) -> Onward | None:
    best: tuple[float, Control] | None = None
    for control in view.controls:
        score = _next_score(view, control)
        if score < MOSTLY:
            continue
        if not _in_pager(view, control.node) and control.position < after:
            continue
        if best is None or score > best[0]:
            best = (score, control)
    return Onward(best[1], adds=False, why="leads to the next page") if best else None


def _next_score(view: PageView, control: Control) -> float:
    wanted = concept("paging.next")
    if control.node.role not in {"link", "button", "generic", "listitem", "menuitem"}:
        return 0.0
    if control.region in {"banner", "dialog"} or (
        concept("paging.last").score(control.label) >= ALMOST_ONLY and fold(control.label) != "»"
    ):
        return 0.0
    if fold(control.label) == "»":
        return (
            _LAST_SIGN
            if not _has_symbol(view, control.node, "›") and not _has_symbol(view, control.node, ">")
            else 0.0
        )
    score = max(wanted.score(control.label), _TITLE * wanted.score(control.node.title))
    if control.node.attributes.get("rel") == "next":
        return 1.0
    symbol_only = fold(control.label) in wanted.symbols
    if symbol_only and not _in_pager(view, control.node):
        return 0.0
    return score


def _has_symbol(view: PageView, node: Node, symbol: str) -> bool:
    return any(
        fold(other.label) == symbol
        for above in list(view.ancestors(node))[:3]
        for other in view.controls_in(above)
    )


def _in_pager(view: PageView, node: Node) -> bool:
    """Whether a control stands in a row of page numbers, or beside a previous one."""
    for above in list(view.ancestors(node))[:4]:
        text = view.text(above)
        if len(text) > _PAGER_TEXT:
            return False
        named = fold(above.name)
        if "pagina" in named or "pagination" in named or "pager" in named or "seiten" in named:
            return True
        controls = view.controls_in(above)
        numbers = sum(one.label.strip().isdigit() for one in controls)
        back = any(concept("paging.previous").score(one.label) >= PLAINLY for one in controls)
        if numbers or back or page_of().search(fold(text)):
            return True
    return False


def _next_number(view: PageView) -> Onward | None:
    """The page number after the current one, in a row of numbers."""
    for row in view.nodes:
        numbered = {
            number: one for one in view.controls_in(row) if (number := _number_of(one)) is not None
        }
        if len(numbered) < 1 or len(view.text(row)) > _NUMBERS_TEXT or not row.children:
            continue
        current = _current_number(view, row, numbered)
        if current and (control := numbered.get(current + 1)):
            return Onward(control, adds=False, why=f"leads to page {current + 1}")
    return None


def _number_of(control: Control) -> int | None:
    """The page that a control is called after; `Page 2` may be spoken, and `2` shown."""
    shown = (control.label, control.node.text)
    return next((int(one) for one in shown if re.fullmatch(r"\s*\d{1,3}\s*", one)), None)


def _current_number(view: PageView, row: Node, numbered: dict[int, Control]) -> int | None:
    for number, control in numbered.items():
        node = control.node
        if (
            node.attributes.get("aria-current")
            or node.selected
            or node.pressed
            or (node.url and same_page(node.url, view.url))
        ):
            return number
    if said := page_of().search(fold(view.text(row))):
        return int(said.group(1) or said.group(3))
    plain = [int(text) for text in _plain_numbers(view, row)]
    others = [number for number in plain if number not in numbered]
    return (
        others[0]
        if len(others) == 1 and (others[0] + 1 in numbered or others[0] - 1 in numbered)
        else None
    )


def _plain_numbers(view: PageView, row: Node) -> Iterator[str]:
    for node in row.walk():
        if not node.children and re.fullmatch(r"\s*\d{1,3}\s*", view.text(node)):
            yield view.text(node)


def _more(view: PageView, after: int) -> Onward | None:
    scored = [
        (concept("paging.more").score(control.label), control)
        for control in view.controls
        if control.position > after
        and control.region not in {"banner", "navigation", "contentinfo"}
        and control.node.expanded is None and not control.node.attributes.get("aria-haspopup")
    ]  # fmt: skip
    score, control = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    return (
        Onward(control, adds=True, why="loads more of the list")
        if control and score >= PLAINLY
        else None
    )


def page_select(view: PageView) -> tuple[Input, str] | None:
    """A select of page numbers, with the option after the current one."""
    for field in view.inputs:
        options = field.node.options
        labels = [option.label.strip() for option in options]
        if len(options) < _OPTIONS or not all(
            re.fullmatch(r"(?:\D{0,8}\s)?\d+(?:\s*/\s*\d+)?", label) for label in labels
        ):
            continue
        numbers = [int(match.group()) for label in labels if (match := re.search(r"\d+", label))]
        if numbers != list(range(1, len(numbers) + 1)):
            continue
        chosen = next((index for index, option in enumerate(options) if option.selected), 0)
        if chosen + 1 < len(options):
            return field, options[chosen + 1].label
    return None
