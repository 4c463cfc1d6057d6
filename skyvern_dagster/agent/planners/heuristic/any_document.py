"""Downloading where the task names no record: the one document, the newest, or the one named."""

from __future__ import annotations

from skyvern_dagster.agent.planner import Plan
from skyvern_dagster.agent.planners.heuristic.document_click import click_for_file
from skyvern_dagster.agent.planners.heuristic.documents import Document, DocumentKind, documents
from skyvern_dagster.agent.planners.heuristic.navigation import go_to
from skyvern_dagster.agent.planners.heuristic.situation import Situation, give_up
from skyvern_dagster.reading.words import stems

_GOOD = 0.55
"""The same as for a record's documents (`document_click`)."""


def download_any(situation: Situation, kind: DocumentKind) -> Plan:
    """No record is named: the page's one document, or the newest record's."""
    view = situation.view
    found = [one for one in documents(view, (view.root,), kind, lone=False) if one.score >= _GOOD]
    named = [one for one in found if situation.memory.tried(one.control, situation.url) == 0]
    if named and (
        # A tenth: what one more word in a label makes; below that they are alike.
        situation.intent.newest or len(found) == 1 or found[0].score - found[1].score > 0.1
    ):
        return click_for_file(_first(named) if situation.intent.newest else named[0])
    if named:
        return _literal(situation, named) or click_for_file(_first(named))
    if situation.intent.target and (
        plan := go_to(situation, (situation.intent.target,), situation.intent.target_words)
    ):
        return plan
    return give_up(
        situation, "no_document", f"Nothing to download could be found on {situation.url}"
    )


def _literal(situation: Situation, found: list[Document]) -> Plan | None:
    """The one that the goal's own words name best (``the March statement``)."""
    wanted = stems(situation.intent.instructions)
    scored = [(len(stems(one.control.label) & wanted), one) for one in found]
    best = max(score for score, _ in scored)
    top = [one for score, one in scored if score == best]
    return click_for_file(top[0]) if len(top) == 1 else None


def _first(found: list[Document]) -> Document:
    """The first in the page among those as good as the best: lists put the newest first."""
    best = found[0].score
    return min(
        (one for one in found if one.score >= best - 0.1), key=lambda one: one.control.position
    )
