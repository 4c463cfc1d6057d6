"""What pages said, and how they called things, before a task did something on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from skyvern_dagster.agent.proof_text import folded, plain_text
from skyvern_dagster.browser.navigation import absolute
from skyvern_dagster.browser.nested_controls import control_name
from skyvern_dagster.browser.node_words import node_text
from skyvern_dagster.browser.observation import Node, Observation

_FIELDS = frozenset({"textbox", "combobox", "listbox", "spinbutton", "searchbox"})
"""Fields that are called by what is entered there. A box to tick isn't: its name is a sentence of
the page (`I agree to be called`)."""
_GROUPS = frozenset({"group", "radiogroup"})


@dataclass(frozen=True)
class ShownLink:
    """A link of a page, and where it leads; empty where only a script knows."""

    name: str
    url: str


@dataclass(frozen=True)
class ShownPages:
    """What they said and called things, in lower case and single-spaced, each once.

    Attributes:
        plain: All of what each said, as :func:`plain_text` has it.
        headings: What their headings read.
        titles: Those of the first level among them.
        fields: What fields, and groups of them, were called.
        links: Their links.
    """

    plain: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    links: tuple[ShownLink, ...] = ()

    @classmethod
    def of(cls, observation: Observation) -> ShownPages:
        """The same of one look at a page."""
        nodes = list(observation.root.walk())
        headings = [one for one in nodes if one.role == "heading"]
        return cls(
            plain=(plain_text(observation),),
            headings=_each_once(*map(_heading_text, headings)),
            titles=_each_once(*(_heading_text(one) for one in headings if one.level == 1)),
            fields=_each_once(*map(_field_name, nodes)),
            links=tuple(_links(observation, nodes)),
        )

    def __or__(self, other: ShownPages) -> ShownPages:
        """What either of them has."""
        return ShownPages(
            plain=_each_once(*self.plain, *other.plain),
            headings=_each_once(*self.headings, *other.headings),
            titles=_each_once(*self.titles, *other.titles),
            fields=_each_once(*self.fields, *other.fields),
            links=tuple(dict.fromkeys((*self.links, *other.links))),
        )


def _heading_text(node: Node) -> str:
    return node_text(node) or node.full_text


def _field_name(node: Node) -> str:
    if node.role in _FIELDS:
        return control_name(node)
    return node.name if node.role in _GROUPS else ""


def _links(observation: Observation, nodes: Iterable[Node]) -> Iterator[ShownLink]:
    for node in nodes:
        if node.role == "link" and node.ref and (name := folded(control_name(node))):
            yield ShownLink(name, absolute(observation.url, node.url) if node.url else "")


def _each_once(*names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for one in names if (text := folded(one))))
