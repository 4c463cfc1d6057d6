"""What shows more of a record: its menu, its own page, its folded parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from skyvern_dagster.agent.decisions import Click
from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.candidate import Candidate, rank
from skyvern_dagster.agent.planners.heuristic.documents import DocumentKind
from skyvern_dagster.agent.planners.heuristic.frontier import frontier
from skyvern_dagster.agent.planners.heuristic.situation import FAIR, LIKELY, SURE, Situation, act
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.concepts import MOSTLY, NEARLY_ONLY, PARTLY, PLAINLY, concept
from skyvern_dagster.reading.controls import Control, same_page
from skyvern_dagster.reading.identifiers import mentions_identifier
from skyvern_dagster.reading.record_part import RecordPart
from skyvern_dagster.reading.words import clip, fold

_NAMES_RECORD, _WITH_DETAILS = 0.75, 0.15
"""A control that names the record: at least this, and more where it also says "details"."""
_WHOLE_RECORD = 0.5
"""A record's own box, where it can be clicked."""

_PURPOSES = {
    "requests": Purpose.REQUEST_DOCUMENT,
    "row_menu": Purpose.ROW_MENU,
    "details": Purpose.DETAILS,
    "area": Purpose.DOCUMENT_AREA,
}
"""What a click on an opener is for, by the feature that speaks for it (``ranking.yaml``)."""


def opens_menu(control: Control) -> bool:
    """Whether a control opens something on the page rather than leading away."""
    node = control.node
    return (
        bool(node.attributes.get("aria-haspopup"))
        or node.expanded is False
        or node.tag == "summary"
    )


def openers(
    situation: Situation, place: RecordPart, kind: DocumentKind, *, detailed: bool
) -> list[Candidate]:
    """What may show more of a record, best first: its menu, its own page, its folded parts.

    Args:
        situation: The page, the goal and what was tried.
        place: The part of the page that is about the record.
        kind: The document that is looked for.
        detailed: Whether this is the record's own page already.
    """
    return rank("opener", _openers(situation, place, kind, detailed=detailed))


def open_more(situation: Situation, ranked: Sequence[Candidate]) -> Plan | None:
    """The click on the best opener; the others are remembered."""
    if not ranked:
        return None
    best = ranked[0]
    feature = next(name for name in _PURPOSES if best.has(name))
    purpose = _PURPOSES[feature]
    why = f'{purpose.title}: {best.node.role} "{clip(best.label, 50)}" {best.why}'
    memo = frontier(situation.url, best.url, ranked[1:])
    plain = feature == "details" and best.features[feature] >= NEARLY_ONLY
    return act(
        [Click(ref=best.ref, reasoning=why, purpose=purpose, memo=memo)],
        why,
        SURE if plain else LIKELY,
    )


def open_by_double_click(situation: Situation, place: RecordPart) -> Plan | None:
    """Opens a row of a grid as desktop programs do, where nothing else has shown more of it."""
    row, view = place.nodes[0], situation.view
    in_grid = any(above.role in {"grid", "treegrid"} for above in view.ancestors(row))
    if place.is_page or row.role != "row" or not in_grid or _was_opened_so(situation):
        return None
    wanted = situation.intent.record_id
    cells = (one for one in row.children if mentions_identifier(view.text(one), wanted))
    ref = next((one.ref for one in cells if one.ref), row.ref)
    if not ref:
        return None
    why = f"Details: a double click may open {wanted}"
    return act([Click(ref=ref, count=2, reasoning=why, purpose=Purpose.DETAILS)], why, FAIR)


def _was_opened_so(situation: Situation) -> bool:
    done = (action.decision for _, action in situation.memory.actions)
    return any(isinstance(one, Click) and one.count > 1 for one in done)


def _openers(
    situation: Situation, place: RecordPart, kind: DocumentKind, *, detailed: bool
) -> Iterator[Candidate]:
    alone = place.is_page or bool(situation.memory.purposes(Purpose.DETAILS))
    for control in controls_of(situation, place):
        if not situation.untried(control) or situation.unasked.of_link(control.label, control.url):
            continue
        if concept("doc.request").score(control.label) >= MOSTLY:
            yield _candidate(control, {"requests": 1.0}, "has the document made")
        elif _is_row_menu(control):
            yield _candidate(control, {"row_menu": 1.0}, "may hold the document")
        elif _is_area(situation, control, kind):
            yield _candidate(control, {"area": 1.0}, "may hold the document")
        elif not detailed:
            score = _details_score(situation, control, alone=alone)
            if score >= PARTLY:
                yield _candidate(control, {"details": score}, "opens the record")


def _candidate(control: Control, features: dict[str, float], why: str) -> Candidate:
    return Candidate(control.node, control.label, control.url, "click", features, why)


def _is_row_menu(control: Control) -> bool:
    """Whether a control is the menu behind ``⋮`` or ``Actions``."""
    if control.node.role == "link" and control.url and "#" not in control.url:
        return False
    named = concept("nav.row_menu").score(control.label) >= PLAINLY
    closed = opens_menu(control) and concept("nav.danger").score(control.label) < MOSTLY
    return (named or closed) and control.node.expanded is not True


def controls_of(situation: Situation, place: RecordPart) -> list[Control]:
    """The controls of a record's part of the page."""
    outside = {"navigation", "banner", "contentinfo"}
    return [
        one
        for node in place.nodes
        for one in situation.view.controls_in(node)
        if one.region not in outside or not place.is_page
    ]


def _details_score(situation: Situation, control: Control, *, alone: bool) -> float:
    wanted = situation.intent.record_id
    if (
        concept("nav.danger").score(control.label) >= MOSTLY
        or concept("doc.other").score(control.label) >= MOSTLY
    ):
        return 0.0
    if concept("field.tracking_number").score(control.label) >= PLAINLY or control.url.startswith(
        ("mailto:", "tel:")
    ):
        return 0.0
    url = control.url
    if url and same_page(url, situation.url) and not url.endswith("#"):
        return 0.0
    score = (
        concept("nav.details").score(control.label or control.node.attributes.get("hint", ""))
        if not (alone and situation.memory.purposes(Purpose.DETAILS))
        else 0.0
    )
    if wanted and (fold(wanted) in fold(control.label) or fold(wanted) in fold(url)):
        score = max(score, _NAMES_RECORD) + _WITH_DETAILS
    elif (
        not alone
        and control.node.role in {"row", "listitem", "article", "generic"}
        and control.node.children
    ):
        score = max(score, _WHOLE_RECORD)
    return score


def _is_area(situation: Situation, control: Control, kind: DocumentKind) -> bool:
    """Whether a control is a tab or folded section such as ``Documents``."""
    node = control.node
    if not _is_foldable(situation, control) or node.selected or node.expanded:
        return False
    if concept("nav.danger").score(control.label) >= MOSTLY:
        return False
    return concept("doc.area").score(control.label) >= MOSTLY or kind.score(control.label) >= MOSTLY


def _is_foldable(situation: Situation, control: Control) -> bool:
    node = control.node
    if node.role == "link" and control.url and "#" not in control.url:
        return situation.intent.record_id in control.url
    return (
        node.role in {"tab", "button", "link"}
        or node.tag == "summary"
        or opens_menu(control)
        or node.clickable
    )
