"""Parses what Playwright's ``aria_snapshot(mode="ai")`` prints.

The format is YAML-like, one line a node::

    - link "PDF" [ref=e44] [cursor=pointer]:
      - /url: /a.pdf
    - 'option "Two: 2" [selected]'
    - paragraph [ref=e26]: "- dash"

A YAML reader would be fifty times slower, and wouldn't know what a key means anyway.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from skyvern_dagster.browser.collection import collection_paused

# Nearly all lines: nothing quoted in them but a name without escapes.
_USUAL = re.compile(r'([a-z]+)(?: "([^"\\]*)")?((?: \[[a-z-]+(?:=[^\]]*)?\])*)(?::|: ([^"\s].*))?')
_FLAG = re.compile(r"\[([a-z-]+)(?:=([^\]]*))?\]")
_ROLE = re.compile(r"[^\s\[]+")
_HEX_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\x([0-9a-fA-F]{2})")
_DECODER = json.JSONDecoder(strict=False)


@dataclass
class AriaNode:
    """A node as the snapshot prints it, still open to additions."""

    role: str
    name: str = ""
    text: str = ""
    flags: dict[str, str] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    children: list[AriaNode] = field(default_factory=list)

    @property
    def ref(self) -> str:
        """Playwright's ref; empty where it gives none."""
        return self.flags.get("ref", "")


@collection_paused()
def parse_aria_snapshot(snapshot: str) -> list[AriaNode]:
    """Turns the printed snapshot into its top-level nodes; odd lines become text nodes."""
    top = AriaNode("document")
    open_nodes: list[tuple[int, AriaNode]] = [(-1, top)]
    for line in snapshot.split("\n"):
        content = line.lstrip(" ")
        if not content:
            continue
        depth = len(line) - len(content)
        while open_nodes[-1][0] >= depth:
            open_nodes.pop()
        parent = open_nodes[-1][1]
        node = _place(parent, content.removeprefix("- "))
        if node is not None:
            open_nodes.append((depth, node))
    return top.children


def _place(parent: AriaNode, content: str) -> AriaNode | None:
    usual = _USUAL.fullmatch(content)
    if usual is not None:
        role, name, flags, text = usual.groups("")
        if role == "text":
            parent.children.append(AriaNode("text", name=text))
            return None
        node = AriaNode(role, name, text, dict(_FLAG.findall(flags)) if flags else {})
        parent.children.append(node)
        return node
    key, value = _split(content)
    if key.startswith("/"):
        parent.properties[key[1:]] = value
        return None
    if key == "text":
        parent.children.append(AriaNode("text", name=value))
        return None
    node = _node_of(key)
    node.text = value
    parent.children.append(node)
    return node


def _split(content: str) -> tuple[str, str]:
    if content.startswith("'"):
        end = _closing_quote(content)
        key, rest = content[1:end].replace("''", "'"), content[end + 1 :]
        return key, _unquoted(rest.removeprefix(":").strip(" "))
    key, colon, rest = content.partition(": ")
    if colon:
        return key, _unquoted(rest)
    return content.removesuffix(":"), ""


def _closing_quote(content: str) -> int:
    position = 1
    while True:
        position = content.find("'", position)
        if position < 0:
            return len(content)
        if content[position + 1 : position + 2] != "'":
            return position
        position += 2


def _unquoted(value: str) -> str:
    if not (len(value) > 1 and value.startswith('"') and value.endswith('"')):
        return value
    return _decoded(_HEX_ESCAPE.sub(r"\1\\u00\2", value), value[1:-1])


def _decoded(quoted: str, otherwise: str) -> str:
    try:
        decoded = _DECODER.decode(quoted)
    except json.JSONDecodeError:
        return otherwise
    return decoded if isinstance(decoded, str) else otherwise


def _node_of(key: str) -> AriaNode:
    role = _ROLE.match(key)
    if role is None:
        return AriaNode("text", name=key)
    rest = key[role.end() :].lstrip(" ")
    name = ""
    if rest.startswith('"'):
        name, rest = _leading_string(rest)
    flags = {flag: value or "" for flag, value in _FLAG.findall(rest)}
    return AriaNode(role.group(), name=name, flags=flags)


def _leading_string(rest: str) -> tuple[str, str]:
    try:
        name, end = _DECODER.raw_decode(rest)
    except json.JSONDecodeError:
        return rest.strip('"'), ""
    return str(name), rest[end:]
