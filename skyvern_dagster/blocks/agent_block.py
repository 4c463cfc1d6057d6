"""What all blocks share that the agent carries out in a browser: one instruction each."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from skyvern_dagster.agent.choice import PlannerName, planner_for
from skyvern_dagster.agent.planner import Goal, Place, Planner
from skyvern_dagster.agent.task import LaterIterations, TaskRequest, TaskResult
from skyvern_dagster.agent.uploads import OfferedFile
from skyvern_dagster.blocks.block import (
    INERT_FOR_AGENTS,
    Block,
    LeafBlock,
    ModelUse,
    Need,
    RetryRule,
    first_sentence,
)
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.entry import BlockEntry, FilesEntry
from skyvern_dagster.blocks.offered_files import offered_files
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.blocks.recording_place import place_of
from skyvern_dagster.blocks.task_output import TaskOutput, outcome_of, task_output
from skyvern_dagster.blocks.web_address import web_address
from skyvern_dagster.credentials.code_source import CodeWaiter
from skyvern_dagster.credentials.one_time_codes import CodeOrigin, CodeRequest
from skyvern_dagster.credentials.pushed_codes import CodeReader
from skyvern_dagster.credentials.reference import SecretReference
from skyvern_dagster.errors import BlockError
from skyvern_dagster.ids import new_id
from skyvern_dagster.templating.value_shape import (
    ANYTHING,
    ValueShape,
    shape_of_model,
    shape_of_schema,
)


@dataclass(frozen=True)
class Instruction:
    """What a block asks of the agent, in the words of the definition.

    Attributes:
        navigation_goal: What to do.
        data_extraction_goal: What to read.
        data_schema: JSON Schema of what to read.
        complete_on_download: Whether the first download completes it.
        download_suffix: New name of the download.
        complete_criterion: When it is done, where the definition says so beside the goal.
        terminate_criterion: When it can't be done, likewise.
        comes_back: Whether the browser is where it began when it is done.
    """

    navigation_goal: str = ""
    data_extraction_goal: str = ""
    data_schema: dict[str, Any] | list[Any] | str | None = None
    complete_on_download: bool = False
    download_suffix: str | None = None
    complete_criterion: str = ""
    terminate_criterion: str = ""
    comes_back: bool = False


CRITERIA = ("complete_criterion", "terminate_criterion")
"""Fields that say when it is done, or can't be."""

AGENT_KEYS = ("url", "totp_identifier", "totp_verification_url")
"""Fields of every agent block whose plain text may be a parameter's key."""

AGENT_TEMPLATES = ("title", "error_code_mapping")
"""Fields of every agent block that may hold templates."""


class AgentBlock(LeafBlock):
    """One instruction to a browser, carried out by the agent.

    A subclass says what it asks with :meth:`instruction`.
    """

    key_fields: ClassVar[tuple[str, ...]] = AGENT_KEYS
    template_fields: ClassVar[tuple[str, ...]] = AGENT_TEMPLATES
    inert_fields: ClassVar[frozenset[str]] = Block.inert_fields | INERT_FOR_AGENTS
    needs: ClassVar[frozenset[Need]] = frozenset({"browser"})
    kind: ClassVar[str] = "browser"
    output_type: ClassVar[type[BaseModel]] = TaskOutput
    entry_base: ClassVar[type[BlockEntry]] = FilesEntry
    is_task: ClassVar[bool] = True

    url: str | None = Field(default=None, description="Where to begin; else where the browser is.")
    title: str = Field(default="", description="Name for people.")
    error_code_mapping: dict[str, str] = Field(
        default_factory=dict, description="Code -> the situation in which it is reported."
    )
    # None by default: a second attempt repeats what the first one did on the site. 20 is arbitrary.
    max_retries: int = Field(default=0, ge=0, le=20, description="On `failed`, not `terminated`.")
    # At most 1,000, as a request's (docs/contract.md#limits).
    max_steps_per_run: int | None = Field(
        default=None, ge=1, le=1000, description="Steps until it fails; else the resource's."
    )
    parameter_keys: list[str] = Field(
        default_factory=list, description="Parameters that the agent is told about."
    )
    totp_identifier: str | None = Field(
        default=None, description="Whom pushed one-time codes are for (POST /api/v1/totp)."
    )
    totp_verification_url: str | None = Field(
        default=None, description="Asked for a one-time code, where the site wants one."
    )
    planner: PlannerName | None = Field(
        default=None,
        description="Who plans: auto, heuristic or llm; else as the workflow or resource says.",
    )

    @abstractmethod
    def instruction(self) -> Instruction:
        """What it asks of the agent."""
        ...

    @property
    def step_limit(self) -> int | None:
        """Steps until it fails, where the block says so."""
        return self.max_steps_per_run

    @property
    def only_reads(self) -> bool:
        """What it was told to do it may do by filling forms in, unless that gives a file."""
        asked = self.instruction()
        return asked.complete_on_download or not asked.navigation_goal

    @property
    def retry_rule(self) -> RetryRule:
        """See the base class."""
        return RetryRule(self.max_retries, delay_seconds=0.5)

    def describe(self) -> str:
        """What it does and what it reads: its goals."""
        asked = self.instruction()
        goals = (self.title, asked.navigation_goal, asked.data_extraction_goal)
        return "\n\n".join(goal for goal in goals if goal) or f"Opens {self.url}"

    def summary(self) -> str:
        """The first sentence of its goal."""
        asked = self.instruction()
        text = self.title or asked.navigation_goal or asked.data_extraction_goal
        return first_sentence(text) or f"opens {self.url}"

    @classmethod
    def model_use(cls, fields: Mapping[str, Any]) -> ModelUse | None:
        """Criteria beside the goal are for a model to judge; without one they aren't looked at."""
        given = [name for name in CRITERIA if fields.get(name)]
        return ModelUse(f"judges {' and '.join(given)}", required=False) if given else None

    @classmethod
    def failed_output(cls, reason: str) -> Any:
        """As of a task that failed at once."""
        failed = TaskOutput(task_id=new_id("tsk"), status="failed", failure_reason=reason)
        return failed.model_dump(mode="json")

    @classmethod
    def output_shape(cls, fields: Mapping[str, Any]) -> ValueShape:
        """A task's output, with what it extracts in the form of `data_schema`."""
        known = shape_of_model(cls.output_type).fields
        extracted = shape_of_schema(fields.get("data_schema"))
        if known is None:
            return ANYTHING
        return ValueShape({**known, "extracted_information": extracted}, inner=extracted)

    def run(self, context: BlockContext) -> BlockOutcome:
        """Carries the task out in a browser session.

        Raises:
            BlockError: A field can't be rendered, or there is no address to begin at.
            SecretError: A credential is missing.
            BrowserError: No browser could be started.
        """
        request = self._request(context)
        if context.request is None or context.request.kind != "task":
            context.services.artifacts.write_json(
                task_place(request.task_id),
                {"run_id": context.workflow_run_id, "block_key": context.block_key},
            )
        result = context.services.tasks.run_task(
            request,
            planner=self._planner(context),
            vault=context.vault,
            state=self._state(context),
            fork=context.fork,
            hand_on=context.hand_on,
            log=context.log,
        )
        return outcome_of(result, self._output(request, result, context).model_dump(mode="json"))

    def _planner(self, context: BlockContext) -> Planner:
        return planner_for(context.services.planner, self.planner or context.planner)

    def _state(self, context: BlockContext) -> str | None:
        """Artifact key of the browser state that it begins with."""
        return context.state

    def _output(
        self, request: TaskRequest, result: TaskResult, context: BlockContext
    ) -> TaskOutput:
        del context
        return TaskOutput.model_validate(task_output(request, result))

    def _request(self, context: BlockContext) -> TaskRequest:
        url = context.vault.address(context.single(self.url, "url").strip()) if self.url else None
        if url is not None:
            url = web_address(url)
        elif not context.is_on_page:
            raise BlockError("url: the first task of a workflow needs an address to begin at")
        payload = self._payload(context)
        uploads = offered_files(context, payload)
        settings = context.services.agent
        asked = self.instruction()
        task_id = _task_id(context)
        codes = self._codes(context, task_id)
        return TaskRequest(
            workflow_run_id=context.workflow_run_id,
            block_key=context.block_key,
            block=self.label,
            iteration=context.iteration,
            url=url,
            goal=self._goal(context, payload, uploads, has_codes=codes is not None),
            download_suffix=(
                context.text(asked.download_suffix, "download_suffix")
                if asked.download_suffix
                else None
            ),
            max_steps=_max_steps(context, self.step_limit or settings.max_steps_per_run),
            max_retries_per_step=settings.max_retries_per_step,
            max_seconds=settings.max_seconds,
            trace=settings.trace,
            video=settings.video,
            task_id=task_id,
            codes=codes,
            uploads=uploads,
            place=place_of(self, context, payload),
            comes_back=asked.comes_back,
            fetches_known_files=settings.fetches_known_files,
            headers=context.rendered_headers(),
            time_zone=context.time_zone,
            later=self._later(context),
        )

    def _later(self, context: BlockContext) -> LaterIterations | None:
        later = context.later
        if later is None or not self.instruction().complete_on_download:
            return None

        def places() -> Iterator[Place]:
            for names in later.names():
                there = replace(context, names=names)
                yield place_of(self, there, self._payload(there))

        return LaterIterations(later.width, places)

    def _goal(
        self,
        context: BlockContext,
        payload: dict[str, Any],
        uploads: tuple[OfferedFile, ...],
        *,
        has_codes: bool,
    ) -> Goal:
        asked = self.instruction()

        def told(text: str, field: str) -> str:
            return context.vault.conceal(context.rendered(text, field))

        return Goal(
            navigation_goal=told(asked.navigation_goal, "navigation_goal"),
            data_extraction_goal=told(asked.data_extraction_goal, "data_extraction_goal"),
            data_schema=_schema(asked.data_schema),
            payload=payload,
            error_code_mapping={
                code: context.rendered(text, "error_code_mapping")
                for code, text in {**context.error_codes, **self.error_code_mapping}.items()
            },
            complete_on_download=asked.complete_on_download,
            complete_criterion=told(asked.complete_criterion, "complete_criterion"),
            terminate_criterion=told(asked.terminate_criterion, "terminate_criterion"),
            instructions=context.instructions(),
            time_zone=context.time_zone,
            files=tuple(map(str, uploads)),
            has_totp=has_codes or _holds_totp(payload),
        )

    def _codes(self, context: BlockContext, task_id: str) -> CodeWaiter | None:
        """Waits for codes from outside: as the run's request says, else the block, else all."""
        asked, defined = context.request, context.code_origin
        wanted = CodeOrigin()
        if asked is not None:
            given = CodeOrigin(asked.totp_verification_url, asked.totp_identifier)
            wanted = given.other_than(defined)  # a request repeats what the definition says
        own = CodeOrigin(
            _text(context, self.totp_verification_url, "totp_verification_url"),
            _text(context, self.totp_identifier, "totp_identifier"),
        )
        if context.services.codes is None:
            return None
        identifiers = (context.code_identifiers.get(key) for key in self.parameter_keys)
        of_login = CodeOrigin(None, next(filter(None, identifiers), None))
        request = CodeRequest(
            reader=CodeReader(
                name=f"{context.workflow_run_id}/{context.block_key}",
                task_id=task_id,
                workflow_id=str(context.names.get("workflow_permanent_id", "")),
                workflow_run_id=context.workflow_run_id,
            ),
            organization_id=context.organization_id,
            origin=wanted or own or of_login or defined,
            api_key_id=asked.api_key_id if asked else None,
        )
        return context.services.codes.waiter(request)

    def _payload(self, context: BlockContext) -> dict[str, Any]:
        payload = {}
        for key in self.parameter_keys:
            secret = context.vault.payload(key)
            payload[key] = context.names[key] if secret is None else secret
        return {**payload, **_asked_payload(context)}


def _text(context: BlockContext, text: str | None, field: str) -> str:
    return context.text(text, field).strip() if text else ""


def task_place(task_id: str) -> str:
    """Key of the note that says in which run and block a task of a workflow is."""
    return f"tasks/{task_id}.json"


def _max_steps(context: BlockContext, limit: int) -> int:
    """``x-max-steps-override`` stands above every other limit (docs/contract.md#general-rules)."""
    asked = context.request.max_steps if context.request else None
    return asked or limit


def _task_id(context: BlockContext) -> str:
    """A run that is one task has one id for both."""
    is_task = context.request is not None and context.request.kind == "task"
    return context.workflow_run_id if is_task else new_id("tsk")


def _asked_payload(context: BlockContext) -> dict[str, Any]:
    """The ``navigation_payload`` of a task that was asked for by itself."""
    if context.request is None or context.request.kind != "task":
        return {}
    payload = context.request.body.get("navigation_payload")
    if isinstance(payload, dict):
        return payload
    return {} if payload is None else {"navigation_payload": payload}


def _holds_totp(payload: Mapping[str, Any]) -> bool:
    return any(
        isinstance(value, dict) and value.get("totp") == str(SecretReference(key, "totp"))
        for key, value in payload.items()
    )


def _schema(schema: dict[str, Any] | list[Any] | str | None) -> Any:
    """A schema given as JSON text, read; other text stays what it is."""
    if not isinstance(schema, str):
        return schema
    try:
        return json.loads(schema)
    except ValueError:
        return schema


def is_schema(schema: object) -> object:
    """Holds that a ``data_schema`` is of a kind that a JSON Schema can have (for validators)."""
    if schema is not None and not isinstance(schema, dict | list | str):
        raise ValueError("must be a JSON Schema: a mapping, a list or a text")
    return schema
