"""Plans one action on the element of a selector: what it is says which, the goal with what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from skyvern_dagster.agent.decisions import (
    Check,
    Click,
    Complete,
    Decision,
    InputText,
    SelectOption,
)
from skyvern_dagster.agent.planner import Goal, PastStep, Plan, PlanRequest
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.browser.observation import Node

_QUOTED = re.compile(r"“([^”]+)”|\"([^\"]+)\"|«([^»]+)»|(?<!\w)'([^']+)'(?!\w)")
_FIELDS = frozenset({"textbox", "searchbox", "spinbutton"})
_BOXES = frozenset({"checkbox", "radio", "switch", "menuitemcheckbox", "menuitemradio"})
_CLEARING = frozenset({Purpose.CONSENT, Purpose.DISMISS, Purpose.WAIT})
_MOST_TRIES = 3
"""A banner, a dialog behind it, and the element itself."""
_UNTICK = re.compile(r"\b(?:uncheck|untick|deselect|switch off|turn off|disable)\b", re.I)


class SelectorPlanner:
    """Acts on what a selector finds; unsure where it finds nothing, or the goal leaves it open.

    Args:
        selector: Playwright's.
    """

    name = "selector"

    def __init__(self, selector: str) -> None:
        self._selector = selector

    async def plan(self, request: PlanRequest) -> Plan:
        """The one action, and then the end."""
        own = [step for step in request.history if step.planner == self.name]
        if own and all(action.result.ok for action in own[-1].actions):
            return Plan((Complete(),), 1.0, "the action is done", self.name)
        if request.locate is None or not _may_try(request.history, len(own)):
            return self._unsure("the selector's element was acted on, and that failed")
        ref = await request.locate(self._selector)
        node = request.observation.find(ref) if ref is not None else None
        if node is None:
            return self._unsure(f"nothing that can be acted on matches {self._selector!r}")
        action = _action(node, request.goal)
        if action is None:
            return self._unsure(f"the goal doesn't say what goes into {node.role} {node.name!r}")
        return Plan((action, Complete()), 1.0, f"acts on {node.role} {node.name!r}", self.name)

    def _unsure(self, why: str) -> Plan:
        return Plan((), 0.0, why, self.name)


def _may_try(history: Sequence[PastStep], tries: int) -> bool:
    """At first, and again where another planner has cleared away what was over the page."""
    if not history:
        return True
    purposes = [getattr(action.decision, "purpose", None) for action in history[-1].actions]
    return tries < _MOST_TRIES and bool(purposes) and set(purposes) <= _CLEARING


def _action(node: Node, goal: Goal) -> Decision | None:
    assert node.ref is not None
    if node.options:
        return _choice(node, goal)
    if node.role in _BOXES:
        return Check(ref=node.ref, checked=not _UNTICK.search(goal.navigation_goal))
    if node.input_type == "file":
        return None
    if node.role in _FIELDS or (node.role == "combobox" and node.tag == "input"):
        text = _text(goal)
        return None if text is None else InputText(ref=node.ref, text=text)
    return Click(ref=node.ref)


def _choice(node: Node, goal: Goal) -> Decision | None:
    """The option that the goal, or its only parameter, names."""
    told = f"{goal.navigation_goal} {_text(goal) or ''}".casefold()
    named = [each.label for each in node.options if each.label and each.label.casefold() in told]
    # "New York" is meant where "York" stands in it.
    longest = [
        each for each in named if not any(each != other and each in other for other in named)
    ]
    return SelectOption(ref=node.ref, label=longest[0]) if node.ref and len(longest) == 1 else None


def _text(goal: Goal) -> str | None:
    """The text that a goal gives: what it quotes, or its only parameter."""
    quoted = [next(filter(None, found)) for found in _QUOTED.findall(goal.navigation_goal)]
    texts = quoted or _plain(goal.payload)
    return texts[0] if len(texts) == 1 else None


def _plain(payload: dict[str, Any]) -> list[str]:
    return [str(value) for value in payload.values() if isinstance(value, str | int | float)]
