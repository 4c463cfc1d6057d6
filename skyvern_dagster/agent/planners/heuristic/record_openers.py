"""What shows more of a record: its menu, its own page, its folded parts."""

from __future__ import annotations

from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.documents import DocumentKind
from skyvern_dagster.agent.planners.heuristic.situation import LIKELY, SURE, Situation, click
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.concepts import MOSTLY, PLAINLY, concept
from skyvern_dagster.reading.controls import Control, same_page
from skyvern_dagster.reading.record_part import RecordPart
from skyvern_dagster.reading.words import fold


def opens_menu(control: Control) -> bool:
    """Whether a control opens something on the page rather than leading away."""
    node = control.node
    return (
        bool(node.attributes.get("aria-haspopup"))
        or node.expanded is False
        or node.tag == "summary"
    )


def request_document(situation: Situation, place: RecordPart) -> Plan | None:
    """A control that has the document made first."""
    for control in controls_of(situation, place):
        if concept("doc.request").score(control.label) >= MOSTLY and situation.untried(control):
            return click(control, Purpose.REQUEST_DOCUMENT, "has the document made", LIKELY)
    return None


def open_row_menu(situation: Situation, place: RecordPart) -> Plan | None:
    """The menu behind ``⋮`` or ``Actions`` of this record."""
    for control in controls_of(situation, place):
        if not situation.untried(control) or (
            control.node.role == "link" and control.url and "#" not in control.url
        ):
            continue
        named = concept("nav.row_menu").score(control.label) >= PLAINLY
        closed = opens_menu(control) and concept("nav.danger").score(control.label) < MOSTLY
        if (named or closed) and control.node.expanded is not True:
            return click(control, Purpose.ROW_MENU, "may hold the document", LIKELY)
    return None


def controls_of(situation: Situation, place: RecordPart) -> list[Control]:
    """The controls of a record's part of the page."""
    outside = {"navigation", "banner", "contentinfo"}
    return [
        one
        for node in place.nodes
        for one in situation.view.controls_in(node)
        if one.region not in outside or not place.is_page
    ]


def open_details(situation: Situation, place: RecordPart, *, alone: bool) -> Plan | None:
    """The record's own page: behind its number, or ``Details``."""
    alone = alone or bool(situation.memory.purposes(Purpose.DETAILS))
    scored = [
        (score, control)
        for control in controls_of(situation, place)
        if situation.untried(control)
        and (score := _details_score(situation, control, alone=alone)) >= 0.5
    ]
    score, control = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    if control is None:
        return None
    return click(control, Purpose.DETAILS, "opens the record", SURE if score >= 0.8 else LIKELY)


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
    if url and same_page(url, situation.url):
        return 0.0
    score = (
        concept("nav.details").score(control.label)
        if not (alone and situation.memory.purposes(Purpose.DETAILS))
        else 0.0
    )
    if wanted and (fold(wanted) in fold(control.label) or fold(wanted) in fold(url)):
        score = max(score, 0.75) + 0.15
    elif (
        not alone
        and control.node.role in {"row", "listitem", "article", "generic"}
        and control.node.children
    ):
        score = max(score, 0.5)
    return score


def open_area(situation: Situation, place: RecordPart, kind: DocumentKind) -> Plan | None:
    """A tab or folded section such as ``Documents`` on the record's page."""
    if not place.is_page:
        return None
    for control in controls_of(situation, place):
        node = control.node
        folded = _is_foldable(situation, control)
        if (
            not folded
            or node.selected
            or node.expanded
            or not situation.untried(control)
            or not _is_own_area(control)
        ):
            continue
        if (
            concept("doc.area").score(control.label) >= MOSTLY
            or kind.score(control.label) >= MOSTLY
        ):
            return click(control, Purpose.DOCUMENT_AREA, "may hold the document", LIKELY)
    return None


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


def _is_own_area(control: Control) -> bool:
    return concept("nav.danger").score(control.label) < MOSTLY
