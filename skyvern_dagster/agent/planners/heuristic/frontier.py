"""Where to go on when a way leads nowhere: what earlier pages offered and nobody tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from skyvern_dagster.agent.planners.heuristic.candidate import Candidate
from skyvern_dagster.agent.planners.heuristic.memory import Memory
from skyvern_dagster.agent.purposes import FrontierMemo, Untried
from skyvern_dagster.reading.controls import same_page

_KEPT = 12
"""Candidates of a page that are remembered: as many as a main menu has entries."""


@dataclass(frozen=True)
class Elsewhere:
    """The best untried candidate of another page."""

    page: str
    untried: Untried

    @property
    def address(self) -> str:
        """What to open: where it leads, else the page that it is on."""
        return self.untried.url or self.page


def frontier(url: str, others: Sequence[Candidate]) -> FrontierMemo:
    """What to remember of a page when one of its candidates is chosen."""
    kept = tuple(
        Untried(label=one.label[:80], url=one.url, score=round(one.score, 3))
        for one in others
        if one.does == "click"
    )
    return FrontierMemo(page=url, untried=kept[:_KEPT])


def best_elsewhere(memory: Memory, url: str) -> Elsewhere | None:
    """The best that other pages of this task still offer, or ``None`` when nothing is left."""
    pages: dict[str, FrontierMemo] = {}
    for _, action in memory.actions:
        memo = action.decision.memo
        if isinstance(memo, FrontierMemo):
            pages[memo.page] = memo
    left = [
        Elsewhere(memo.page, one)
        for memo in pages.values()
        if not same_page(memo.page, url)
        for one in memo.untried
        if not _was_tried(memory, memo.page, one)
    ]
    return max(left, key=lambda one: one.untried.score, default=None)


def _was_tried(memory: Memory, page: str, one: Untried) -> bool:
    if one.url:
        return memory.visited(one.url) or memory.opened(one.url)
    # A page that was come back to for this and still led nowhere isn't come back to again.
    return memory.clicked_label(one.label) > 0 or memory.opened(page)
