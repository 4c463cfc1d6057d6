"""The planner: where the task stands in its recording, and what the recording does there."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal
from urllib.parse import urljoin

from pydantic import TypeAdapter, ValidationError

from skyvern_dagster.agent.decisions import Click, Complete, Decision, Wait
from skyvern_dagster.agent.learner import Learner
from skyvern_dagster.agent.planner import LATE_SECONDS, PastStep, Plan, PlanRequest
from skyvern_dagster.agent.planners.replay.effects import difference
from skyvern_dagster.agent.planners.replay.elements import (
    find,
    in_words,
    shows_no_records,
    what_is_there,
)
from skyvern_dagster.agent.planners.replay.first_visit import FirstVisit
from skyvern_dagster.agent.planners.replay.harmless import is_harmless
from skyvern_dagster.agent.planners.replay.learner import ReplayLearner, goal_text
from skyvern_dagster.agent.planners.replay.library import RecordingLibrary, key_of
from skyvern_dagster.agent.planners.replay.reading_again import read_again_here, read_page
from skyvern_dagster.agent.planners.replay.recording import (
    RecordedAction,
    RecordedStep,
    Recording,
)
from skyvern_dagster.agent.proof_text import shows
from skyvern_dagster.agent.purposes import ReplayMemo
from skyvern_dagster.agent.variables import Variables, used_in
from skyvern_dagster.browser.observation import Observation
from skyvern_dagster.reading.dates import find_dates

PLANNER = "replay"
_MOST_WAITS = 3
"""In a row, while each brings a change: of a list that says `Loading`, then nothing, then its
rows."""
Learning = Literal["model", "all", "off"]

_DECISION: TypeAdapter[Decision] = TypeAdapter(Decision)
_PASSIVE = frozenset({"click", "scroll", "wait", "back"})
_UNSAID = "the recording doesn't say what depends on {name}, which is another now"


class ReplayPlanner:
    """Repeats a recording, as long as its elements are there and its actions do what they did.

    Args:
        library: Where recordings lie.
        learning: What is recorded: tasks in which a model planned something, all, or none.
        takes_turns: Whether of several tasks alike that have no recording one goes first: where a
            model is asked for the way.
    """

    def __init__(
        self,
        library: RecordingLibrary,
        learning: Learning = "model",
        *,
        takes_turns: bool = False,
    ) -> None:
        self._library = library
        self._learning = learning
        self._takes_turns = takes_turns and learning != "off"

    @property
    def name(self) -> str:
        """The name that steps record."""
        return PLANNER

    def learner(self) -> Learner | None:
        """Records the task that begins."""
        if self._learning == "off":
            return None
        return ReplayLearner(self._library, only_models=self._learning == "model")

    async def plan(self, request: PlanRequest) -> Plan:
        """The recorded decisions for this point, or why there are none.

        Raises:
            PlannerError: The recording's file can't be read.
        """
        plan = await self._recorded(request)
        if plan.decisions or request.history or not self._takes_turns:
            return plan
        key = key_of(request)
        visit = FirstVisit(key) if key is not None else None
        while visit is not None and not plan.decisions and await visit.has_waited():
            plan = await self._recorded(request)
        return plan

    async def _recorded(self, request: PlanRequest) -> Plan:
        recording = await asyncio.to_thread(self._library.read, request)
        if begun := next(filter(None, map(_replayed, request.history)), None):
            recording = self._library.as_begun(begun.digest, recording)
        try:
            return _planned(recording, request)
        except LookupError as error:
            return _declined(f"the recording has a variable {error} that this task hasn't")


def _planned(recording: Recording | None, request: PlanRequest) -> Plan:
    if recording is None:
        return _declined("nothing is recorded for this block on this site")
    variables = Variables(request.place.variables)
    if problem := _unfit(recording, request, variables):
        return _declined(problem)
    changed = _unsaid_change(recording, request, variables)
    if changed and not _is_day(variables.values.get(changed, "")):
        return _declined(_UNSAID.format(name=changed))
    position = _position(recording, request.history, variables)
    if position.problem:
        return _declined(position.problem, diverged=True)
    reasons = []
    for index in _candidates(recording, position, request, variables):
        if index >= len(recording.steps):
            reasons.append(_at_the_end(recording))
            continue
        if changed and not is_harmless(recording.steps[index]):
            reasons.append(f"recorded step {index + 1}: {_UNSAID.format(name=changed)}")
            continue
        made = _decisions(recording, index, request, variables)
        if not isinstance(made, str):
            why = f"recorded step {index + 1} of {len(recording.steps)}"
            return Plan(made, 0.95, why, PLANNER, guarded=True)
        reasons.append(made)
    known = position.index < len(recording.steps) and not changed
    if known and _may_be_late(recording.steps[position.index], position, request, variables):
        why = f"recorded step {position.index + 1} may find its element in a moment"
        return Plan((Wait(seconds=LATE_SECONDS),), 0.95, why, PLANNER, guarded=True)
    return _declined(reasons[0], diverged=known)


def _may_be_late(
    step: RecordedStep, position: _Position, request: PlanRequest, variables: Variables
) -> bool:
    """Whether what a step is for may still be on its way to the page.

    Lists that a script fetches come when the server has time for them: after an action that loaded
    no document, and on a new page that shows nothing of their kind yet.
    """
    if position.mended or not variables.is_at(step.at, request.observation.url):
        return False
    done = request.history[-1].actions if request.history else ()
    if position.waits:
        return done[-1].result.page_changed and position.waits < _MOST_WAITS
    stayed = bool(done) and all(each.result.url_before == each.result.url_after for each in done)
    return stayed or _shows_none_alike(step, request.observation)


def _shows_none_alike(step: RecordedStep, observation: Observation) -> bool:
    """Whether a page has no records at all, where a step is about one, or nothing of its role."""
    roles = {one.role for one in observation.root.walk()}
    elements = [action.element for action in step.actions if action.element is not None]
    is_read = bool(step.pages) or any(action.reading is not None for action in step.actions)
    of_record = is_read or _is_bound(step)
    return (of_record and shows_no_records(observation)) or any(
        one.role not in roles for one in elements
    )


def _declined(reason: str, *, diverged: bool = False) -> Plan:
    return Plan((), 0.0, reason, PLANNER, diverged=diverged)


def _unfit(recording: Recording, request: PlanRequest, variables: Variables) -> str:
    """Why a recording isn't one of this task; empty where it is."""
    if not recording.enabled:
        return "the recording is disabled"
    if recording.goal != goal_text(request.goal, variables):
        return "the recording is of another goal"
    return ""


def _unsaid_change(recording: Recording, request: PlanRequest, variables: Variables) -> str:
    """The first variable with another value of which no recorded action says what it is for."""
    now = variables.digests()
    changed = {
        name for name in {*now, *recording.values} if now.get(name) != recording.values.get(name)
    }
    moved = {name.rpartition(".")[0] for name in changed & set(recording.bound)} - {""}
    for name in sorted(changed - set(recording.bound) - request.place.incidental):
        # The order's date changes with its id, and it is the id that the actions go by.
        if name.rpartition(".")[0] not in moved:
            return name
    return ""


def _is_day(value: str) -> bool:
    """Whether a value is a day: what is read depends on it, and not the way to the list."""
    mentions = find_dates(value, date.max)
    return len(mentions) == 1 and not value[: mentions[0].start] + value[mentions[0].end :].strip()


@dataclass(frozen=True)
class _Position:
    """Where a task stands.

    Attributes:
        index: The recorded step that comes next.
        mended: Steps that other planners made since.
        problem: Why the recording can't go on at this look.
        waits: How often the page was given time since the last step.
    """

    index: int = 0
    mended: int = 0
    problem: str = ""
    waits: int = 0


def _position(
    recording: Recording, history: tuple[PastStep, ...], variables: Variables
) -> _Position:
    at = _Position()
    for step in history:
        memo = _replayed(step)
        if memo is None and step.planner == PLANNER and step.actions:
            at = replace(at, waits=at.waits + 1)
            continue
        if memo is None:
            at = _Position(at.index, at.mended + 1)
            continue
        number = memo.step
        if memo.digest != recording.digest:
            return _Position(problem="the recording was changed while this task went on")
        problem = _went_wrong(recording.steps[number], step, variables)
        # What was carried out is not repeated; what could not be may be possible later.
        done = all(each.result.ok or isinstance(each.decision, Wait) for each in step.actions)
        more = recording.steps[number].pages and isinstance(step.actions[-1].decision, Click)
        at = _Position(number + 1 if done and not more else number, 0, problem)
    return at


def _replayed(step: PastStep) -> ReplayMemo | None:
    """Which recorded step of which state of the recording a past step was."""
    if step.planner != PLANNER or not step.actions:
        return None
    memo = step.actions[0].decision.memo
    return memo if isinstance(memo, ReplayMemo) else None


def _went_wrong(recorded: RecordedStep, step: PastStep, variables: Variables) -> str:
    for action, past in zip(recorded.actions, step.actions, strict=False):
        if action.reading is not None or action.do == "wait":
            # They change nothing; what was read was held to the recording before, and what was
            # waited for may come later.
            continue
        if problem := difference(action.effect, past.result, variables):
            what = in_words(action.element) if action.element else ""
            return f"{action.do} {what}: {problem}".replace(" :", ":")
    return ""


def _candidates(
    recording: Recording, position: _Position, request: PlanRequest, variables: Variables
) -> list[int]:
    """Recorded steps that may be next, the likeliest first."""
    first = position.index
    near = list(range(first, first + position.mended + 1))
    ahead = _shortcut(recording, first, request, variables)
    again = [first - 1] if _pages_on(recording, first) else []
    return [*([] if ahead is None else [ahead]), *near, *again]


def _pages_on(recording: Recording, index: int) -> bool:
    """Whether the step before only turned a page of the list that this one takes something from.

    The recording found its order on the second page; this one may be on the third.
    """
    if not 0 < index < len(recording.steps):
        return False
    before, step = recording.steps[index - 1], recording.steps[index]
    turned = before.at == step.at and before.turns_page
    return turned and _is_bound(step) and not _is_bound(before)


def _shortcut(
    recording: Recording, first: int, request: PlanRequest, variables: Variables
) -> int | None:
    """A later step whose very thing is here already, when only paging lies in between.

    The recording went to the second page of a list, but this order is on the first.
    """
    for index in range(first, len(recording.steps)):
        step = recording.steps[index]
        if _is_bound(step):
            is_there = not isinstance(_decisions(recording, index, request, variables), str)
            return index if is_there and index > first else None
        if any(action.do not in _PASSIVE for action in step.actions):
            return None
    return None


def _is_bound(step: RecordedStep) -> bool:
    return any(
        action.element is not None
        and (action.element.row or used_in(action.element.url) or used_in(action.element.name))
        for action in step.actions
    )


def _decisions(
    recording: Recording, index: int, request: PlanRequest, variables: Variables
) -> tuple[Decision, ...] | str:
    """A step's decisions on this page, or what is different here."""
    step = recording.steps[index]
    mark = ReplayMemo(step=index, digest=recording.digest)
    if not variables.is_at(step.at, request.observation.url):
        return f"{mark} begins at {step.at}, and this is {request.observation.url}"
    if step.pages:
        return read_page(step, mark, request, variables)
    decisions = []
    for action in step.actions:
        made = _decision(action, mark, request, variables, alone=len(step.actions) == 1)
        if isinstance(made, str):
            return made
        decisions.append(made)
    return tuple(decisions)


def _decision(
    action: RecordedAction,
    mark: ReplayMemo,
    request: PlanRequest,
    variables: Variables,
    *,
    alone: bool,
) -> Decision | str:
    if action.reading is not None:
        return read_again_here(action.reading, mark, request, variables)
    fields: dict[str, Any] = {
        name: variables.fill(value) if isinstance(value, str) else value
        for name, value in action.fields.items()
    }
    for name, element in (("ref", action.element), ("to_ref", action.to)):
        if element is None:
            continue
        ref = find(element, request.observation, variables)
        if ref is None:
            there = what_is_there(element, request.observation, variables)
            return f"{mark}: there is no {variables.fill(in_words(element))} here; {there}"
        fields[name] = ref
    if "url" in fields:
        fields["url"] = urljoin(request.observation.url, str(fields["url"]))
    try:
        decision = _DECISION.validate_python(
            {"type": action.do, "reasoning": str(mark), "memo": mark, **fields}, strict=False
        )
    except ValidationError as error:
        return f"{mark} is malformed: {error.errors()[0]['msg']}"
    sign = decision.shows if alone and isinstance(decision, Complete) else None
    if sign and not shows(request.observation, sign):
        return f"{mark}: the page doesn't show {sign!r}"
    return decision


def _at_the_end(recording: Recording) -> str:
    if recording.ends == "read":
        return "from here on the page has to be read, and the recording doesn't say how"
    return "the recording has ended, and the task hasn't"
