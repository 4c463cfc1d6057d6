"""Short numbers of a goal's words, which stand for the end of a longer one: `invoice no. 17`."""

from __future__ import annotations

from dataclasses import replace

from skyvern_dagster.agent.planners.heuristic.situation import Situation
from skyvern_dagster.reading.identifiers import serials_in
from skyvern_dagster.reading.nested_values import flat_items
from skyvern_dagster.reading.record_numbers import is_weak
from skyvern_dagster.reading.record_part import find_record


def whole_numbers(situation: Situation) -> list[str]:
    """The page's numbers that a short one may stand for: `INV-0017` for `no. 17`.

    One that the payload gives, or that the page has itself, is meant as it is.
    """
    wanted, view = situation.intent.record_id, situation.view
    given = {str(value).strip() for _, value in flat_items(situation.goal.payload)}
    if not is_weak(wanted) or wanted in given or find_record(view, wanted):
        return []
    return serials_in((view.text(one) for one in view.nodes if not one.children), wanted)


def with_number(situation: Situation, number: str) -> Situation:
    """The same, with another number for the record that is meant."""
    return replace(situation, intent=replace(situation.intent, record_id=number))
