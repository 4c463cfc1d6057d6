"""What the accessibility snapshot lacks, collected in one call per frame, and joined to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from skyvern_dagster.browser.aria_tree import AriaNode
from skyvern_dagster.browser.observation import Node, Option
from skyvern_dagster.browser.scripts import ask

if TYPE_CHECKING:
    from playwright.async_api import FrameLocator, Page

ElementDetails = Mapping[str, Any]

_VALUE_ROLES = frozenset({"textbox", "searchbox", "spinbutton", "combobox", "slider"})
_CHECKABLE = ("checkbox", "radio", "switch", "menuitemcheckbox", "menuitemradio")
_SAME_ROLE = {"a": "link", "button": "button", "option": "option", "select": "combobox"}


@dataclass(frozen=True)
class FrameDetails:
    """One frame's details, by ref and, for nodes without one, by box.

    Attributes:
        lang: ``lang`` of the document element.
        viewport: Inner width and height of the frame.
        handles: Elements that are clickable but have no usable node in the snapshot.
    """

    lang: str = ""
    viewport: tuple[float, float] = (0, 0)
    by_ref: Mapping[str, ElementDetails] = field(default_factory=dict)
    by_box: Mapping[tuple[int, ...], list[ElementDetails]] = field(default_factory=dict)
    handles: tuple[ElementDetails, ...] = ()

    def of(self, node: AriaNode) -> ElementDetails:
        """The details of a node; empty when the page says nothing about it."""
        if node.ref:
            # The ref of a handle in a frame begins with the ref of the iframe: `e45x3`.
            own = node.ref if "x" not in node.ref else node.ref[node.ref.index("x") :]
            return self.by_ref.get(own, {})
        box = node.box
        if box is None:
            return {}
        key = (int(box.x), int(box.y), int(box.width), int(box.height))
        candidates = self.by_box.get(key, [])
        return next((found for found in candidates if _fits(node, found)), {})


async def collect_details(place: Page | FrameLocator, timeout: float) -> FrameDetails:
    """Asks a frame for the details of its elements.

    Args:
        place: The page, or the frame locator of an iframe in it.
        timeout: Milliseconds to wait for the frame to answer.
    """
    return read_details(await ask(place, "skyvern=details", timeout))


def read_details(raw: Mapping[str, Any]) -> FrameDetails:
    """Indexes what ``engine.js`` collected."""
    by_ref: dict[str, ElementDetails] = {}
    by_box: dict[tuple[int, ...], list[ElementDetails]] = {}
    handles: list[ElementDetails] = []
    for element in raw.get("elements", ()):
        if "ref" in element:
            by_ref[element["ref"]] = element
        if "x" in element:
            by_ref[element["x"]] = element
            handles.append(element)
        if "ref" not in element:
            by_box.setdefault(tuple(element["box"]), []).append(element)
    width, height = raw.get("viewport", (0, 0))
    return FrameDetails(
        lang=str(raw.get("lang", "")),
        viewport=(width, height),
        by_ref=by_ref,
        by_box=by_box,
        handles=tuple(handles),
    )


def build_node(
    aria: AriaNode, details: ElementDetails, children: tuple[Node, ...], *, in_viewport: bool
) -> Node:
    """Joins a snapshot node and its details."""
    shown = _ShownText(aria, details)
    role = _role(aria, details)
    if role != aria.role and not aria.name:
        aria.name, shown.text = shown.text, ""
    return Node(
        role=role,
        name=str(details.get("name", "")) or aria.name,
        ref=aria.ref or None,
        text=shown.text,
        children=children,
        box=aria.box,
        url=details.get("url") or aria.properties.get("url"),
        tag=details.get("tag", ""),
        input_type=details.get("type", ""),
        value=shown.value,
        placeholder=details.get("placeholder") or aria.properties.get("placeholder", ""),
        title=_title(aria, details),
        options=tuple(Option(*option) for option in details.get("options", ())),
        level=int(aria.flags["level"]) if "level" in aria.flags else None,
        checked=details.get("checked", _state(aria, "checked", _CHECKABLE)),
        expanded=details.get("expanded", _state(aria, "expanded", ())),
        selected="selected" in aria.flags,
        pressed=_state(aria, "pressed", ()),
        disabled="disabled" in aria.flags or bool(details.get("disabled")),
        required=bool(details.get("required")),
        invalid="invalid" in aria.flags or bool(details.get("invalid")),
        active="active" in aria.flags,
        clickable=bool(details.get("clickable")) or "cursor" in aria.flags,
        in_viewport=in_viewport,
        covered=bool(details.get("covered")),
        attributes=_attributes(details),
    )


class _ShownText:
    """A node's inline text and value, without a password's content."""

    def __init__(self, aria: AriaNode, details: ElementDetails) -> None:
        holds_value = aria.role in _VALUE_ROLES
        if details.get("secret") or (holds_value and not details):
            # A field that can't be identified might be a password field.
            self.text, self.value = "", ""
        elif holds_value and "value" in details:
            self.text, self.value = "", str(details.get("value", ""))
        elif holds_value:
            self.text, self.value = "", aria.text
        else:
            self.text, self.value = aria.text, _plain_value(details)


def _role(aria: AriaNode, details: ElementDetails) -> str:
    """Some elements without a role of their own stand for a hidden control."""
    return str(details.get("role") or aria.role) if aria.role == "generic" else aria.role


def _plain_value(details: ElementDetails) -> str:
    return str(details.get("value", "")) if details.get("type") == "file" else ""


def _title(aria: AriaNode, details: ElementDetails) -> str:
    title = str(details.get("title", ""))
    return "" if title == aria.name else title


def _state(aria: AriaNode, flag: str, always: tuple[str, ...]) -> bool | None:
    if flag in aria.flags:
        return aria.flags[flag] != "mixed" or None
    return False if aria.role in always else None


def _attributes(details: ElementDetails) -> dict[str, str]:
    attributes = dict(details.get("attributes", {}))
    for word in ("label", "hint"):
        if details.get(word):
            attributes[word] = details[word]
    return attributes


def _fits(node: AriaNode, details: ElementDetails) -> bool:
    expected = _SAME_ROLE.get(details.get("tag", ""))
    if node.role in _VALUE_ROLES:
        return details.get("tag") in ("input", "textarea", "select")
    return expected == node.role or expected is None
