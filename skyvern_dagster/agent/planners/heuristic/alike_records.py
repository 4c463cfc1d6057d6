"""Records of one number that lead to different documents: which of them is meant."""

from __future__ import annotations

from skyvern_dagster.agent.planners.heuristic.documents import DocumentKind, documents
from skyvern_dagster.agent.planners.heuristic.situation import Situation
from skyvern_dagster.reading.cells import RECORD_ROLES
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.nested_values import flat_items
from skyvern_dagster.reading.record_part import RecordPart, find_records
from skyvern_dagster.reading.words import fold, stems


def of_one_number(situation: Situation, kind: DocumentKind) -> list[RecordPart]:
    """The rows or cards that have this number and lead to different documents."""
    view, found = situation.view, dict[str, RecordPart]()
    for part in find_records(view, situation.intent.record_id):
        if part.is_page or part.nodes[0].role not in RECORD_ROLES:
            continue
        offered = documents(view, part.nodes, kind, lone=True)
        if offered and offered[0].control.url:
            found.setdefault(offered[0].control.url, part)
    parts = list(found.values())
    # A record's row and its mention elsewhere are built differently.
    alike = len({(one.nodes[0].role, len(one.nodes[0].children)) for one in parts}) == 1
    said = {view.text(one.nodes[0]) for one in parts}
    sections = {view.heading_above(one.nodes[0]) for one in parts}
    return parts if alike and (len(said) == len(parts) or len(sections) == len(parts)) else []


def fits_payload(situation: Situation, part: RecordPart) -> bool:
    """Whether all else that the task says stands with a record or in the heading above it."""
    view, number = situation.view, situation.intent.record_id
    said = stems(f"{view.heading_above(part.nodes[0])} {' '.join(map(view.text, part.nodes))}")
    others = [
        str(value)
        for _, value in flat_items(situation.goal.payload)
        if fold(str(value)) != fold(number) and "://" not in str(value)
    ]
    wanted = find_dates(situation.intent.instructions, situation.today)
    shown = find_dates(" ".join(map(view.text, part.nodes)), situation.today)
    dated = all(any(one.days & other.days for other in shown) for one in wanted)
    return bool(others or wanted) and dated and all(stems(each) <= said for each in others)
