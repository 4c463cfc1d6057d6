"""A switch or a box that a goal wants on or off, held against what it is.

`Turn on e-mail alerts` is done where the switch of that name is on, whoever turned it; a click on
it then would turn it off, and the page would say that the settings were saved.
"""

from __future__ import annotations

from skyvern_dagster.agent.decisions import Check, Click, Decision
from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.browser.observation import Node, Observation
from skyvern_dagster.reading.concepts import concept
from skyvern_dagster.reading.words import stems

_CONCEPTS = ("switched.on", "switched.off")
_ROLES = frozenset({"switch", "checkbox", "menuitemcheckbox"})


class WantedSwitch:
    """What one task wants of a switch.

    Args:
        goal: What the task asks for.

    Attributes:
        wanted: Whether it is to be on; ``None`` where the goal says nothing of it, or both.
    """

    def __init__(self, goal: Goal) -> None:
        text = goal.navigation_goal
        on, off = (concept(name).mentioned(text) for name in _CONCEPTS)
        self.wanted: bool | None = None if on is off else on
        self._words = stems(text)

    def is_set(self, observation: Observation) -> bool:
        """Whether the page shows it as it is wanted."""
        node = self._named(observation)
        return node is not None and _state(node) is self.wanted

    def contradiction(self, observation: Observation) -> str:
        """That the page shows it otherwise; empty where it doesn't show it, or as it is wanted."""
        node = self._named(observation)
        if node is None or _state(node) is self.wanted:
            return ""
        return f'"{node.name}" is {_told(not self.wanted)}'

    def refusal(self, decision: Decision, observation: Observation) -> str | None:
        """Why a decision isn't carried out: it would set the switch otherwise."""
        if not isinstance(decision, Click | Check):
            return None
        node = self._named(observation)
        if node is None or node.ref != decision.ref:
            return None
        if isinstance(decision, Check):
            is_wrong = decision.checked is not self.wanted
            return f'"{node.name}" is to be {_told(bool(self.wanted))}' if is_wrong else None
        is_set = _state(node) is self.wanted and decision.count == 1
        return f'"{node.name}" is {_told(bool(self.wanted))} already' if is_set else None

    def _named(self, observation: Observation) -> Node | None:
        """The only one of the page whose name stands in the goal."""
        if self.wanted is None:
            return None
        found = [one for one in observation.root.walk() if one.ref and self._is_meant(one)]
        return found[0] if len(found) == 1 else None

    def _is_meant(self, node: Node) -> bool:
        if node.role not in _ROLES and node.pressed is None:
            return False
        own = stems(node.name)
        # `Do not send` and `Turn off` are on where what they are about is off.
        says = any(concept(name).mentioned(node.name) for name in _CONCEPTS)
        return bool(own) and own <= self._words and not says and _state(node) is not None


def _state(node: Node) -> bool | None:
    return node.checked if node.role in _ROLES else node.pressed


def _told(is_on: bool) -> str:
    return "on" if is_on else "off"
