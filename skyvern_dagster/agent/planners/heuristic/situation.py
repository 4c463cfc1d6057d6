"""Everything a rule looks at, and the plans that it can answer with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from skyvern_dagster.agent.consequences import Unasked
from skyvern_dagster.agent.decisions import Click, Complete, Decision, Terminate, Wait
from skyvern_dagster.agent.planner import LATE_SECONDS, Goal, Plan, PlanRequest
from skyvern_dagster.agent.planners.heuristic.goal import Intent, read_goal
from skyvern_dagster.agent.planners.heuristic.memory import Memory
from skyvern_dagster.agent.planners.heuristic.outcomes import error_codes
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.reading.controls import Control
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.scalars import ScalarReader

PLANNER = "heuristic"


SURE = 0.9
"""Nothing on the page speaks for anything else; above what giving up needs before another
planner (0.85)."""


LIKELY = 0.75
"""The page speaks for it, and something else is possible: taken, but not to give up while
another planner can be asked."""


FAIR = 0.6
"""Worth a try that can be taken back; just above what the policy takes (0.5)."""


UNSURE = 0.2
"""Below what the policy takes: another planner decides."""


@dataclass(frozen=True)
class Situation:
    """One request, with the page indexed, the goal taken apart and the history at hand."""

    request: PlanRequest
    view: PageView
    intent: Intent
    memory: Memory

    @property
    def goal(self) -> Goal:
        """The task's goal as it was given."""
        return self.request.goal

    @property
    def today(self) -> date:
        """The day of the run."""
        return self.request.goal.today

    @property
    def url(self) -> str:
        """The page's address."""
        return self.request.observation.url

    @property
    def lang(self) -> str:
        """The page's language."""
        return self.request.observation.lang

    @cached_property
    def unasked(self) -> Unasked:
        """Knows what the goal doesn't ask for, such as deleting and paying."""
        return Unasked(self.goal)

    @property
    def scalars(self) -> ScalarReader:
        """Reads the single values that the task's schema asks for off this page."""
        return ScalarReader(self.view, self.intent.data, self.intent.target, self.today)

    def untried(self, control: Control) -> bool:
        """Whether a control has not been clicked on this page yet."""
        return not self.memory.tried(control, self.url)


def situation_of(request: PlanRequest) -> Situation:
    """Indexes a request."""
    return Situation(
        request, PageView(request.observation), read_goal(request.goal), Memory(request.history)
    )


def act(
    decisions: Sequence[Decision],
    reasoning: str,
    confidence: float = SURE,
    *,
    guarded: bool = False,
) -> Plan:
    """A plan that does something; ``guarded`` where what a page says of itself chose it."""
    return Plan(tuple(decisions), confidence, reasoning, PLANNER, guarded=guarded)


def click(control: Control, purpose: Purpose, why: str, confidence: float = SURE) -> Plan:
    """A plan that clicks one thing; ``purpose`` is what :class:`Memory` counts."""
    reasoning = f"{purpose.title}: {control} {why}".strip()
    decision = Click(ref=control.ref, reasoning=reasoning, purpose=purpose)
    return act([decision], reasoning, confidence)


def complete(reasoning: str, confidence: float = SURE, *before: Decision) -> Plan:
    """A plan that ends the task, the goal being reached."""
    return act([*before, Complete(reasoning=reasoning)], reasoning, confidence)


def terminate(
    situation: Situation, kind: str, reason: str, confidence: float = SURE, *before: Decision
) -> Plan:
    """A plan that gives the task up; ``kind`` is a situation of ``outcomes.yaml``."""
    codes = error_codes(situation.goal.error_code_mapping, kind)
    return act(
        [*before, Terminate(reason=reason, error_codes=codes, reasoning=reason)], reason, confidence
    )


def unsure(reason: str) -> Plan:
    """A plan without decisions; the reason has to make sense as a failure reason."""
    return Plan((), UNSURE, reason, PLANNER)


def give_up(situation: Situation, kind: str, reason: str) -> Plan:
    """Not sure, unless the task has an error code for exactly this: then that."""
    if error_codes(situation.goal.error_code_mapping, kind):
        return terminate(situation, kind, reason, FAIR)
    return unsure(reason)


def wait_for_rest(situation: Situation, what: str) -> Plan | None:
    """Waits once on a page before it is said to lack something: parts may come late."""
    if situation.memory.purposes(Purpose.WAIT, url=situation.url):
        return None
    why = f"Wait: {what} may come late"
    return act([Wait(seconds=LATE_SECONDS, reasoning=why, purpose=Purpose.WAIT)], why, FAIR)
