"""The agent's loop: observe, plan, act, until there is an ending or a budget is spent."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from skyvern_dagster.agent.checked_action import CheckedActions
from skyvern_dagster.agent.collected import Collected
from skyvern_dagster.agent.decisions import Complete, Decision, Extract, Terminate
from skyvern_dagster.agent.entered_value import entered_texts
from skyvern_dagster.agent.executor import ActionExecutor, describe, describe_target
from skyvern_dagster.agent.guard import Guard
from skyvern_dagster.agent.learner import Learner
from skyvern_dagster.agent.planner import (
    PastAction,
    PastStep,
    Plan,
    PlanFailure,
    Planner,
    PlanRequest,
)
from skyvern_dagster.agent.portal_reach import PortalReach
from skyvern_dagster.agent.run_costs import RunCosts
from skyvern_dagster.agent.sent_input import SentInput
from skyvern_dagster.agent.shown_before import ShownBefore
from skyvern_dagster.agent.step import StepSummary
from skyvern_dagster.agent.step_artifacts import StepArtifacts
from skyvern_dagster.agent.step_records import StepRecords
from skyvern_dagster.agent.step_summary import past_step, step_summary
from skyvern_dagster.agent.targets import label_of
from skyvern_dagster.agent.task import SessionWork, TaskError, TaskRequest
from skyvern_dagster.agent.task_ending import Ending, out_of_budget
from skyvern_dagster.agent.time_spent import TimeSpent
from skyvern_dagster.browser.observation import Observation
from skyvern_dagster.browser.results import ActionResult
from skyvern_dagster.browser.selecting import ref_of
from skyvern_dagster.browser.session import BrowserSession

Log = Callable[[str], None]


@dataclass
class AgentLoop:
    """One task on one session.

    Attributes:
        collected: What the pages gave so far.
        sent: Whether something may have been sent that must not be sent twice.
        time: Seconds by activity, for people who look for where it went.
    """

    request: TaskRequest
    session: BrowserSession
    planner: Planner
    executor: ActionExecutor
    recorder: StepArtifacts
    log: Log
    guard: Guard
    learner: Learner | None = None
    costs: RunCosts | None = None
    sent: SentInput = field(default_factory=SentInput)
    time: TimeSpent = field(default_factory=TimeSpent)
    collected: Collected = field(init=False)
    _records: StepRecords = field(init=False)
    _actions: CheckedActions = field(init=False)
    _reach: PortalReach = field(default_factory=PortalReach)
    _shown: ShownBefore = field(default_factory=ShownBefore)
    _history: list[PastStep] = field(default_factory=list)
    _failed_in_a_row: int = 0
    _nobody_to_ask: bool = False

    def __post_init__(self) -> None:
        goal = self.request.goal
        self.collected = Collected(goal)
        self._actions = CheckedActions(goal, self.session, self.executor, self.guard, self.time)
        self._records = StepRecords(self.session, self.recorder, self.log, self.time)

    @property
    def steps(self) -> Sequence[StepSummary]:
        """What has been done so far."""
        return self._records.summaries

    async def run(self) -> Ending:
        """Steps until an ending.

        Raises:
            BrowserBrokenError: The browser, or the page's process, is gone.
            BrowserError: The browser refused.
            PlannerError: The planner broke.
        """
        try:
            ending = await self._ended()
            await self._records.finish()
            return ending
        finally:
            self._records.write()

    async def _ended(self) -> Ending:
        deadline = time.monotonic() + self.request.max_seconds
        for order in range(self.request.max_steps):
            if time.monotonic() > deadline:
                limit = f"Max seconds per task ({self.request.max_seconds:g}) exceeded"
                return out_of_budget("REACH_MAX_TIME", limit)
            ending = await self._step(order)
            if ending is not None:
                return ending
            if self._failed_in_a_row > self.request.max_retries_per_step:
                return self._out_of_retries()
        last = f" (last: {self.steps[-1].result})" if self.steps else ""
        return out_of_budget(
            "REACH_MAX_STEPS", f"Max steps per task ({self.request.max_steps}) exceeded{last}"
        )

    def _out_of_retries(self) -> Ending:
        most, last = self.request.max_retries_per_step, self.steps[-1].result
        reason = f"Max retries per step ({most}) exceeded: {last}"
        return replace(
            out_of_budget("REACH_MAX_RETRIES", reason), infrastructure=self._nobody_to_ask
        )

    def out_of_time(self) -> Ending:
        """The ending of a task whose time was up in the middle of a step."""
        return out_of_budget(
            "REACH_MAX_TIME",
            f"Max seconds per task ({self.request.max_seconds:g}) exceeded, while "
            f"{self.session.page.url} was worked on: it may be too busy to answer",
        )

    async def opened(self, result: ActionResult) -> Ending | None:
        """Takes the files that the task's first address has given: it may be one itself.

        Returns:
            The ending, where the task is to end with its first file; ``None`` where it begins.
        """
        if not result.downloads:
            return None
        result = await self._with_proven_files(result)
        self.collected.downloads += result.downloads
        return self._completion() if self.collected.has_its_file(result) else None

    async def work(self, work: SessionWork) -> Ending:
        """Does what a block does on the page by itself, in place of steps.

        Raises:
            BrowserBrokenError: The browser, or the page's process, is gone.
            BrowserError: The browser refused.
        """
        done = await self.time.on("act", work(self.session))
        self.collected.extracted = done.value
        self.collected.downloads += done.downloads
        if image := await self._records.picture():
            self.recorder.screenshot(0, image)
        return Ending("completed")

    async def _step(self, order: int) -> Ending | None:
        started = time.monotonic()
        # A session that lost its page goes on with a blank one, which is nothing to plan on.
        await self.session.require_working()
        observation = await self.time.on("observe", self.session.observe())
        self.collected.see(observation)
        request = self._plan_request(order, observation)
        async with self._records.pictured():
            plan = await self.time.on("plan", self.planner.plan(request))
        for each in plan.declined:
            if each.diverged:
                self.log(f"step {order} · {each.planner} · diverged: {each.reason}")
        actions, ending = await self._carry_out(order, plan, observation)
        summary = step_summary(
            order,
            observation,
            plan,
            actions,
            ending,
            started=started,
            doubts=self.collected.take_doubts(),
        )
        self._keep(order, summary, observation, plan, actions)
        if self.learner is not None:
            self.learner.note(request, plan, actions)
        return ending

    def _plan_request(self, order: int, observation: Observation) -> PlanRequest:
        return PlanRequest(
            goal=self.request.goal,
            observation=observation,
            history=tuple(self._history),
            steps_left=self.request.max_steps - order,
            place=self.request.place,
            screenshot=self.session.screenshot,
            labelled_screenshot=partial(self.session.labelled_screenshot, observation),
            locate=partial(self._located, observation),
            locale=self.session.options.locale,
            redact=self.recorder.redact,
            first_text=self._shown.text(observation),
            first_pages=self._shown.pages,
            run_cost=self._run_cost,
        )

    def _keep(
        self,
        order: int,
        summary: StepSummary,
        observation: Observation,
        plan: Plan,
        actions: list[PastAction],
    ) -> None:
        """Remembers a step, and has it written down."""
        self._records.add(summary, observation, plan, actions)
        if self.costs is not None:
            self.costs.note(self.request.keys.step(order).summary, summary.cost_usd)
        self._history.append(past_step(order, observation, plan, actions))
        self._failed_in_a_row = self._failed_in_a_row + 1 if summary.status == "failed" else 0

    def _run_cost(self) -> float:
        return self.costs.spent(self.request.workflow_run_id) if self.costs else 0.0

    async def _located(self, observation: Observation, selector: str) -> str | None:
        return await ref_of(self.session.page, selector, observation)

    async def _carry_out(
        self, order: int, plan: Plan, observation: Observation
    ) -> tuple[list[PastAction], Ending | None]:
        self._nobody_to_ask = plan.failure is not None and plan.failure.infrastructure
        if plan.failure is not None:
            self.log(f"step {order} · {plan.planner} · no plan: {plan.failure.reason}")
            return [], _without_plan(plan.failure)
        if not plan.decisions:
            self.log(f"step {order} · {plan.planner} · not sure: {plan.reasoning}")
            reason = plan.reasoning or "the planner doesn't know how to go on"
            return [], self._reach.unless_away(Ending("terminated", reason), observation)
        actions: list[PastAction] = []
        for index, decision in enumerate(plan.decisions):
            self.log(f"step {order} · {plan.planner} · {describe(decision, observation)}")
            action, ending = await self._one(decision, plan, observation, acted=bool(actions))
            actions.append(action)
            if ending is not None:
                return actions, ending
            if not action.result.ok:
                await self.session.require_working()
                self.log(f"step {order} · failed: {action.result.error or action.result.message}")
                break
            following = plan.decisions[index + 1 : index + 2]
            if _page_is_another(action.result) and not _is_checked_anew(following):
                break
        return actions, None

    async def _one(
        self, decision: Decision, plan: Plan, observation: Observation, *, acted: bool
    ) -> tuple[PastAction, Ending | None]:
        """Carries one decision out, and says whether the task ends with it."""
        result = await self._actions.act(decision, plan, observation, acted=acted)
        if result.ok:
            self.collected.entered(entered_texts(decision))
        result = await self._with_proven_files(result)
        ref = getattr(decision, "ref", None)
        target = describe_target(ref, observation) if ref else ""
        self.collected.add_files(result, ref, observation)
        self.sent.note(decision)
        self._reach.note(result)
        ending = self._ending(decision, result) if result.ok else None
        ending = await self._unless_refused(ending)
        ending = ending and self._reach.unless_away(ending, observation)
        if ending is not None and ending.status == "failed" and plan.guarded:
            # A model is told what is missing; it may still get there.
            result, ending = replace(result, ok=False, error=str(ending.reason)), None
        label = label_of(ref, observation) if ref else ""
        action = PastAction(decision, result, target, label)
        self._shown.note(action, observation)
        return action, ending

    async def _unless_refused(self, ending: Ending | None) -> Ending | None:
        """Whether what was sent was taken; a file and what was read prove themselves."""
        goal = self.request.goal
        proven = goal.complete_on_download or bool(goal.data_extraction_goal)
        if ending is None or ending.status != "completed" or proven:
            return ending
        why = await self._actions.refusal(self._shown.known)
        return Ending("failed", f"the planner said complete, but {why}") if why else ending

    async def _with_proven_files(self, result: ActionResult) -> ActionResult:
        known = len(self.collected.doubts)
        result = await self.collected.with_proven_files(result)
        for doubt in self.collected.doubts[known:]:
            self.log(doubt)
        return result

    def _ending(self, decision: Decision, result: ActionResult) -> Ending | None:
        match decision:
            case Extract():
                self.collected.add_data(decision.data)
                return None
            case Terminate():
                errors = tuple(TaskError(code, decision.reason) for code in decision.error_codes)
                return Ending("terminated", decision.reason, errors)
            case Complete():
                return self._completion()
            case _ if self.collected.has_its_file(result):
                return self._completion()
            case _:
                return None

    def _completion(self) -> Ending:
        return self.collected.completion(self._actions.fields.lacking.values())


def _without_plan(failure: PlanFailure) -> Ending | None:
    """The ending where no plan could be made; ``None`` where asking again may help."""
    if failure.retryable:
        return None
    return Ending("failed", failure.reason, retryable=False, infrastructure=failure.infrastructure)


def _page_is_another(result: ActionResult) -> bool:
    """Whether the refs of the last look are void: what was planned for that page can't go on."""
    return result.new_tab or result.url_after.split("#")[0] != result.url_before.split("#")[0] != ""


def _is_checked_anew(following: tuple[Decision, ...]) -> bool:
    """Whether what comes next is a completion that is looked for on whatever page there is then."""
    return any(isinstance(one, Complete) and bool(one.shows) for one in following)
