"""What opens a menu, or stands in the part of a page that is about who is logged in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from skyvern_dagster.agent.decisions import Hover
from skyvern_dagster.agent.planners.heuristic.situation import Situation
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.concepts import MOSTLY, concept
from skyvern_dagster.reading.controls import Control, same_page
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.text_lengths import MENU_WORD
from skyvern_dagster.reading.words import fold

SURE_MENU = 0.8
"""It says that it is a menu, and that it opens."""
_MENU = 0.45
"""The least of a menu at the page's head: a short text that can be clicked, without a role."""
_MENU_ICON = 0.5
"""A button without words at the page's head: a little more than such a text."""
_OPENING, _OPENS = 0.55, 0.2
"""What says to browsers that it opens: at least this, and so much more than by its words alone."""
_MENU_WORDS = 3
"""What a menu is called: "My user account"."""
_MAX_USER_AREA = 5
"""Controls of the part of a page that is about who is logged in: account, messages, settings and
two more. Larger parts are the site's whole head."""
_MAX_HOVERS = 4
"""Places a page: account, menu and two entries of a main menu."""


def user_area(view: PageView) -> dict[int, float]:
    """The controls beside the way to log out, by their nodes' ids: the nearer, the more."""
    exits = [one for one in view.controls if concept("login.exit").score(one.label) >= MOSTLY]
    near: dict[int, float] = {}
    for one in exits:
        around: list[Control] = []
        for above in view.ancestors(one.node):
            wider = view.controls_in(above)
            if len(wider) > _MAX_USER_AREA:
                break
            around = wider
        others = [each for each in around if each.node is not one.node]
        others.sort(key=lambda each: abs(each.position - one.position))
        for place, each in enumerate(others, start=1):
            near[id(each.node)] = max(1 / place, near.get(id(each.node), 0.0))
    return near


def hover_places(situation: Situation, targets: Sequence[str]) -> Iterator[tuple[Node, str]]:
    """What may open a menu under the pointer and wasn't tried yet, at most a few places a page."""
    hovered = [one.decision for one in situation.memory.purposes(Purpose.HOVER, url=situation.url)]
    if len(hovered) >= _MAX_HOVERS:
        return
    tried = {one.ref for one in hovered if isinstance(one, Hover)}
    view = situation.view
    meanings = ("page.account", "nav.user", "nav.menu", *targets)
    for node in view.nodes:
        label = node.name or node.text or view.text(node)
        if (
            not node.ref
            or node.ref in tried
            or not 0 < len(label) <= MENU_WORD
            or view.position(node) > max(60, len(view.nodes) / 3)
            or situation.memory.clicked_label(label)
            or situation.unasked.of_link(label, node.url or "") is not None
            or in_row(view, node)
        ):
            continue
        if any(one.node is not node for one in view.controls_in(node)):
            continue
        named = any(concept(name).score(label) >= MOSTLY for name in meanings)
        caret = label.rstrip().endswith(("▾", "▼", "⌄", "▿", "˅"))
        if (named or caret) and node.role not in {"heading", "img", "textbox", "paragraph"}:
            yield node, label


def in_row(view: PageView, node: Node) -> bool:
    """Whether a node is part of a table: of a record, or of a header that sorts."""
    return node.role == "row" or any(above.role == "row" for above in view.ancestors(node))


def menu_score(situation: Situation, control: Control) -> float:
    """How plainly a control opens a menu; 0 where it does something else."""
    if concept("nav.danger").score(control.label) >= MOSTLY or control.node.expanded:
        return 0.0
    if situation.unasked.of_label(control.label) is not None:
        return 0.0
    if in_row(situation.view, control.node):
        return 0.0  # What a record's row holds (read, flagged) changes the record.
    in_head = (
        control.region in {"banner", "navigation"}
        or control.position < len(situation.view.nodes) / 4
    )
    nowhere = _leads_nowhere(control, situation.url)
    leads_away = control.url and not nowhere and not same_page(control.url, situation.url)
    if _is_brand(situation, control) and not nowhere:
        return 0.0
    if leads_away or control.node.role not in {
        "button",
        "link",
        "generic",
        "img",
        "menuitem",
        "tab",
    }:
        return 0.0
    score = max(concept("nav.menu").score(control.label), concept("nav.user").score(control.label))
    score = max(score, concept("page.account").score(control.label))
    if _opens(control):
        score = max(score, _OPENING) + _OPENS
    elif control.node.role == "button" and in_head and not control.label:
        score = max(score, _MENU_ICON)
    elif (in_head and nowhere and 0 < len(control.label.split()) <= _MENU_WORDS) or (
        control.node.clickable
        and in_head
        and len(control.label.split()) <= _MENU_WORDS
        and control.node.role == "generic"
    ):
        score = max(score, _MENU)
    return score if in_head and score >= _MENU else 0.0


def _leads_nowhere(control: Control, page: str) -> bool:
    """Whether a link is one for a script's sake: `href="#"` and the like."""
    url = control.url.strip().lower()
    return url.startswith("javascript:") or (url.endswith("#") and same_page(url, page))


def _opens(control: Control) -> bool:
    node = control.node
    return (
        bool(node.attributes.get("aria-haspopup"))
        or node.expanded is False
        or node.tag == "summary"
    )


def _is_brand(situation: Situation, control: Control) -> bool:
    """Whether a control is the site's name, which leads home."""
    label = fold(control.label)
    site = fold(f"{situation.request.observation.title} {urlsplit(situation.url).hostname or ''}")
    first = control is situation.view.controls[0]
    return bool(label) and (first or label in site) and not _opens(control) and label in site
