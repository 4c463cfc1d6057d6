"""Writing a recording while a task goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from skyvern_dagster.addresses.url import parse_url
from skyvern_dagster.agent.decisions import (
    Click,
    ClickAt,
    Complete,
    Decision,
    Download,
    Extract,
    Find,
    Goto,
    Terminate,
    TypeKeys,
    Wait,
)
from skyvern_dagster.agent.planner import Goal, PastAction, Plan, PlanRequest
from skyvern_dagster.agent.planners.replay.data_mapping.learning import learn
from skyvern_dagster.agent.planners.replay.data_mapping.mapping import DataMapping
from skyvern_dagster.agent.planners.replay.effects import effect_of
from skyvern_dagster.agent.planners.replay.elements import describe
from skyvern_dagster.agent.planners.replay.generalising import generalised
from skyvern_dagster.agent.planners.replay.library import RecordingLibrary, key_of, site_of
from skyvern_dagster.agent.planners.replay.paging import PagedReading, turns_page
from skyvern_dagster.agent.planners.replay.recording import RecordedAction, RecordedStep, Recording
from skyvern_dagster.agent.purposes import ReplayMemo
from skyvern_dagster.agent.variables import Variables, used_in
from skyvern_dagster.browser.observation import Observation

REPLAY = "replay"
MODEL = "llm"
_NOT_KEPT = frozenset({"type", "reasoning", "purpose", "memo", "ref", "to_ref"})


class ReplayLearner:
    """Watches one task and keeps how it was done, when it was.

    A recording is written when the task completed and somebody other than ``replay`` had to plan
    a step of it, so that it then holds the mended way.

    Args:
        library: Where recordings lie.
        only_models: Whether a task that no model had a part in needs no recording: planners
            without a model plan for nothing.
    """

    def __init__(self, library: RecordingLibrary, *, only_models: bool) -> None:
        self._library = library
        self._only_models = only_models
        self._first: PlanRequest | None = None
        self._steps: list[RecordedStep] = []
        self._reads = False
        self._read_at: int | None = None
        self._pages: PagedReading | None = None
        self._lost = False
        self._new = False
        self._by_model = False
        self._diverged = ""

    def note(self, request: PlanRequest, plan: Plan, actions: Sequence[PastAction]) -> None:
        """Takes a step down."""
        self._first = self._first or request
        told = (each.reason for each in plan.declined if each.diverged)
        self._diverged = self._diverged or next(told, "")
        if self._reads or _only_waited(plan, actions):
            return
        if self._pages is not None or turns_page(actions) or self._replays_pages(request, plan):
            self._note_page(request, plan, actions)
            return
        reading = None
        if any(isinstance(action.decision, Extract) for action in actions):
            reading = self._how_read(request, plan, actions)
            if reading is None:
                self._stop_at_reading()
                return
        recorded = self._kept_actions(request, actions)
        recorded = recorded or self._recorded_actions(request, actions, reading)
        if recorded is None:
            # An element that can't be told apart can't be found again.
            self._lost = True
        elif recorded:
            changed = any(each.result.page_changed or each.result.downloads for each in actions)
            self._add(request, plan, recorded, reads=reading is not None, changed=changed)

    def _add(
        self,
        request: PlanRequest,
        plan: Plan,
        recorded: list[RecordedAction],
        *,
        reads: bool,
        changed: bool,
    ) -> None:
        at = Variables(request.place.variables).path(request.observation.url)
        step = RecordedStep(at=at, planner=plan.planner, actions=tuple(recorded))
        self._new = self._new or plan.planner != REPLAY
        self._by_model = self._by_model or plan.planner == MODEL
        if reads:
            self._read_at = len(self._steps)
        if self._steps and not changed and self._steps[-1] == step:
            # The same once more, without an effect: nobody needs it again.
            return
        # Turning a page once more is the same step: how often, the page tells.
        if not self._steps or not _same(self._steps[-1], step):
            self._steps.append(step)

    def _note_page(self, request: PlanRequest, plan: Plan, actions: Sequence[PastAction]) -> None:
        """Takes a page of a list down; all of them make one step."""
        if kept := self._replays_pages(request, plan):
            if self._read_at is None:
                self._read_at = len(self._steps)
                self._steps.append(kept)
            return
        pages = self._pages
        if plan.planner != MODEL or self._read_at is not None:
            pages = None
        elif pages is None:
            pages = PagedReading.begin(request, actions, plan.planner)
        elif not pages.goes_on(request, actions):
            pages = None
        self._pages = pages
        if pages is None:
            self._stop_at_reading()
        elif pages.ended:
            self._pages, self._read_at = None, len(self._steps)
            self._steps.append(pages.step)
            self._new = self._by_model = True

    def _replays_pages(self, request: PlanRequest, plan: Plan) -> RecordedStep | None:
        """The step of the recording that goes through pages, if this was it."""
        kept = self._library.read(request) if plan.planner == REPLAY else None
        at = Variables(request.place.variables)
        steps = kept.steps if kept else ()
        return next(
            (each for each in steps if each.pages and at.is_at(each.at, request.observation.url)),
            None,
        )

    def _how_read(
        self, request: PlanRequest, plan: Plan, actions: Sequence[PastAction]
    ) -> DataMapping | None:
        """How the data of this step was read, if that is certain and was all of the data.

        How many pages a list has, and what of it a planner without a model picks, only they know.
        """
        first = actions[0].decision
        if self._read_at is not None or not isinstance(first, Extract):
            return None
        if sum(isinstance(action.decision, Extract) for action in actions) > 1:
            return None
        if plan.planner == REPLAY:
            return self._kept_reading(request)
        if plan.planner != MODEL:
            return None
        return learn(first.data, request, Variables(request.place.variables))

    def _kept_reading(self, request: PlanRequest) -> DataMapping | None:
        kept = self._library.read(request)
        actions = [action for step in kept.steps for action in step.actions] if kept else []
        return next((action.reading for action in actions if action.reading is not None), None)

    def _stop_at_reading(self) -> None:
        self._reads = True
        if self._read_at is not None:
            del self._steps[self._read_at :]

    def _recorded_actions(
        self, request: PlanRequest, actions: Sequence[PastAction], reading: DataMapping | None
    ) -> list[RecordedAction] | None:
        variables = Variables(request.place.variables)
        recorded = []
        for action in map(_led_on, actions):
            if not action.result.ok or isinstance(action.decision, Find | Terminate):
                continue
            made = _recorded(action, request.observation, variables, reading)
            if made is None:
                return None
            recorded.append(made)
        return recorded

    def _kept_actions(
        self, request: PlanRequest, actions: Sequence[PastAction]
    ) -> list[RecordedAction] | None:
        """The actions of the recording, where these repeated them: patterns in them stay."""
        memo = actions[0].decision.memo if actions else None
        if not isinstance(memo, ReplayMemo) or not all(each.result.ok for each in actions):
            return None
        kept = self._library.read(request)
        if kept is None or kept.digest != memo.digest:
            return None
        repeated = kept.steps[memo.step].actions
        return list(repeated) if len(repeated) == len(actions) else None

    def finish(self, *, completed: bool) -> str | None:
        """Keeps the recording; gives a line for the log if it did."""
        request = self._first
        if request is None or not completed or self._lost or not self._worth_it(request):
            return None
        existing = self._library.read(request)
        if existing is not None and (existing.pinned or not existing.enabled):
            return None
        recording = _without_secrets(self._recording(request), request.redact)
        if existing is not None:
            recording = generalised(existing, recording)
        return f"recorded as {self._library.write(request, recording)}"

    def _worth_it(self, request: PlanRequest) -> bool:
        if not self._steps or not self._new or key_of(request) is None:
            return False
        replayed = any(step.planner == REPLAY for step in self._steps)
        return not self._only_models or self._by_model or replayed

    def _recording(self, request: PlanRequest) -> Recording:
        variables = Variables(request.place.variables)
        steps = tuple(self._steps)
        texts = "\n".join(step.model_dump_json() for step in steps)
        return Recording(
            workflow=request.place.workflow,
            block=request.place.block,
            site=site_of(request),
            goal=goal_text(request.goal, variables),
            bound=tuple(sorted(used_in(texts))),
            values=variables.digests(),
            diverged=self._diverged,
            ends="read" if self._reads else "complete",
            steps=steps,
        )


def _only_waited(plan: Plan, actions: Sequence[PastAction]) -> bool:
    """Whether replay gave the page time, which no recording has asked for."""
    return (
        plan.planner == REPLAY
        and bool(actions)
        and all(
            isinstance(action.decision, Wait) and action.decision.memo is None for action in actions
        )
    )


def _led_on(action: PastAction) -> PastAction:
    """A download that gave no file and led to the file's page was a click on the way."""
    decision, result = action.decision, action.result
    if result.ok or result.cause is not None or result.url_before == result.url_after:
        return action
    if not isinstance(decision, Download) or decision.ref is None:
        return action
    click = Click(ref=decision.ref, reasoning=decision.reasoning, purpose=decision.purpose)
    return replace(action, decision=click, result=replace(result, ok=True, error=""))


def goal_text(goal: Goal, variables: Variables) -> str:
    """What a task wants, with variables: the same for all iterations of a loop."""
    return variables.lift(
        " / ".join(filter(None, (goal.navigation_goal, goal.data_extraction_goal)))
    )


def _same(one: RecordedStep, other: RecordedStep) -> bool:
    """Whether a step is the one before once more, on another page of the same list."""
    if not (one.turns_page and other.turns_page):
        return False
    elements = [[action.element for action in step.actions] for step in (one, other)]
    return one.at == other.at and elements[0] == elements[1]


def _recorded(
    action: PastAction, observation: Observation, variables: Variables, reading: DataMapping | None
) -> RecordedAction | None:
    decision = action.decision
    if isinstance(decision, Extract):
        return RecordedAction(do=decision.type, reading=reading)
    if isinstance(decision, Complete) and reading is not None:
        # The data proves it.
        return RecordedAction(do=decision.type)
    if isinstance(decision, ClickAt) or (isinstance(decision, TypeKeys) and decision.ref is None):
        # Another day something else lies there, or has the cursor.
        return None
    element = to = None
    if (ref := getattr(decision, "ref", None)) is not None:
        element = describe(ref, observation, variables)
        if element is None:
            return None
    if (to_ref := getattr(decision, "to_ref", None)) is not None:
        to = describe(to_ref, observation, variables)
        if to is None:
            return None
    return RecordedAction(
        do=decision.type,
        element=element,
        to=to,
        fields=_fields(decision, observation, variables),
        effect=effect_of(action.result, variables),
    )


def _fields(decision: Decision, observation: Observation, variables: Variables) -> dict[str, Any]:
    given = decision.model_dump(mode="json", exclude_defaults=True)
    fields = {name: value for name, value in given.items() if name not in _NOT_KEPT}
    if isinstance(decision, Complete) and not decision.shows and (sign := _sign(observation)):
        fields["shows"] = sign
    if isinstance(decision, Goto):
        fields["url"] = _without_site(decision.url, observation.url)
    return {
        name: variables.lift(value) if isinstance(value, str) else value
        for name, value in fields.items()
    }


def _sign(observation: Observation) -> str:
    """What tells this page from others: its main heading."""
    headings = [node for node in observation.root.walk() if node.role == "heading" and node.name]
    return min(headings, key=lambda node: node.level or 6).name if headings else ""


def _without_site(url: str, page_url: str) -> str:
    """An address on the same server as a path: it may have another name tomorrow."""
    address, page = parse_url(url), parse_url(page_url)
    if address is None or page is None or address.origin != page.origin:
        return url
    return address.href.removeprefix(address.origin)


def _without_secrets(recording: Recording, redact: Callable[[str], str]) -> Recording:
    def clean(value: Any) -> Any:
        match value:
            case str():
                return redact(value)
            case dict():
                return {key: clean(item) for key, item in value.items()}
            case list():
                return [clean(item) for item in value]
            case _:
                return value

    return Recording.model_validate(clean(recording.model_dump(mode="json")))
