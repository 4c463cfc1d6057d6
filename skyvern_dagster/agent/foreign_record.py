"""Whether a decision acts on another record than the one that the task is about."""

from __future__ import annotations

from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.browser.observation import Node, Observation
from skyvern_dagster.reading.identifiers import mentions_identifier, same_identifier
from skyvern_dagster.reading.nested_values import flat_items
from skyvern_dagster.reading.own_part import text_with_lead
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.record_numbers import is_weak
from skyvern_dagster.reading.record_part import RecordPart, find_records, numbers_like
from skyvern_dagster.reading.wanted_item import wanted_item

_RECORDS = frozenset({"row", "listitem", "article", "treeitem"})


class OwnRecord:
    """The record of one task, and the rows of others.

    Args:
        goal: What the task asks for.
    """

    def __init__(self, goal: Goal) -> None:
        told = f"{goal.navigation_goal} {goal.data_extraction_goal}"
        self._wanted = wanted_item(told, goal.payload, goal.today).identifier
        self._told = " ".join((told, *(str(value) for _, value in flat_items(goal.payload))))

    def refusal(self, ref: str, observation: Observation) -> str | None:
        """Why an element isn't to be clicked: it stands in another record's row.

        Only where the page has a row of the task's own record, so that the form of its numbers is
        plain, and the row names nothing that the task names.
        """
        node = observation.find(ref) if self._wanted else None
        if node is None:
            return None
        view = PageView(observation)
        around = (node, *view.ancestors(node))
        own = [one for one in find_records(view, self._wanted) if not one.is_page]
        row = next((one for one in around if one.role in _RECORDS), None)
        if row is None and any(_has_counterpart(one, node) for one in own):
            # Cards and paragraphs have no role: the first box around it that names a record.
            row = next((one for one in around if self._numbers(view, one)), None)
        if row is None or not own:
            return None
        named = self._numbers(view, row) or numbers_like(node.name, self._wanted)
        if not named or any(mentions_identifier(self._told, one) for one in named):
            return None
        if any(view.holds(row, each) for one in own for each in one.nodes[:1]):
            return None
        if any(view.holds(each, node) for one in own for each in one.nodes):
            return None
        return f"this is in the row of {named[0]}, and the task is about {self._wanted}"

    def _numbers(self, view: PageView, node: Node) -> list[str]:
        return numbers_like(f"{text_with_lead(view, node)} {node.name}", self._wanted)

    def other_value(self, text: str) -> str | None:
        """Why a text isn't to be put into a field: it is another record's number."""
        if not self._wanted or is_weak(self._wanted):
            return None
        named = numbers_like(text, self._wanted)
        if not named or any(mentions_identifier(self._told, one) for one in named):
            return None
        if same_identifier(named[0], text):
            return f"{named[0]} is another record, and the task is about {self._wanted}"
        return None


def _has_counterpart(part: RecordPart, node: Node) -> bool:
    """Whether a record has a control like this one."""
    return any(
        below.ref and (below.role, below.name) == (node.role, node.name)
        for each in part.nodes
        for below in each.walk()
    )
