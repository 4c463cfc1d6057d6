"""What pages showed before a task did something: that proves nothing later."""

from __future__ import annotations

from dataclasses import dataclass, field

from skyvern_dagster.agent.decisions import (
    Check,
    Click,
    ClickAt,
    Decision,
    Drag,
    InputText,
    Press,
    SelectOption,
    TypeKeys,
)
from skyvern_dagster.agent.planner import PastAction
from skyvern_dagster.agent.proof_text import proof_text
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.agent.shown_pages import ShownPages
from skyvern_dagster.browser.observation import Observation

_SENDING = (Click, ClickAt, Press, Drag, SelectOption, Check, InputText, TypeKeys)
"""Decisions that may have a page do something: what it shows after one may prove it."""
_ASIDE = frozenset({Purpose.CONSENT, Purpose.DISMISS, Purpose.SKIP_OFFER, Purpose.FILL})
"""Purposes of those that only clear the way, or prepare."""


@dataclass
class ShownBefore:
    """The first page, and the page before the last action that changed one."""

    _at_first: str = ""
    _before_action: str = ""
    _first_pages: ShownPages = field(default_factory=ShownPages)
    _page_before: ShownPages = field(default_factory=ShownPages)

    def text(self, observation: Observation) -> str:
        """Everything that proves nothing on the page that is looked at now."""
        if not self._before_action:
            # A page that leads on by itself is followed by one that nobody has worked on either.
            shown = proof_text(observation)
            known = self._at_first
            self._at_first = known if shown in known else f"{known}\n{shown}".strip()
            self._first_pages |= ShownPages.of(observation)
        return self.known

    @property
    def known(self) -> str:
        """The same as far as pages were looked at."""
        return f"{self._at_first}\n{self._before_action}".strip()

    @property
    def pages(self) -> ShownPages:
        """What they said one by one, and how they called things."""
        return self._first_pages | self._page_before

    def note(self, action: PastAction, observation: Observation) -> None:
        """Keeps what a page showed before an action that had an effect on it."""
        decision, result = action.decision, action.result
        effect = result.page_changed or result.new_tab or result.url_before != result.url_after
        if effect and result.ok and has_page_act(decision):
            self._before_action = proof_text(observation)
            self._page_before = ShownPages.of(observation)


def has_page_act(decision: Decision) -> bool:
    """Whether a decision is there for what the page does then, and no mere preparation."""
    return isinstance(decision, _SENDING) and decision.purpose not in _ASIDE
