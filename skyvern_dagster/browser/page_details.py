"""What the accessibility snapshot lacks, collected in one call per frame, and joined to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from skyvern_dagster.browser.aria_tree import AriaNode
from skyvern_dagster.browser.collection import collection_paused
from skyvern_dagster.browser.observation import Box, Node, Option
from skyvern_dagster.browser.questions import ask

if TYPE_CHECKING:
    from playwright.async_api import Frame, FrameLocator, Page

ElementDetails = Mapping[str, Any]

_VALUE_ROLES = frozenset({"textbox", "searchbox", "spinbutton", "combobox", "slider"})
_CHECKABLE = ("checkbox", "radio", "switch", "menuitemcheckbox", "menuitemradio")
_NOTHING: ElementDetails = {}
_PLAIN = 2  # tag and box


@dataclass(frozen=True)
class FrameDetails:
    """One frame's details by ref.

    Attributes:
        title: Title of the document.
        lang: ``lang`` of the document element.
        viewport: Inner width and height of the frame.
        newest: The highest number of a ref on its elements.
        handles: Elements that are clickable but have no usable node in the snapshot.
    """

    title: str = ""
    lang: str = ""
    viewport: tuple[float, float] = (0, 0)
    newest: int = 0
    by_ref: Mapping[str, ElementDetails] = field(default_factory=dict)
    handles: tuple[ElementDetails, ...] = ()

    def of(self, node: AriaNode) -> ElementDetails:
        """The details of a node; empty when the page says nothing about it."""
        ref = node.flags.get("ref")
        if ref is None:
            return _NOTHING
        # The ref of a handle in a frame begins with the ref of the iframe: `e45x3`.
        return self.by_ref.get(ref if "x" not in ref else ref[ref.index("x") :], _NOTHING)

    @property
    def prefix(self) -> str:
        """What the refs of this frame begin with: ``f3`` or, in the first document, nothing."""
        return next((ref.partition("e")[0] for ref in self.by_ref if "e" in ref), "")


async def collect_details(place: Page | FrameLocator, timeout: float) -> FrameDetails:
    """Asks a frame for the details of its elements.

    Args:
        place: The page, or the frame locator of an iframe in it.
        timeout: Milliseconds to wait for the frame to answer.
    """
    return read_details(await ask(place, "skyvern=details", timeout))


async def collect_early(frame: Frame, timeout: float) -> FrameDetails | None:
    """Asks a frame for its details while the snapshot may still be on its way there.

    ``None`` when the frame hasn't been in a snapshot yet, or doesn't answer. The details are of use
    if they are no older than the snapshot: if ``newest`` is as high as the highest ref in it.
    """
    from playwright.async_api import Error

    try:
        told = await ask(frame, "skyvern=early", timeout)
    except Error:
        return None
    return None if told is None else read_details(told)


@collection_paused()
def read_details(raw: Mapping[str, Any]) -> FrameDetails:
    """Indexes what ``engine.js`` collected: ``[ref, tag, x, y, width, height, details?]`` each."""
    by_ref: dict[str, ElementDetails] = {
        ref: {"tag": tag, "box": Box(*box)} for ref, tag, *box in raw["plain"]
    }
    handles: list[ElementDetails] = []
    for ref, tag, x, y, width, height, details in raw["elements"]:
        details.update(tag=tag, box=Box(x, y, width, height))
        if ref:
            details["ref"] = ref
            by_ref[ref] = details
        if "x" in details:
            by_ref[details["x"]] = details
            handles.append(details)
    width, height = raw["viewport"]
    return FrameDetails(
        title=raw["title"],
        lang=raw["lang"],
        viewport=(width, height),
        newest=raw["newest"],
        by_ref=by_ref,
        handles=tuple(handles),
    )


_SAYS = re.compile(r"\w")
"""Anything but signs, such as the cross of a button that closes."""


def build_node(
    aria: AriaNode, details: ElementDetails, children: tuple[Node, ...], *, in_viewport: bool
) -> Node:
    """Joins a snapshot node and its details."""
    known: dict[str, Any] = {"role": aria.role, "name": aria.name}
    if children:
        known["children"] = children
    if aria.flags:
        known.update(_flags(aria))
    if aria.text:
        known["text"] = aria.text
    if aria.properties:
        known.update(_properties(aria))
    if aria.role in _CHECKABLE:
        known.setdefault("checked", False)
    if not in_viewport:
        known["in_viewport"] = False
    if details:
        known["tag"], known["box"] = details["tag"], details["box"]
    if len(details) > _PLAIN or aria.role in _VALUE_ROLES:
        known.update(_told(aria, details))
    return Node.knowing(**known)


def _flags(aria: AriaNode) -> Iterator[tuple[str, Any]]:
    for flag, value in aria.flags.items():
        match flag:
            case "ref":
                yield "ref", value
            case "cursor":
                yield "clickable", True
            case "level":
                yield "level", int(value)
            case "checked" | "pressed":
                yield flag, value != "mixed" or None
            case "expanded" | "selected" | "disabled" | "invalid" | "active":
                yield flag, True
            case _:
                pass


def _properties(aria: AriaNode) -> Iterator[tuple[str, str]]:
    return (
        (each, aria.properties[each]) for each in ("url", "placeholder") if each in aria.properties
    )


def _told(aria: AriaNode, details: ElementDetails) -> Iterator[tuple[str, Any]]:
    """What the details say, over what the snapshot says."""
    shown = _ShownText(aria, details)
    role, name = _role(aria, details), aria.name
    if role != aria.role and not name:
        name, shown.text = shown.text, ""
    explained = role == "generic" and name == details.get("title") and _SAYS.search(shown.text)
    if explained:
        # What it says is its name; the tooltip, which the snapshot calls it by, only explains it.
        name, shown.text = shown.text, ""
    yield from (("role", role), ("name", details.get("name") or name))
    yield from (("text", shown.text), ("value", shown.value))
    for word in ("url", "placeholder"):
        if details.get(word):
            yield word, details[word]
    for word in ("checked", "expanded", "clickable", "disabled", "required", "invalid", "covered"):
        if word in details:
            yield word, details[word]
    if "type" in details:
        yield "input_type", details["type"]
    if "options" in details:
        yield "options", tuple(Option(*option) for option in details["options"])
    if "title" in details and (explained or details["title"] != aria.name):
        yield "title", details["title"]
    yield "attributes", _attributes(details)


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
        elif aria.role == "generic" and details.get("role") == "textbox":
            self.text, self.value = "", str(details.get("value", ""))
        else:
            self.text, self.value = aria.text, _plain_value(details)


def _role(aria: AriaNode, details: ElementDetails) -> str:
    """Some elements without a role of their own stand for a hidden control."""
    return str(details.get("role") or aria.role) if aria.role == "generic" else aria.role


def _plain_value(details: ElementDetails) -> str:
    return str(details.get("value", "")) if details.get("type") == "file" else ""


def _attributes(details: ElementDetails) -> dict[str, str]:
    attributes = dict(details.get("attributes", {}))
    for word in ("label", "hint", "colour"):
        if details.get(word):
            attributes[word] = details[word]
    for word in ("filled", "draggable", "droppable"):
        if details.get(word):
            attributes[word] = "true"
    return attributes
