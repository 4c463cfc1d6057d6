"""What a model claims isn't there: a document, a record, any records. A run is complete with that.

It is believed where the pages show it, as without a model. Else it is told once what it hasn't
looked at. Said again, it counts, unless what was left is more than a control of an unknown purpose:
then the task ends without the code.
"""

from __future__ import annotations

from dataclasses import dataclass

from skyvern_dagster.agent.decisions import Terminate
from skyvern_dagster.agent.planner import PlanRequest
from skyvern_dagster.agent.planners.heuristic.absent_document import doubt_of_absence
from skyvern_dagster.agent.planners.heuristic.denied_document import said_of_document
from skyvern_dagster.agent.planners.heuristic.documents import (
    DocumentKind,
    documents,
    wanted_document,
)
from skyvern_dagster.agent.planners.heuristic.list_filters import filters
from skyvern_dagster.agent.planners.heuristic.outcomes import error_codes
from skyvern_dagster.agent.planners.heuristic.pagination import onward
from skyvern_dagster.agent.planners.heuristic.record_panels import panels_of
from skyvern_dagster.agent.planners.heuristic.record_search import doubt_of_search
from skyvern_dagster.agent.planners.heuristic.situation import Situation, situation_of
from skyvern_dagster.agent.planners.heuristic.unexplored import contradicted, unexplored
from skyvern_dagster.reading.concepts import MOSTLY, concept
from skyvern_dagster.reading.controls import Control
from skyvern_dagster.reading.list_claims import says_more
from skyvern_dagster.reading.record_part import RecordPart, find_record

_KINDS = ("no_document", "record_not_found", "no_records")


@dataclass(frozen=True)
class Doubt:
    """Why a claim isn't shown to be so.

    Attributes:
        why: The rest of a sentence.
        is_plain: Whether it stands against the claim, however often that is made.
    """

    why: str
    is_plain: bool


def doubt_of(claim: Terminate, request: PlanRequest) -> Doubt | None:
    """What speaks against a claim; ``None`` where it is shown, or nothing is claimed."""
    mapping = request.goal.error_code_mapping
    told = {kind for kind in _KINDS if set(error_codes(mapping, kind)) & set(claim.error_codes)}
    if not told:
        return None
    situation = situation_of(request)
    if "no_document" in told:
        return _of_document(situation)
    if "record_not_found" in told:
        return _of_record(situation)
    return _of_list(situation)


def _of_document(situation: Situation) -> Doubt | None:
    view, kind = situation.view, wanted_document(situation.intent.instructions)
    found = find_record(view, situation.intent.record_id) if situation.intent.record_id else None
    place = found or RecordPart((view.root,), is_page=True)
    parts = (place, *(panels_of(situation, place) if found else ()))
    nodes = [node for part in parts for node in part.nodes]
    if said_of_document(situation, nodes, kind):
        return None
    left = next((one for one in _offers(situation, parts, kind) if situation.untried(one)), None)
    if left is not None:
        return Doubt(f'"{left.label or left.node.role}" was not tried', is_plain=True)
    if not place.is_page:
        why = doubt_of_absence(situation, parts, kind)
        return Doubt(why, is_plain=False) if why else None
    if told := contradicted(situation):
        return Doubt(f'the page says "{told}"', is_plain=False)
    unknown = unexplored(situation, (view.root,), kind)
    return Doubt(f'"{unknown}" was not tried', is_plain=False) if unknown else None


def _offers(
    situation: Situation, parts: tuple[RecordPart, ...], kind: DocumentKind
) -> list[Control]:
    """The controls that look like the document, or like what holds documents."""
    view = situation.view
    found = [
        one.control
        for part in parts
        for one in documents(view, part.nodes, kind, lone=not part.is_page)
    ]
    areas = [
        one
        for part in parts
        for node in part.nodes
        for one in view.controls_in(node)
        if concept("doc.area").score(one.label) >= MOSTLY
        and not (one.node.selected or one.node.expanded)
    ]
    return [*found, *areas]


def _of_record(situation: Situation) -> Doubt | None:
    view = situation.view
    why = doubt_of_search(situation)
    if not why:
        return None
    more = onward(view, None)
    left = more is not None and situation.untried(more.control)
    return Doubt(why, is_plain=left or bool(says_more(view)))


def _of_list(situation: Situation) -> Doubt | None:
    if told := contradicted(situation):
        return Doubt(f'the page says "{told}"', is_plain=True)
    for one in filters(situation.view, situation.today):
        current = one.current
        if current is not None and not current.everything:
            why = f'only "{current.label}" is shown'
            return Doubt(why, is_plain=any(each.everything for each in one.choices))
    return None
