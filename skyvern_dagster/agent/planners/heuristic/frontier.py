"""Where to go on when a way leads nowhere: what earlier pages offered and nobody tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from skyvern_dagster.agent.planners.heuristic.candidate import Candidate
from skyvern_dagster.agent.planners.heuristic.memory import Memory
from skyvern_dagster.agent.purposes import FrontierMemo, Purpose, Untried
from skyvern_dagster.reading.controls import same_page

_KEPT = 12
"""Candidates of a page that are remembered: as many as a main menu has entries."""

_MOST_RETURNS = 3
"""To one page: what is best there comes first, and more than two wrong ways in a row are rare."""


@dataclass(frozen=True)
class Elsewhere:
    """The best untried candidate of another page."""

    page: str
    untried: Untried

    @property
    def address(self) -> str:
        """What to open: where it leads, else the page that it is on."""
        return self.untried.url or self.page


def frontier(url: str, chosen: str, others: Sequence[Candidate]) -> FrontierMemo:
    """What to remember of a page when one of its candidates is chosen.

    Args:
        url: The page's address.
        chosen: Where the chosen one leads.
        others: The others, best first.
    """
    kept = tuple(
        Untried(label=one.label[:80], url=one.url, score=round(one.score, 3))
        for one in others
        if one.does == "click"
    )
    return FrontierMemo(page=url, chosen=chosen, untried=kept[:_KEPT])


def best_elsewhere(
    memory: Memory, url: str, purposes: frozenset[Purpose] = frozenset({Purpose.NAVIGATE})
) -> Elsewhere | None:
    """The best that other pages of this task still offer, or ``None`` when nothing is left.

    Args:
        memory: What the task did.
        url: The page that it is on.
        purposes: What the things were to be tried for.
    """
    pages: dict[str, FrontierMemo] = {}
    for _, action in memory.actions:
        memo = action.decision.memo
        if isinstance(memo, FrontierMemo) and action.decision.purpose in purposes:
            pages[memo.page] = memo
    left = [
        Elsewhere(memo.page, one)
        for memo in pages.values()
        if not same_page(memo.page, url) and memory.opened(memo.page) < _MOST_RETURNS
        for one in memo.untried
        if not _was_tried(memory, one)
    ]
    return max(left, key=lambda one: one.untried.score, default=None)


def _was_tried(memory: Memory, one: Untried) -> bool:
    if one.url:
        return bool(memory.visited(one.url) or memory.opened(one.url) or memory.chosen(one.url))
    return memory.clicked_label(one.label) > 0
