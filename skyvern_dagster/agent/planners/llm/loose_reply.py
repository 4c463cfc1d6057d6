"""What models write in place of the form that they were asked for, where it can mean one thing."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

_KIND_KEYS = ("type", "action", "action_type", "name", "tool")
"""What a decision's kind is called in the forms of other agents."""
_LIST_KEYS = ("decisions", "actions", "steps", "action")
_OTHER_NAMES = {
    "fill": "input_text", "input": "input_text", "type_text": "input_text",
    "enter_text": "input_text", "select": "select_option", "navigate": "goto", "go_to": "goto",
    "go_back": "back", "press_key": "press", "done": "complete", "finish": "complete",
    "upload": "upload_file", "fail": "terminate",
}  # fmt: skip
"""Names of the same decisions in Playwright and in other agents."""
_REF_KEYS = ("element", "element_id", "element_ref", "target", "selector", "id", "index")
"""What others call the element that is meant; taken only where it is one of the page's refs."""
_VALUE_OF = {"input_text": "text", "type": "text", "select_option": "label", "find": "text"}
"""Where a decision keeps what others call its value."""
_REF = re.compile(r"(?<![A-Za-z0-9])(?:f\d+)?[a-z]\d+(?![A-Za-z0-9])")


def decision_list(document: dict[str, Any]) -> Any:
    """The list of decisions, under whatever name; ``None`` where there is none."""
    for key in _LIST_KEYS:
        given = document.get(key)
        if isinstance(given, list | dict):
            return [given] if isinstance(given, dict) else given
    return None


def as_decision(entry: Any, kinds: Collection[str], refs: Collection[str]) -> Any:
    """A decision in the form that was asked for; what can't be understood stays as it is."""
    if not isinstance(entry, dict):
        return entry
    fields = _unwrapped(entry, kinds)
    kind = next((fields[key] for key in _KIND_KEYS if isinstance(fields.get(key), str)), None)
    if kind is not None:
        plain = re.sub(r"[\s-]+", "_", kind.strip()).lower()
        fields["type"] = plain if plain in kinds else _OTHER_NAMES.get(plain, kind)
    if fields.get("ref") is None:
        named = (_known_ref(fields[key], refs) for key in _REF_KEYS if fields.get(key) is not None)
        fields["ref"] = next((one for one in named if one in refs), None)
    value = fields.get("value")
    place = _VALUE_OF.get(str(fields.get("type")))
    if place and value is not None and fields.get(place) is None:
        fields[place] = str(value)
    for name in ("ref", "to_ref"):
        if fields.get(name) is not None:
            fields[name] = _known_ref(fields[name], refs)
    return fields


def _unwrapped(entry: dict[str, Any], kinds: Collection[str]) -> dict[str, Any]:
    """``{"click": {"ref": …}}``, and arguments in a box of their own."""
    if len(entry) == 1:
        kind, inside = next(iter(entry.items()))
        if kind in kinds and isinstance(inside, dict):
            return {**inside, "type": kind}
    for box in ("args", "arguments", "parameters", "params"):
        if isinstance(entry.get(box), dict):
            return {**{key: each for key, each in entry.items() if key != box}, **entry[box]}
    return dict(entry)


def _known_ref(given: Any, refs: Collection[str]) -> Any:
    """A ref of the page out of what stands around it: ``[e12]``, ``ref=e12``."""
    if given in refs or isinstance(given, bool):
        return given
    if isinstance(given, int):
        return f"e{given}" if f"e{given}" in refs else str(given)
    named = {one for one in _REF.findall(str(given)) if one in refs}
    return named.pop() if len(named) == 1 else given
