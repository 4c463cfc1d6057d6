"""Panels about a record beside the list that it stands in: drawers, side panels, cards below."""

from __future__ import annotations

from collections.abc import Iterator

from skyvern_dagster.agent.planners.heuristic.situation import Situation
from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.identifiers import mentions_identifier
from skyvern_dagster.reading.record_part import RecordPart, calls_record, numbers_like

_WHOLE = frozenset({"main", "document"})


def panels_of(situation: Situation, place: RecordPart) -> Iterator[RecordPart]:
    """The parts of the page that are headed by the record, other than its place in the list.

    Drawers are often marked as navigation, and some stand outside of what is marked as the page's
    main part: the heading says what they are about.
    """
    view, wanted = situation.view, situation.intent.record_id
    for node in view.nodes:
        if node.role != "heading" or not calls_record(view.label(node), wanted):
            continue
        if any(view.holds(part, node) for part in place.nodes):
            continue
        if (panel := _around(situation, node)) is not None:
            yield RecordPart((panel,), is_page=False)


def _around(situation: Situation, heading: Node) -> Node | None:
    """The smallest part around a heading that has something to click, and no other record."""
    view, wanted = situation.view, situation.intent.record_id
    for above in view.ancestors(heading):
        named = numbers_like(view.text(above), wanted)
        if above.role in _WHOLE or not all(mentions_identifier(one, wanted) for one in named):
            return None
        if view.controls_in(above):
            return above
    return None
