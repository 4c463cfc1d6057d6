"""Whether a decision acts on another record than the one that the task is about."""

from __future__ import annotations

from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.browser.observation import Observation
from skyvern_dagster.reading.identifiers import mentions_identifier
from skyvern_dagster.reading.nested_values import flat_items
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.record_part import find_records, numbers_like
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
        row = next((one for one in around if one.role in _RECORDS), None)
        if row is None:
            return None
        named = numbers_like(f"{view.text(row)} {node.name}", self._wanted)
        if not named or any(mentions_identifier(self._told, one) for one in named):
            return None
        own = [one for one in find_records(view, self._wanted) if not one.is_page]
        if not own or any(view.holds(row, one.nodes[0]) for one in own):
            return None
        return f"this is in the row of {named[0]}, and the task is about {self._wanted}"
