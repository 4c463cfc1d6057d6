"""The agent's loop: observe, plan, act, until there is an ending or a budget is spent."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

from skyvern_dagster.addresses.http_status import is_server_error
from skyvern_dagster.addresses.url import parse_url
from skyvern_dagster.agent.completion_proof import disproved
from skyvern_dagster.agent.decisions import (
    Check,
    Click,
    ClickAt,
    Complete,
    Decision,
    Download,
    Drag,
    Extract,
    InputText,
    Press,
    SelectOption,
    Terminate,
    TypeKeys,
    UploadFile,
)
from skyvern_dagster.agent.executor import ActionExecutor, describe, describe_target
from skyvern_dagster.agent.extraction import merge, mismatch
from skyvern_dagster.agent.file_proof import FileProver
from skyvern_dagster.agent.filled_fields import FilledFields, may_send
from skyvern_dagster.agent.guard import Guard
from skyvern_dagster.agent.learner import Learner
from skyvern_dagster.agent.planner import (
    PastAction,
    PastStep,
    Plan,
    Planner,
    PlanRequest,
)
from skyvern_dagster.agent.proof_text import proof_text, shows
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.agent.redrawn import for_redrawn
from skyvern_dagster.agent.run_costs import RunCosts
from skyvern_dagster.agent.step import StepSummary
from skyvern_dagster.agent.step_artifacts import StepArtifacts
from skyvern_dagster.agent.targets import label_of
from skyvern_dagster.agent.task import SessionWork, TaskError, TaskRequest, TaskStatus
from skyvern_dagster.agent.whole_list import missing_rest
from skyvern_dagster.browser.observation import Observation
from skyvern_dagster.browser.results import ActionResult, DownloadedFile
from skyvern_dagster.browser.selecting import ref_of
from skyvern_dagster.browser.session import BrowserSession
from skyvern_dagster.credentials.reference import references_in
from skyvern_dagster.errors import BrowserError
from skyvern_dagster.ids import new_id

_SENDING = (Click, ClickAt, Press, Drag, SelectOption, Check, InputText, TypeKeys)
"""Decisions that may have a page do something: what it shows after one may prove it."""
_ASIDE = frozenset({Purpose.CONSENT, Purpose.DISMISS, Purpose.SKIP_OFFER, Purpose.FILL})
"""Purposes of those that only clear the way, or prepare."""
T = TypeVar("T")
Log = Callable[[str], None]


@dataclass(frozen=True)
class Ending:
    """How the loop ended.

    Attributes:
        retryable: Whether a failure may go away by itself.
        infrastructure: Whether a failure is one of what the task stands on.
    """

    status: TaskStatus
    reason: str | None = None
    errors: tuple[TaskError, ...] = ()
    retryable: bool = True
    infrastructure: bool = False


@dataclass
class AgentLoop:
    """One task on one session.

    Attributes:
        extracted: What the pages gave so far.
        downloads: Files that landed so far.
        file_addresses: What the links to them said, and where they came from in the end.
        seconds: Time by activity, for people who look for where it went.
        may_have_sent: Whether something was filled in and then pressed: begun anew, the task could
            do at the portal a second time what it may have done once.
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
    extracted: Any = None
    downloads: list[DownloadedFile] = field(default_factory=list)
    file_addresses: list[str] = field(default_factory=list)
    steps: list[StepSummary] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    _history: list[PastStep] = field(default_factory=list)
    _prover: FileProver = field(init=False)
    _doubts: list[str] = field(default_factory=list)
    _wrong_file: str = ""
    _away: str = ""
    _text_at_first: str = ""
    _text_before: str = ""
    _observation: Observation | None = None
    _failed_in_a_row: int = 0
    _nobody_to_ask: bool = False
    _filled_in: bool = False
    _fields: FilledFields = field(default_factory=FilledFields)
    may_have_sent: bool = False

    def __post_init__(self) -> None:
        self._prover = FileProver(self.request.goal)

    async def run(self) -> Ending:
        """Steps until an ending.

        Raises:
            BrowserBrokenError: The browser, or the page's process, is gone.
            BrowserError: The browser refused.
            PlannerError: The planner broke.
        """
        deadline = time.monotonic() + self.request.max_seconds
        for order in range(self.request.max_steps):
            if time.monotonic() > deadline:
                return _out_of_budget(
                    "REACH_MAX_TIME",
                    f"Max seconds per task ({self.request.max_seconds:g}) exceeded",
                )
            ending = await self._step(order)
            if ending is not None:
                return ending
            if self._failed_in_a_row > self.request.max_retries_per_step:
                ending = _out_of_budget(
                    "REACH_MAX_RETRIES",
                    f"Max retries per step ({self.request.max_retries_per_step}) exceeded: "
                    f"{self.steps[-1].result}",
                )
                return replace(ending, infrastructure=self._nobody_to_ask)
        last = f" (last: {self.steps[-1].result})" if self.steps else ""
        return _out_of_budget(
            "REACH_MAX_STEPS", f"Max steps per task ({self.request.max_steps}) exceeded{last}"
        )

    def out_of_time(self) -> Ending:
        """The ending of a task whose time was up in the middle of a step."""
        return _out_of_budget(
            "REACH_MAX_TIME",
            f"Max seconds per task ({self.request.max_seconds:g}) exceeded, while "
            f"{self.session.page.url} was worked on: it may be too busy to answer",
        )

    async def _step(self, order: int) -> Ending | None:
        started = time.monotonic()
        # A session that lost its page goes on with a blank one, which is nothing to plan on.
        await self.session.require_working()
        observation = await self.timed("observe", self.session.observe())
        self._prover.see(observation)
        request = PlanRequest(
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
            first_text=self._first_text(observation),
            run_cost=self._run_cost,
        )
        plan = await self.timed("plan", self.planner.plan(request))
        for each in plan.declined:
            if each.diverged:
                self.log(f"step {order} · {each.planner} · diverged: {each.reason}")
        actions, ending = await self._carry_out(order, plan, observation)
        image = await self.timed("screenshot", self._screenshot())
        summary = self.recorder.clean(
            self._summary(order, observation, plan, actions, ending, started, image)
        )
        self.steps.append(summary)
        if self.costs is not None:
            self.costs.note(self.request.keys.step(order).summary, summary.cost_usd)
        self.recorder.step(summary, observation, plan, actions)
        self._history.append(_past(order, observation, plan, actions))
        if self.learner is not None:
            self.learner.note(request, plan, actions)
        self._failed_in_a_row = self._failed_in_a_row + 1 if summary.status == "failed" else 0
        return ending

    def _run_cost(self) -> float:
        return self.costs.spent(self.request.workflow_run_id) if self.costs else 0.0

    async def _located(self, observation: Observation, selector: str) -> str | None:
        return await ref_of(self.session.page, selector, observation)

    def _first_text(self, observation: Observation) -> str:
        """What proves nothing: it was there before anything was done, or before the last click."""
        self._observation = observation
        if not self._text_before:
            # A page that leads on by itself is followed by one that nobody has worked on either.
            shown = proof_text(observation)
            known = self._text_at_first
            self._text_at_first = known if shown in known else f"{known}\n{shown}".strip()
        return f"{self._text_at_first}\n{self._text_before}".strip()

    def _note_before(self, action: PastAction, observation: Observation) -> None:
        """Keeps what a page showed before a click that had an effect on it."""
        decision, result = action.decision, action.result
        effect = result.page_changed or result.new_tab or result.url_before != result.url_after
        if (
            effect
            and result.ok
            and isinstance(decision, _SENDING)
            and decision.purpose not in _ASIDE
        ):
            self._text_before = proof_text(observation)

    async def _carry_out(
        self, order: int, plan: Plan, observation: Observation
    ) -> tuple[list[PastAction], Ending | None]:
        self._nobody_to_ask = plan.failure is not None and plan.failure.infrastructure
        if plan.failure is not None:
            self.log(f"step {order} · {plan.planner} · no plan: {plan.failure.reason}")
            if plan.failure.retryable:
                return [], None
            return [], Ending(
                "failed",
                plan.failure.reason,
                retryable=False,
                infrastructure=plan.failure.infrastructure,
            )
        if not plan.decisions:
            self.log(f"step {order} · {plan.planner} · not sure: {plan.reasoning}")
            reason = plan.reasoning or "the planner doesn't know how to go on"
            return [], self._unless_away(Ending("terminated", reason), observation)
        actions: list[PastAction] = []
        for index, decision in enumerate(plan.decisions):
            self.log(f"step {order} · {plan.planner} · {describe(decision, observation)}")
            result = await self._act(decision, plan, observation, acted=bool(actions))
            result = await self._with_proven_files(result)
            ref = getattr(decision, "ref", None)
            target = describe_target(ref, observation) if ref else ""
            self.downloads += result.downloads
            if result.downloads:
                self.file_addresses += _addresses(ref, observation, result)
            self._note_sending(decision)
            self._note_reach(result)
            ending = self._ending(decision, result) if result.ok else None
            ending = await self._unless_refused(ending)
            ending = ending and self._unless_away(ending, observation)
            if ending is not None and ending.status == "failed" and plan.guarded:
                # A model is told what is missing; it may still get there.
                result, ending = replace(result, ok=False, error=str(ending.reason)), None
            label = label_of(ref, observation) if ref else ""
            actions.append(PastAction(decision, result, target, label))
            self._note_before(actions[-1], observation)
            if ending is not None:
                return actions, ending
            if not result.ok:
                await self.session.require_working()
                self.log(f"step {order} · failed: {result.error or result.message}")
                break
            following = plan.decisions[index + 1 : index + 2]
            if _page_is_another(result) and not _is_checked_anew(following):
                break
        return actions, None

    def _note_sending(self, decision: Decision) -> None:
        """A secret is typed to log in, which does no harm twice; anything else may be an order."""
        match decision:
            case InputText() | TypeKeys():
                self._filled_in = self._filled_in or not references_in(decision.text)
            case SelectOption() | Check() | UploadFile():
                self._filled_in = True
            case Click() | ClickAt() | Press():
                self.may_have_sent = self.may_have_sent or self._filled_in
            case _:
                return

    def _note_reach(self, result: ActionResult) -> None:
        """Whether the portal is there: the last page that was asked for says so."""
        status = result.http_status or 0
        if result.cause == "unreachable" or _is_away(status):
            self._away = result.error or result.message
        elif result.ok and result.url_before not in ("", result.url_after):
            self._away = ""

    def _why_away(self, observation: Observation) -> str:
        status = observation.http_status or 0
        return f"{observation.url} answered HTTP {status}" if _is_away(status) else self._away

    def _unless_away(self, ending: Ending, observation: Observation) -> Ending:
        """What a planner makes of a portal that is away says nothing about the task.

        Unless the definition has a code for what it has seen.
        """
        away = self._why_away(observation)
        if ending.status != "terminated" or ending.errors or not away:
            return ending
        return replace(ending, status="failed", reason=f"{away} ({ending.reason})")

    async def _unless_refused(self, ending: Ending | None) -> Ending | None:
        """What was sent isn't done where its server refused it, whatever the page says.

        A file and what was read prove themselves.
        """
        goal = self.request.goal
        proven = goal.complete_on_download or bool(goal.data_extraction_goal)
        if ending is None or ending.status != "completed" or proven:
            return ending
        why = self._fields.note_sent(self.session.sendings.since)
        why = why or await self.session.sendings.refusal()
        why = why or await self._fields.taken_back(self.session)
        return Ending("failed", f"the planner said complete, but {why}") if why else ending

    async def opened(self, result: ActionResult) -> Ending | None:
        """Takes the files that the task's first address has given: it may be one itself.

        Returns:
            The ending, where the task is to end with its first file; ``None`` where it begins.
        """
        if not result.downloads:
            return None
        result = await self._with_proven_files(result)
        self.downloads += result.downloads
        return self._completion() if self._has_its_file(result) else None

    def _has_its_file(self, result: ActionResult) -> bool:
        """Whether the task ends with these files: it named no other records beside theirs."""
        wants_file = self.request.goal.complete_on_download
        return wants_file and bool(result.downloads) and not self._prover.missing

    async def work(self, work: SessionWork) -> Ending:
        """Does what a block does on the page by itself, in place of steps.

        Raises:
            BrowserBrokenError: The browser, or the page's process, is gone.
            BrowserError: The browser refused.
        """
        done = await self.timed("act", work(self.session))
        self.extracted = done.value
        self.downloads += done.downloads
        if image := await self._screenshot():
            self.recorder.screenshot(0, image)
        return Ending("completed")

    async def _with_proven_files(self, result: ActionResult) -> ActionResult:
        """Without files of other items: whoever planned is told, and may try elsewhere."""
        result, doubts = await self._prover.checked(result)
        for doubt in doubts:
            self.log(doubt)
        self._doubts += doubts
        if result.cause == "wrong_file":
            self._wrong_file = result.error
        return result

    async def _screenshot(self) -> bytes:
        """The page for people; a step doesn't fail because there is no picture of it."""
        try:
            return await self.session.screenshot()
        except BrowserError as error:
            self.log(f"no screenshot: {error}")
            return b""

    async def _act(
        self, decision: Decision, plan: Plan, observation: Observation, *, acted: bool
    ) -> ActionResult:
        refused = await self._refused(decision, plan, observation)
        if refused is not None:
            return refused
        if isinstance(decision, Complete) and decision.shows:
            page = await self.session.observe() if acted else observation
            why = disproved(decision.shows, page, self.request.goal)
            if not shows(page, decision.shows):
                why = f'the page doesn\'t show "{decision.shows[:100]}"'
            if why:
                return ActionResult(
                    ok=False,
                    message="not complete",
                    url_after=page.url,
                    error=why,
                    cause="unproven",
                )
        if may_send(decision, observation) and (
            changed := await self._fields.changed(decision, self.session)
        ):
            return _not_taken(f"nothing was sent: {changed}", observation.url)
        result = await self._acted(decision, observation)
        if result.ok or getattr(decision, "ref", None) is None:
            return result
        # Pages of some frameworks draw themselves anew all the time.
        now = await self.session.observe()
        again = for_redrawn(decision, observation, now)
        if again is None:
            return result
        refused = await self._refused(again, plan, now)
        if refused is not None:
            return refused
        return await self._acted(again, now)

    async def _acted(self, decision: Decision, observation: Observation) -> ActionResult:
        """Carries a decision out; what it put into a field is there when the page has settled."""
        sends = isinstance(decision, _SENDING) and decision.purpose not in _ASIDE
        if sends:
            writes = isinstance(decision, InputText | TypeKeys) and not decision.press_enter
            self.session.sendings.begin(anew=not writes)
        result = await self.timed("act", self.executor.act(decision))
        if sends and (lost := self._fields.note_sent(self.session.sendings.since)):
            return _not_taken(lost, result.url_after, result)
        if result.url_after != result.url_before or result.new_tab:
            self._fields.forget()
        elif result.ok and (
            problem := await self._fields.note(decision, observation, self.session)
        ):
            result = _not_taken(problem, result.url_after, result)
        if not result.ok and result.cause != "refused":
            await self._fields.refuse(decision, observation, self.session)
        return result

    async def _refused(
        self, decision: Decision, plan: Plan, observation: Observation
    ) -> ActionResult | None:
        if self.guard.requests.guarded is not plan.guarded:
            self.guard.requests.guarded = plan.guarded
            await self.session.obey(self.guard.requests)
        if not plan.guarded:
            return None
        refusal = await self.guard.refusal(decision, observation, self.session)
        if refusal is None:
            return None
        url = observation.url
        return ActionResult(
            ok=False, message="refused", url_after=url, error=refusal, cause="refused"
        )

    def _ending(self, decision: Decision, result: ActionResult) -> Ending | None:
        match decision:
            case Extract():
                self.extracted = merge(self.extracted, decision.data)
                return None
            case Terminate():
                errors = tuple(TaskError(code, decision.reason) for code in decision.error_codes)
                return Ending("terminated", decision.reason, errors)
            case Complete():
                return self._completion()
            case _ if self._has_its_file(result):
                return self._completion()
            case _:
                return None

    def _completion(self) -> Ending:
        goal = self.request.goal
        if goal.complete_on_download and not self.downloads:
            wrong = f" ({self._wrong_file})" if self._wrong_file else ""
            return Ending("failed", f"the planner said complete, but no file was downloaded{wrong}")
        if self._fields.lacking:
            told = "; ".join(self._fields.lacking.values())
            return Ending("failed", f"the planner said complete, but it was sent although {told}")
        if missing := self._prover.missing:
            reason = f"the planner said complete, but no file of {', '.join(missing)} has come"
            return Ending("failed", reason)
        if goal.data_extraction_goal and self.extracted is None:
            return Ending("failed", "the planner said complete, but nothing was extracted")
        if self._observation and (rest := missing_rest(goal, self.extracted, self._observation)):
            return Ending("failed", f"the planner said complete, but {rest}")
        problem = mismatch(self.extracted, goal.data_schema) if self.extracted is not None else None
        if problem is not None:
            return Ending("failed", f"the extracted data doesn't fit data_schema: {problem}")
        return Ending("completed")

    def _summary(
        self,
        order: int,
        observation: Observation,
        plan: Plan,
        actions: list[PastAction],
        ending: Ending | None,
        started: float,
        image: bytes,
    ) -> StepSummary:
        failed = any(not action.result.ok for action in actions)
        return StepSummary(
            step_id=new_id("stp"),
            order=order,
            status="failed" if failed or plan.failure is not None else "completed",
            planner=plan.planner,
            url=observation.url,
            actions=tuple(describe(action.decision, observation) for action in actions),
            result=_outcome_line(plan, actions, ending),
            seconds=round(time.monotonic() - started, 3),
            input_tokens=plan.usage.input_tokens,
            output_tokens=plan.usage.output_tokens,
            cost_usd=plan.usage.cost_usd,
            cached_tokens=plan.usage.cached_tokens,
            model_calls=plan.usage.calls,
            declined=tuple(f"{each.planner}: {each.reason}" for each in plan.declined),
            notes=(*plan.notes, *self._take_doubts()),
            screenshot=self.recorder.screenshot(order, image) if image else None,
        )

    def _take_doubts(self) -> list[str]:
        doubts, self._doubts = self._doubts, []
        return doubts

    async def timed(self, activity: str, work: Awaitable[T]) -> T:
        """Awaits ``work`` and books its seconds under ``activity``."""
        started = time.monotonic()
        try:
            return await work
        finally:
            spent = time.monotonic() - started
            self.seconds[activity] = self.seconds.get(activity, 0.0) + spent


def _is_away(status: int) -> bool:
    """Whether a server answers that it can't; one that won't (429) may mean a locked login."""
    return is_server_error(status)


def _not_taken(problem: str, url: str, result: ActionResult | None = None) -> ActionResult:
    """An action after which a field doesn't hold what it should."""
    done = result or ActionResult(ok=False, message="", url_before=url, url_after=url)
    return replace(done, ok=False, message=problem, error=problem, cause="not_taken")


def _page_is_another(result: ActionResult) -> bool:
    """Whether the refs of the last look are void: what was planned for that page can't go on."""
    return result.new_tab or result.url_after.split("#")[0] != result.url_before.split("#")[0] != ""


def _is_checked_anew(following: tuple[Decision, ...]) -> bool:
    """Whether what comes next is a completion that is looked for on whatever page there is then."""
    return any(isinstance(one, Complete) and bool(one.shows) for one in following)


def _addresses(ref: str | None, observation: Observation, result: ActionResult) -> Iterator[str]:
    """What the link said that gave files, and where they came from in the end."""
    node = observation.find(ref) if ref else None
    linked = parse_url(node.url, observation.url) if node is not None and node.url else None
    if linked is not None:
        yield linked.href
    for file in result.downloads:
        yield file.source_url


def _past(order: int, observation: Observation, plan: Plan, actions: list[PastAction]) -> PastStep:
    return PastStep(
        order,
        observation.url,
        observation.title,
        plan.planner,
        tuple(actions),
        plan.usage,
        plan.failure.reason if plan.failure is not None else "",
        plan.reasoning,
        plan.judgement,
        plan.memory,
    )


def _outcome_line(plan: Plan, actions: list[PastAction], ending: Ending | None) -> str:
    if plan.failure is not None:
        return plan.failure.reason
    if not actions:
        return f"not sure: {plan.reasoning}"
    last = actions[-1].result
    if not last.ok:
        return last.error or last.message
    if ending is not None:
        return ending.status if ending.reason is None else f"{ending.status}: {ending.reason}"
    if last.downloads:
        return "downloaded " + ", ".join(file.filename for file in last.downloads)
    if isinstance(actions[-1].decision, Download):
        return f"no file came: {last.message}"
    return last.message


def _out_of_budget(code: str, reason: str) -> Ending:
    return Ending("failed", reason, (TaskError(code, reason),))
