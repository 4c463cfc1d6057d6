"""One record of a page, and several that belong together."""

from __future__ import annotations

from dataclasses import dataclass

from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.facts import Fact
from skyvern_dagster.reading.page import PageView


@dataclass(frozen=True)
class Record:
    """One record: the nodes that make it up, and the facts that they hold."""

    nodes: tuple[Node, ...]
    facts: tuple[Fact, ...]

    def text(self, view: PageView) -> str:
        """What it says."""
        return " ".join(view.text(node) for node in self.nodes)


@dataclass(frozen=True)
class RecordSet:
    """Records that belong together.

    Attributes:
        shape: ``table``, ``list``, ``groups`` or ``sections``.
        columns: Names of the columns, where there are any.
    """

    shape: str
    records: tuple[Record, ...]
    columns: tuple[str, ...]
    container: Node
