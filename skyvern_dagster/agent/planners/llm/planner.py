"""The planner: builds the request, reads the answer, believes nothing that it can check."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Any, assert_never

from skyvern_dagster.agent.completion_proof import proves
from skyvern_dagster.agent.decisions import Complete, Decision, Extract, InputText, Terminate
from skyvern_dagster.agent.planner import Plan, PlanFailure, PlanRequest
from skyvern_dagster.agent.planners.llm.checking import verify
from skyvern_dagster.agent.planners.llm.claims import doubt_of
from skyvern_dagster.agent.planners.llm.conversation import Conversation
from skyvern_dagster.agent.planners.llm.disbelief import disbelief
from skyvern_dagster.agent.planners.llm.empty_data import again_if_empty
from skyvern_dagster.agent.planners.llm.named_place import elsewhere
from skyvern_dagster.agent.planners.llm.page_data import ReadData, fitting, read_page
from skyvern_dagster.agent.planners.llm.reply import (
    Answer,
    answer_schema,
    proven_later,
    read_answer,
)
from skyvern_dagster.agent.whole_list import goes_on
from skyvern_dagster.browser.untold_controls import untold_controls
from skyvern_dagster.credentials.reference import references_in
from skyvern_dagster.errors import BrowserError
from skyvern_dagster.llm.client import ModelClient
from skyvern_dagster.llm.messages import Question
from skyvern_dagster.llm.outcomes import Refused, TooLong, Unavailable
from skyvern_dagster.llm.settings import ModelSettings
from skyvern_dagster.llm.structured import Document, Misshapen, StructuredOutcome, ask_for
from skyvern_dagster.llm.usage import Usage, require_prices
from skyvern_dagster.reading.concepts import concept
from skyvern_dagster.reading.controls import Input
from skyvern_dagster.reading.page import PageView

PLANNER = "llm"
_CONFIDENCE = 0.9
"""Above what the policy takes (0.5) and what giving up needs (0.85): a model's answer was
checked before it became a plan, and nobody is asked after it."""
_TRIMMINGS = 3
"""Halved twice, a budget is a quarter: servers that refuse that much have windows too small for
the rest of the prompt, too."""
_LITTLE_TEXT = 150
"""Characters: a page that says less than two lines may show the rest as a drawing."""
_FEW_LINES = 3
"""Lines: with three or more the page has a structure that text tells."""
_SEVERAL = 3
"""Controls that nothing tells: one or two (an icon that closes, one that searches) can be known by
their place, more can't."""
_FAILED_STEPS = 2
"""One step without an effect happens (a slow page); two in a row mean that the text doesn't show
what is wrong."""


class LlmPlanner:
    """Plans with any model behind an OpenAI-compatible server.

    One request decides on as many actions as the page allows. A page that is to be read, and
    nothing else, costs one request; data that came along with a decision and fits its schema, none.

    Args:
        settings: Which model, where, and its budgets; the further models that it names.

    Raises:
        PlannerError: There is a budget in money, and a model has no known price.
    """

    def __init__(self, settings: ModelSettings) -> None:
        self._settings = settings
        self._client = ModelClient(settings)
        self._reader = self._client
        if settings.reading is not None:
            self._reader = ModelClient(settings.reading)
            self._reader.fallback = self._client
        if settings.max_cost_usd:
            require_prices(settings)

    @property
    def name(self) -> str:
        """The name that steps record."""
        return PLANNER

    async def plan(self, request: PlanRequest) -> Plan:
        """Decides what to do next.

        Raises:
            PlannerError: The extra ``llm`` is not installed.
        """
        exceeded = await self._exceeded(request)
        if exceeded is not None:
            return _failed(exceeded, Usage(), retryable=False)
        goal = request.goal
        reads = goal.data_extraction_goal and not goal.navigation_goal.strip()
        if reads and not goes_on(goal, request.observation):
            reading = await read_page(self._reader, request)
            why = "The task only asks to read this page"
            return again_if_empty(_read(reading, Usage(), why, (Complete(),)), request)
        return await self._decide(request)

    async def _exceeded(self, request: PlanRequest) -> str | None:
        """Which budget is spent."""
        spent = sum((step.usage for step in request.history), Usage())
        limit = self._settings.max_task_tokens
        if spent.tokens >= limit:
            return f"Max tokens per task ({limit}) exceeded"
        most = self._settings.max_cost_usd
        cost = await asyncio.to_thread(request.run_cost) if most else 0.0
        if most and cost >= most:
            return (
                f"Max cost per run (${most:g}) exceeded: its models have cost ${cost:.4f} so far; "
                "SKYVERN_LLM_MAX_COST_USD sets the limit"
            )
        return None

    async def _decide(self, request: PlanRequest) -> Plan:
        outcome, conversation = await self._asked(request)
        match outcome:
            case Document():
                notes = (outcome.note,) if outcome.note else ()
                answer = outcome.value
                draft = _Draft(
                    request, conversation, answer.why, answer.decisions, outcome.usage, notes
                )
                plan = await self._checked(draft)
                return replace(plan, judgement=answer.judgement, memory=answer.memory)
            case Misshapen():
                return _failed(outcome.reason, outcome.usage, retryable=True)
            case Refused():
                return _failed(outcome.reason, outcome.usage, retryable=False)
            case TooLong():
                return _failed(outcome.reason, Usage(), retryable=False)
            case Unavailable():
                return _failed(
                    outcome.reason,
                    Usage(),
                    retryable=outcome.retryable,
                    infrastructure=outcome.infrastructure,
                )
            case _:
                assert_never(outcome)

    async def _asked(self, request: PlanRequest) -> tuple[StructuredOutcome[Answer], Conversation]:
        """Asks, with less and less of the page while the request is too long."""
        budget = self._settings.max_page_tokens

        def read(document: Any) -> Answer:
            return read_answer(document, request, pictured=image is not None)

        conversation = Conversation(request, budget)
        image, labelled = None, False
        if self._wants_picture(request, conversation):
            image, labelled = await _picture(request)
        schema = answer_schema(request, pictures=self._settings.vision != "off")
        outcome: StructuredOutcome[Answer] = TooLong("")
        for _ in range(_TRIMMINGS):
            question = Question(
                conversation.planning(image, labelled=labelled), schema, "next_decisions"
            )
            outcome = await ask_for(self._client, question, read)
            if not isinstance(outcome, TooLong):
                break
            budget //= 2
            conversation = Conversation(request, budget)
        if isinstance(outcome, TooLong) and self._client.fallback is not None:
            # Less of the page didn't help: another model may read more.
            conversation = Conversation(request, self._client.fallback.settings.max_page_tokens)
            question = Question(conversation.planning(), schema, "next_decisions")
            outcome = await ask_for(self._client.fallback, question, read)
        return outcome, conversation

    def _wants_picture(self, request: PlanRequest, conversation: Conversation) -> bool:
        if self._settings.vision != "auto":
            return self._settings.vision == "on"
        last = request.history[-_FAILED_STEPS:]
        stuck = len(last) == _FAILED_STEPS and all(_changed_nothing(step.actions) for step in last)
        text = conversation.page.text
        # A short table is all there is to see; a lone heading may stand above a drawing.
        tells_little = len(text) < _LITTLE_TEXT and text.count("\n") < _FEW_LINES
        untold = len(untold_controls(request.observation)) >= _SEVERAL
        return stuck or untold or (tells_little and "[" not in text)

    async def _checked(self, draft: _Draft) -> Plan:
        decisions = draft.decisions
        for index, decision in enumerate(decisions):
            if isinstance(decision, Extract):
                return await self._with_data(draft, index, decision)
            if isinstance(decision, Complete):
                return await self._completion(draft, index, decision)
            if isinstance(decision, Terminate):
                return _claim(draft, index, decision)
        return draft.plan(decisions)

    async def _with_data(self, draft: _Draft, index: int, extract: Extract) -> Plan:
        """Data that came along is taken if it was read off the whole page and fits."""
        before, after = draft.decisions[:index], draft.decisions[index + 1 :]
        if before:
            # What is to be read may come up only now: act first, then look and read.
            return draft.plan(before)
        came = draft.conversation.page.complete and self._reader is self._client
        reading = fitting(extract.data, draft.request) if came else None
        if reading is None:
            reading = await read_page(self._reader, draft.request)
        plan = again_if_empty(_read(reading, draft.usage, draft.why, after), draft.request)
        return replace(plan, notes=(*draft.notes, *plan.notes))

    async def _completion(self, draft: _Draft, index: int, complete: Complete) -> Plan:
        before, request = draft.decisions[:index], draft.request
        goal = request.goal
        if goal.complete_on_download or goal.data_extraction_goal:
            # The loop has the proof, a file or the data, or tells that it is missing.
            return draft.plan((*before, complete.model_copy(update={"shows": None})))
        if before:
            later = (complete,) if proven_later(complete, request) else ()
            return draft.plan((*before, *later))
        believed = _has_acted(request) and not _asks_for_more_to_log_in(request)
        believed = believed and not elsewhere(request)
        if complete.shows and believed and proves(complete.shows, request):
            return draft.plan((complete,))
        verdict, usage = await verify(self._client, draft.conversation)
        against = disbelief(complete, request)
        if verdict.complete and not against:
            return replace(draft, usage=draft.usage + usage).plan(
                (complete.model_copy(update={"shows": None}),)
            )
        said = "" if verdict.complete else verdict.why
        reason = f"not believed to be complete: {'; '.join(filter(None, (said, against)))}"
        return _failed(reason, draft.usage + usage, retryable=True)


@dataclass(frozen=True)
class _Draft:
    """An answer that is still to be checked."""

    request: PlanRequest
    conversation: Conversation
    why: str
    decisions: tuple[Decision, ...]
    usage: Usage
    notes: tuple[str, ...] = ()

    def plan(self, decisions: tuple[Decision, ...]) -> Plan:
        return Plan(
            decisions,
            _CONFIDENCE,
            self.why,
            PLANNER,
            self.usage,
            guarded=True,
            notes=self.notes,
        )


def _claim(draft: _Draft, index: int, claim: Terminate) -> Plan:
    """Whether it is so that something isn't there; said again, a claim counts where it may be."""
    before = draft.decisions[:index]
    doubt = doubt_of(claim, draft.request)
    if doubt is None:
        return draft.plan((*before, claim))
    if before:
        # What is claimed is of the page that comes.
        return draft.plan(before)
    if not any(step.problem and not step.actions for step in draft.request.history):
        reason = (
            f"not believed: {doubt.why}. Look at what may show it; if it isn't there, terminate "
            "once more"
        )
        return _failed(reason, draft.usage, retryable=True)
    if doubt.is_plain:
        reason = f"{claim.reason} (not shown: {doubt.why})"
        claim = claim.model_copy(update={"error_codes": (), "reason": reason})
    return draft.plan((claim,))


async def _picture(request: PlanRequest) -> tuple[bytes | None, bool]:
    """A picture for the request, and whether refs stand in it."""
    if request.labelled_screenshot is not None and any(
        node.ref for node in request.observation.root.walk()
    ):
        try:
            return await request.labelled_screenshot(), True
        except BrowserError:
            pass  # one without refs is still one
    return (await request.screenshot() if request.screenshot is not None else None), False


def _read(reading: ReadData, spent: Usage, why: str, after: tuple[Decision, ...]) -> Plan:
    usage = spent + reading.usage
    if reading.problem is not None:
        return _failed(
            reading.problem,
            usage,
            retryable=reading.retryable,
            infrastructure=reading.infrastructure,
        )
    decisions = (Extract(data=reading.data), *(_unproven(each) for each in after))
    return Plan(decisions, _CONFIDENCE, why, PLANNER, usage, guarded=True, notes=reading.notes)


def _unproven(decision: Decision) -> Decision:
    """The data itself proves the completion."""
    if isinstance(decision, Complete):
        return decision.model_copy(update={"shows": None})
    return decision


def _asks_for_more_to_log_in(request: PlanRequest) -> bool:
    """Whether a login may have been refused: what is new on such a page may be its message.

    A page that asks for the password again, for a new one or for a code, or that says that a mail
    has come, has let nobody in.
    """
    typed = any(
        isinstance(action.decision, InputText)
        and any(each.field == "password" for each in references_in(action.decision.text))
        for step in request.history
        for action in step.actions
    )
    seen = request.observation
    goes_on = concept("login.goes_on_elsewhere").mentioned(seen.text)
    return typed and (goes_on or any(map(_is_of_a_login, PageView(seen).inputs)))


def _is_of_a_login(field: Input) -> bool:
    named = f"{field.label} {field.hints}"
    return field.is_password or concept("login.one_time_code").mentioned(named)


def _has_acted(request: PlanRequest) -> bool:
    return any(
        action.result.ok and (action.result.page_changed or action.result.downloads)
        for step in request.history
        for action in step.actions
    )


def _changed_nothing(actions: tuple[Any, ...]) -> bool:
    return all(
        not action.result.ok or not (action.result.page_changed or action.result.downloads)
        for action in actions
    )


def _failed(reason: str, usage: Usage, *, retryable: bool, infrastructure: bool = False) -> Plan:
    failure = PlanFailure(reason, retryable, infrastructure)
    return Plan((), 0.0, reason, PLANNER, usage, failure=failure)
