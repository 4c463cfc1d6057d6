"""The planner protocol: what a planner is told, and what it answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol, runtime_checkable

from skyvern_dagster.agent.decisions import Decision
from skyvern_dagster.agent.shown_pages import ShownPages
from skyvern_dagster.browser.observation import Observation
from skyvern_dagster.browser.results import ActionResult
from skyvern_dagster.llm.usage import Usage as Usage

LATE_SECONDS = 5.0
"""For what a page asks its server for by itself, before it is said not to be there. Waiting ends as
soon as the page has changed; a list that a script fetches took 4 under load."""


@dataclass(frozen=True)
class Goal:
    """What a task block wants, with templates rendered and secrets as placeholders.

    Attributes:
        navigation_goal: What to do, in the words of the definition; may be empty.
        data_extraction_goal: What to read, in the words of the definition; may be empty.
        data_schema: JSON Schema (or a loose form of one) of the data to read.
        payload: Facts by name: the parameters named in ``parameter_keys``. A secret is a
            placeholder such as ``secret://credentials/password``; a credential is
            ``{"username": …, "password": …, "totp": …}`` of placeholders (``totp`` only when
            there is one).
        error_code_mapping: Error code -> description of the situation it stands for.
        complete_on_download: The goal is reached as soon as a file has landed.
        complete_criterion: When it is reached, where the definition says so beside the goal.
        terminate_criterion: When it can't be reached, likewise.
        instructions: What the definition tells a model with whatever it is asked.
        time_zone: IANA name of the time zone that pages see; empty for the machine's.
        files: Names of the files that ``upload_file`` can give to a page.
        has_totp: Whether ``solve_totp`` can give a code.
        today: The day of the run, for relative dates.
    """

    navigation_goal: str = ""
    data_extraction_goal: str = ""
    data_schema: Any = None
    payload: dict[str, Any] = field(default_factory=dict)
    error_code_mapping: dict[str, str] = field(default_factory=dict)
    complete_on_download: bool = False
    complete_criterion: str = ""
    terminate_criterion: str = ""
    instructions: str = ""
    time_zone: str = ""
    has_totp: bool = False
    files: tuple[str, ...] = ()
    today: date = field(default_factory=date.today)


@dataclass(frozen=True)
class PastAction:
    """One carried-out decision with its result.

    Attributes:
        target: Its element at that time, in words for people and models (``link "Orders"``).
        label: What the element was called, as a value (``Orders``).
    """

    decision: Decision
    result: ActionResult
    target: str = ""
    label: str = ""


@dataclass(frozen=True)
class PastStep:
    """One earlier step of the task, oldest first in a history.

    Attributes:
        usage: What planning it cost.
        problem: Why there are no actions, where planning itself failed.
        why: What the step was for.
        judgement: What its planner thought of the step before.
        memory: What its planner wanted to keep in mind.
    """

    order: int
    url: str
    title: str
    planner: str
    actions: tuple[PastAction, ...]
    usage: Usage = field(default_factory=Usage)
    problem: str = ""
    why: str = ""
    judgement: str = ""
    memory: str = ""


@dataclass(frozen=True)
class Place:
    """Which block of which workflow this is: what a recording belongs to.

    Attributes:
        workflow: Permanent id of the workflow.
        block: Label of the block.
        variables: Facts that the block's texts and payload hold, by name; never a secret.
        incidental: Those of them that only the address has at which the task begins: being there,
            it needs them no more.
    """

    workflow: str = ""
    block: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    incidental: frozenset[str] = frozenset()


@dataclass(frozen=True)
class PlanRequest:
    """Everything a planner may look at.

    Attributes:
        screenshot: Takes a picture of the page (JPEG), for planners that can see.
        labelled_screenshot: The same with refs drawn at their elements.
        locate: Gives the ref of the element that a selector matches.
        locale: The language that pages are asked for.
        redact: Takes secrets out of a text: what leaves this process passes through it.
        run_cost: US dollars that the models of the run have cost so far; asking may take time.
        first_text: What the page said before the task did anything: that proves nothing later.
        first_pages: The same page by page, and how things were called there.
    """

    goal: Goal
    observation: Observation
    history: tuple[PastStep, ...] = ()
    steps_left: int = 10
    place: Place = field(default_factory=Place)
    screenshot: Callable[[], Awaitable[bytes]] | None = None
    labelled_screenshot: Callable[[], Awaitable[bytes]] | None = None
    locate: Callable[[str], Awaitable[str | None]] | None = None
    locale: str = "en-US"
    redact: Callable[[str], str] = str
    first_text: str = ""
    first_pages: ShownPages = field(default_factory=ShownPages)
    run_cost: Callable[[], float] = float


@dataclass(frozen=True)
class PlanFailure:
    """Why no plan could be made: the step fails, and is tried again if that can help.

    Attributes:
        infrastructure: Whether nobody could be asked at all: that says nothing about the task.
    """

    reason: str
    retryable: bool
    infrastructure: bool = False


@dataclass(frozen=True)
class Declined:
    """A planner that was asked first, and why it left the step to the next.

    Attributes:
        diverged: Whether it knew a way and met something else on it.
    """

    planner: str
    reason: str
    diverged: bool = False


@dataclass(frozen=True)
class Plan:
    """A planner's answer: decisions to carry out in order, before the page is looked at again.

    A plan without decisions means "not sure": ``reasoning`` then says why, in words that make
    sense as a ``failure_reason`` when no other planner knows more.

    Attributes:
        confidence: 0 to 1; the policy hands over to the next planner below its threshold.
        failure: Set where planning itself failed.
        guarded: Whether each decision has to pass the guard: true where a text on a page may have
            had a say in it.
        notes: What people should know about the plan, for instance a doubtful value.
        declined: The planners that were asked before, filled in by the policy.
        diverged: Whether there is no decision because a known way isn't as it was.
        judgement: What the planner thinks of the last step, to be told to it again.
        memory: What it wants to keep in mind; it replaces what it wanted before.
    """

    decisions: tuple[Decision, ...]
    confidence: float
    reasoning: str
    planner: str
    usage: Usage = field(default_factory=Usage)
    failure: PlanFailure | None = None
    guarded: bool = False
    notes: tuple[str, ...] = ()
    declined: tuple[Declined, ...] = ()
    diverged: bool = False
    judgement: str = ""
    memory: str = ""


@runtime_checkable
class Planner(Protocol):
    """Anything that can turn a request into a plan."""

    @property
    def name(self) -> str:
        """Short name that steps record (``heuristic``, ``llm``, ``replay``, ``scripted``)."""
        ...

    async def plan(self, request: PlanRequest) -> Plan:
        """Decides what to do next.

        Raises:
            PlannerError: The planner broke. Being unsure is a plan without decisions.
        """
        ...
