"""Pages as trees that are written down: no browser is needed to plan on them."""

from __future__ import annotations

from dataclasses import replace

from skyvern_dagster.browser.observation import Node, Observation

SITE = "https://portal.example"


def node(role: str, name: str = "", *children: Node, url: str = "", **more: object) -> Node:
    clickable = role in {"link", "button", "tab"}
    ref = f"{role}:{name}:{url}" if clickable or role == "combobox" else None
    address = SITE + url if url.startswith("/") else url or None
    made = Node(role, name, ref, children=children, url=address, clickable=clickable)
    return replace(made, **more)  # type: ignore[arg-type]


def link(name: str, url: str) -> Node:
    return node("link", name, url=url)


def row(*cells: str | Node, role: str = "cell") -> Node:
    return node(
        "row",
        "",
        *(node(role, each) if isinstance(each, str) else node(role, "", each) for each in cells),
    )


def page(*children: Node, url: str = "/", title: str = "Portal", lang: str = "en") -> Observation:
    return Observation(SITE + url, title, Node("document", children=children), lang)
