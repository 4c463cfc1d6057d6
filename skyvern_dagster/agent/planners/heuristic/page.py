"""An indexed look at an observation: parents, texts, controls, inputs, regions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote, urldefrag, urlsplit

from skyvern_dagster.agent.planners.heuristic.words import clip, fold, name_words
from skyvern_dagster.browser.observation import Node, Observation

CONTROL_ROLES = frozenset(
    {
        "link",
        "button",
        "menuitem",
        "menuitemradio",
        "menuitemcheckbox",
        "tab",
        "treeitem",
        "option",
        "switch",
    }
)
INPUT_ROLES = frozenset(
    {"textbox", "searchbox", "combobox", "listbox", "spinbutton", "checkbox", "radio", "slider"}
)
_REGION_ROLES = frozenset(
    {
        "banner",
        "navigation",
        "main",
        "contentinfo",
        "complementary",
        "dialog",
        "alertdialog",
        "search",
        "menu",
    }
)
_HINTS = ("name", "id", "autocomplete", "aria-label", "data-label", "data-testid")
_SPOKEN = ("aria-label", "alt", "label", "hint")
_MAX_LABEL = 60


@dataclass(frozen=True)
class Control:
    """Something to click.

    Attributes:
        node: Its node; the ref is always there.
        label: What a person would call it: name, else text, else tooltip.
        region: Role of the landmark it lies in (``navigation``, ``main``, ...), or empty.
        position: Place in document order.
    """

    node: Node
    label: str
    region: str
    position: int

    @property
    def ref(self) -> str:
        """The handle for actions."""
        return self.node.ref or ""

    @property
    def phrases(self) -> tuple[str, ...]:
        """The label, and its separate lines where it has several (``Hello, sign in`` / ``Account``)."""
        lines = [
            text
            for below in self.node.walk()
            if not below.children and (text := below.name or below.text)
        ]
        return (self.label, *lines) if len(lines) > 1 else (self.label,)

    @property
    def url(self) -> str:
        """Where it leads, for links with a real address."""
        return self.node.url or ""

    @property
    def path_words(self) -> str:
        """The words of its address, which often speak English where labels don't."""
        return url_words(self.url)

    def __str__(self) -> str:
        return f'{self.node.role} "{clip(self.label, 50)}"' if self.label else self.node.role


@dataclass(frozen=True)
class Input:
    """A field of a form, with everything that tells what belongs in it."""

    node: Node
    label: str
    hints: str
    position: int

    @property
    def ref(self) -> str:
        """The handle for actions."""
        return self.node.ref or ""

    @property
    def is_text(self) -> bool:
        """Whether text is typed into it (a native select isn't)."""
        role = self.node.role
        return role in {"textbox", "searchbox", "spinbutton"} or (
            role == "combobox" and not self.node.options and self.node.tag in {"input", "textarea"}
        )

    @property
    def is_password(self) -> bool:
        """Whether it hides what is typed."""
        return self.node.input_type == "password"

    def __str__(self) -> str:
        return f'field "{clip(self.label or self.hints, 50)}"'


class PageView:
    """What the planner asks about a page (or about the part of it below ``root``)."""

    def __init__(self, observation: Observation, root: Node | None = None) -> None:
        self.observation = observation
        self.root = root or observation.root
        self.nodes: list[Node] = []
        self._parents: dict[int, Node] = {}
        self._positions: dict[int, int] = {}
        self._texts: dict[int, str] = {}
        self._index(self.root)

    def _index(self, root: Node) -> None:
        for node in root.walk():
            self._positions[id(node)] = len(self.nodes)
            self.nodes.append(node)
            for child in node.children:
                self._parents[id(child)] = node

    @property
    def url(self) -> str:
        """The page's address."""
        return self.observation.url

    def parent(self, node: Node) -> Node | None:
        """The node above, within this view."""
        return self._parents.get(id(node))

    def ancestors(self, node: Node) -> Iterator[Node]:
        """The nodes above, nearest first."""
        above = self.parent(node)
        while above is not None:
            yield above
            above = self.parent(above)

    def position(self, node: Node) -> int:
        """Place in document order."""
        return self._positions.get(id(node), -1)

    def holds(self, container: Node, node: Node) -> bool:
        """Whether ``node`` is the container or lies in it."""
        return node is container or any(above is container for above in self.ancestors(node))

    def text(self, node: Node) -> str:
        """What a person reads in this part of the page."""
        known = self._texts.get(id(node))
        if known is None:
            known = self._texts[id(node)] = self._read(node)
        return known

    def _read(self, node: Node) -> str:
        below = " ".join(part for child in node.children if (part := self.text(child)))
        if below:
            return f"{node.text} {below}" if node.text and node.text not in below else below
        if node.role in INPUT_ROLES:
            return node.value or next((one.label for one in node.options if one.selected), "")
        return " ".join((node.text or node.name).split())

    def label(self, node: Node) -> str:
        """What a person would call this element."""
        spoken = node.name or self.text(node) or node.title
        return spoken or next((text for key in _SPOKEN if (text := node.attributes.get(key))), "")

    def region(self, node: Node) -> str:
        """Role of the nearest landmark around a node."""
        return next(
            (above.role for above in self.ancestors(node) if above.role in _REGION_ROLES), ""
        )

    @cached_property
    def page_text(self) -> str:
        """Everything there is to read."""
        return self.text(self.root)

    @cached_property
    def controls(self) -> tuple[Control, ...]:
        """Everything that can be clicked now, in document order."""
        return tuple(
            Control(node, self.label(node), self.region(node), self.position(node))
            for node in self.nodes
            if self._is_control(node)
        )

    def _is_control(self, node: Node) -> bool:
        if not node.ref or node.disabled or node.attributes.get("aria-disabled") == "true":
            return False
        if node.role in CONTROL_ROLES:
            return self.parent(node) is None or not self._is_native_option(node)
        if node.tag == "summary":
            return True
        return node.clickable and node.role not in INPUT_ROLES and not self._in_control(node)

    def _is_native_option(self, node: Node) -> bool:
        above = self.parent(node)
        return node.role == "option" and above is not None and bool(above.options)

    def _in_control(self, node: Node) -> bool:
        return any(above.role in CONTROL_ROLES and above.ref for above in self.ancestors(node))

    def controls_in(self, container: Node) -> list[Control]:
        """The controls below a node, the node itself included."""
        inside = {id(node) for node in container.walk()}
        return [control for control in self.controls if id(control.node) in inside]

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        """The fields that can be filled in now, in document order."""
        return tuple(
            Input(node, self._input_label(node), _hints(node), self.position(node))
            for node in self.nodes
            if node.role in INPUT_ROLES and node.ref and not node.disabled
        )

    def inputs_in(self, container: Node) -> list[Input]:
        """The fields below a node."""
        inside = {id(node) for node in container.walk()}
        return [field for field in self.inputs if id(field.node) in inside]

    def _input_label(self, node: Node) -> str:
        if spoken := node.name or node.attributes.get("label", ""):
            return spoken
        return self._text_before(node) or node.placeholder or node.title

    def _text_before(self, node: Node) -> str:
        """The short text right before a field, where no label is tied to it."""
        place: Node | None = node
        for _ in range(3):
            above = self.parent(place) if place is not None else None
            if above is None or place is None:
                return ""
            for sibling in reversed(_before(above.children, place)):
                if sibling.role in INPUT_ROLES or sibling.role in CONTROL_ROLES:
                    return ""
                if text := self.text(sibling):
                    return text if len(text) <= _MAX_LABEL and not _has_input(sibling) else ""
            place = above
        return ""

    @cached_property
    def headings(self) -> tuple[str, ...]:
        """The texts of all headings, the title of the page first."""
        found = [self.label(node) for node in self.nodes if node.role == "heading"]
        return (self.observation.title, *found)

    @cached_property
    def main_headings(self) -> tuple[str, ...]:
        """The headings that say what page this is: title and first level, else the first two."""
        ranked = [node for node in self.nodes if node.role == "heading"]
        top = [node for node in ranked if (node.level or 2) == 1] or ranked[:2]
        return (self.observation.title, *(self.label(node) for node in top))

    @cached_property
    def messages(self) -> tuple[str, ...]:
        """What alerts and status lines say."""
        return tuple(
            text
            for node in self.nodes
            if node.role in {"alert", "status", "log", "alertdialog"} and (text := self.text(node))
        )

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The separate pieces of text of the page, in order."""
        return tuple(text for node in self.nodes if not node.children and (text := self.text(node)))

    @cached_property
    def paragraphs(self) -> tuple[str, ...]:
        """Texts of the smallest blocks: whole sentences even where inline elements split them."""
        found = []
        for node in self.nodes:
            text = self.text(node)
            if (
                text
                and len(text) <= 400
                and node.role not in INPUT_ROLES
                and len(node.children) <= 8
            ):
                found.append(text)
        return tuple(dict.fromkeys(found))


def same_page(one: str, other: str, *, ignore_query: bool = False) -> bool:
    """Whether two addresses are one page, fragments and a final slash aside."""
    return _plain_url(one, ignore_query) == _plain_url(other, ignore_query)


def same_site(one: str, other: str) -> bool:
    """Whether two addresses belong together: same host, or hosts below the same name."""
    first, second = urlsplit(one).hostname or "", urlsplit(other).hostname or ""
    return first == second or first.split(".")[-2:] == second.split(".")[-2:]


def url_words(url: str) -> str:
    """The words of an address' path and query, single-spaced."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https", ""}:
        return ""
    return " ".join(name_words(unquote(f"{parts.path} {parts.query}".replace("/", " "))))


def _plain_url(url: str, ignore_query: bool) -> str:
    parts = urlsplit(urldefrag(url)[0] if "#/" not in url and "#!" not in url else url)
    path = parts.path.rstrip("/")
    query = "" if ignore_query else parts.query
    return f"{parts.netloc}{path}?{query}#{parts.fragment}"


def _hints(node: Node) -> str:
    found = [node.placeholder, node.title, *(node.attributes.get(name, "") for name in _HINTS)]
    return fold(" ".join(" ".join(name_words(part)) for part in found if part))


def _before(children: tuple[Node, ...], place: Node) -> list[Node]:
    found = []
    for child in children:
        if child is place:
            break
        found.append(child)
    return found


def _has_input(node: Node) -> bool:
    return any(below.role in INPUT_ROLES for below in node.walk())
