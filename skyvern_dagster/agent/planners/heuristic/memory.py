"""What the history of a task tells: what was clicked, typed, read, and how it went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from skyvern_dagster.agent.decisions import Click, Download, Drag, Extract, Goto, InputText
from skyvern_dagster.agent.planner import PastAction, PastStep
from skyvern_dagster.agent.purposes import FilterMemo, FrontierMemo, Purpose, ReadMemo
from skyvern_dagster.browser.results import ActionResult
from skyvern_dagster.reading.controls import Control, same_page
from skyvern_dagster.reading.words import fold

_TELLING_LABEL = 4
"""Characters: shorter labels ("OK", "1", "PDF") stand on many controls."""
_FAILED = 0.5
"""A click that failed counts half: the second try of it may work."""

_ASIDE = frozenset({Purpose.CONSENT, Purpose.DISMISS, Purpose.WAIT})
_TURNS = frozenset({Purpose.NEXT_PAGE, Purpose.FILTER, Purpose.DATE_RANGE, Purpose.ARCHIVE})
_FILTERS = frozenset({Purpose.FILTER, Purpose.DATE_RANGE})


class Memory:
    """Questions to a task's history.

    Counting what was done for a purpose is how the planner keeps from doing things over and over.
    """

    def __init__(self, history: Sequence[PastStep]) -> None:
        self.steps = tuple(history)

    @property
    def actions(self) -> Iterator[tuple[PastStep, PastAction]]:
        """All carried-out decisions, oldest first."""
        for step in self.steps:
            for action in step.actions:
                yield step, action

    @cached_property
    def last(self) -> PastAction | None:
        """The latest carried-out decision."""
        return next((step.actions[-1] for step in reversed(self.steps) if step.actions), None)

    @property
    def last_result(self) -> ActionResult | None:
        """How the latest decision went."""
        return self.last.result if self.last else None

    @property
    def last_click_did_nothing(self) -> bool:
        """Whether the latest decision was a click of which the page shows no effect."""
        if self.last is None or not isinstance(self.last.decision, Click | Drag):
            return False
        result = self.last.result
        left = result.url_after not in {"", result.url_before} or result.new_tab
        told = bool(result.dialog or result.text_appeared or result.downloads)
        return result.ok and not (result.page_changed or left or told)

    def purposes(self, purpose: Purpose, *, url: str | None = None) -> list[PastAction]:
        """The decisions that were made for a purpose (on a page)."""
        return [
            action
            for step, action in self.actions
            if action.decision.purpose is purpose and (url is None or same_page(step.url, url))
        ]

    def done(self, purpose: Purpose) -> list[PastAction]:
        """Those of the decisions for a purpose that were carried out."""
        return [action for action in self.purposes(purpose) if action.result.ok]

    @property
    def chosen_filters(self) -> list[str]:
        """The filter options that were in force so far, folded; a failed one after two tries."""
        used: list[str] = []
        for memo in self._filters(_FILTERS):
            used += [fold(each) for each in (memo.option, memo.instead_of) if each]
        return used

    @property
    def range_moved(self) -> bool:
        """Whether the beginning of a range of dates was moved already, or twice couldn't be."""
        return any(self._filters(frozenset({Purpose.DATE_RANGE})))

    def _filters(self, purposes: frozenset[Purpose]) -> Iterator[FilterMemo]:
        failed: Counter[str] = Counter()
        actions = [action for _, action in self.actions]
        resets = [
            place
            for place, action in enumerate(actions)
            if action.decision.purpose is Purpose.RESET_FILTER and action.result.ok
        ]
        for action in actions[resets[-1] if resets else 0 :]:
            memo = action.decision.memo
            if action.decision.purpose not in purposes or not isinstance(memo, FilterMemo):
                continue
            failed[memo.option] += not action.result.ok
            if action.result.ok or failed[memo.option] > 1:
                yield memo

    @property
    def turn_failed(self) -> bool:
        """Whether the latest step that should have shown more of a list was not carried out."""
        last = self.last_on_the_way
        return last is not None and last.decision.purpose in _TURNS and not last.result.ok

    @property
    def last_on_the_way(self) -> PastAction | None:
        """The latest decision but for waiting and for closing what lay over the page."""
        towards = (one for _, one in self.actions if one.decision.purpose not in _ASIDE)
        return next(reversed(list(towards)), None)

    def in_a_row(self, purpose: Purpose) -> int:
        """How many of the latest steps served only this purpose."""
        count = 0
        for step in reversed(self.steps):
            if not step.actions or not all(
                action.decision.purpose is purpose for action in step.actions
            ):
                break
            count += 1
        return count

    def tried(self, control: Control, url: str) -> int:
        """How often this control was clicked on this page before; a failed click counts half."""
        counted = 0.0
        for step, action in self.actions:
            if not isinstance(action.decision, Click | Download) or not same_page(step.url, url):
                continue
            if (
                action.decision.ref == control.ref
                or _is_target(action, control)
                or _is_its_address(action.decision, control)
            ):
                failed = not action.result.ok and isinstance(action.decision, Click)
                counted += _FAILED if failed or action.result.cause == "gone" else 1.0
        return int(counted)

    def clicked_label(self, label: str) -> int:
        """How often something of this label was clicked, on any page."""
        wanted = fold(label)
        return sum(
            1
            for _, action in self.actions
            if isinstance(action.decision, Click | Download)
            and wanted
            and wanted == fold(action.label)
        )

    def visited(self, url: str) -> bool:
        """Whether the session was on this page in this task."""
        return any(same_page(step.url, url) for step in self.steps) or any(
            same_page(action.result.url_after, url)
            for _, action in self.actions
            if action.result.url_after
        )

    def opened(self, url: str) -> int:
        """How often this address was opened directly in this task."""
        return sum(
            isinstance(action.decision, Goto) and same_page(action.decision.url, url)
            for _, action in self.actions
        )

    def chosen(self, url: str) -> bool:
        """Whether a link to this address was clicked in this task."""
        return any(
            isinstance(memo := action.decision.memo, FrontierMemo)
            and bool(memo.chosen)
            and same_page(memo.chosen, url)
            for _, action in self.actions
        )

    def typed(self, text: str) -> int:
        """In how many steps this text was typed."""
        return sum(_types(step, text) for step in self.steps)

    def sent(self, text: str) -> int:
        """In how many steps this text was typed and the form then sent without a hitch."""
        return sum(
            step.actions[-1].result.ok and _types(step, text) for step in self.steps if step.actions
        )

    @property
    def signatures(self) -> frozenset[str]:
        """Signatures of the pages whose records were read."""
        memos = (action.decision.memo for _, action in self.actions)
        return frozenset(memo.signature for memo in memos if isinstance(memo, ReadMemo))

    def last_was_for(self, *purposes: Purpose) -> bool:
        """Whether the latest decision was made for one of these purposes."""
        return self.last is not None and self.last.decision.purpose in purposes

    @cached_property
    def extracted(self) -> tuple[Any, ...]:
        """What was read on earlier pages, oldest first."""
        return tuple(
            action.decision.data
            for _, action in self.actions
            if isinstance(action.decision, Extract)
        )

    @cached_property
    def downloads(self) -> tuple[str, ...]:
        """Names of the files that have landed."""
        return tuple(one.filename for _, action in self.actions for one in action.result.downloads)


def _types(step: PastStep, text: str) -> bool:
    return any(
        isinstance(one.decision, InputText) and one.decision.text == text and one.result.ok
        for one in step.actions
    )


def _is_its_address(decision: Click | Download, control: Control) -> bool:
    """Whether a control's address was asked for its file in place of a click."""
    return (
        isinstance(decision, Download)
        and bool(decision.url and control.url)
        and same_page(decision.url or "", control.url)
    )


def _is_target(action: PastAction, control: Control) -> bool:
    memo = action.decision.memo
    if isinstance(memo, FrontierMemo) and memo.chosen and control.url:
        return same_page(memo.chosen, control.url)
    wanted = fold(control.label)
    return bool(wanted) and wanted == fold(action.label) and len(wanted) >= _TELLING_LABEL
