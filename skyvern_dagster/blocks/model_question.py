"""Asking a language model something that has no page: a block's question, its answer as JSON."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, assert_never

from skyvern_dagster.agent.choice import PlannerChoice
from skyvern_dagster.agent.extraction import mismatch
from skyvern_dagster.agent.planners.llm.data_schema import schema_of
from skyvern_dagster.agent.planners.llm.templates import fenced
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.errors import BlockError, InfrastructureError, NoFitError
from skyvern_dagster.llm.client import ModelClient
from skyvern_dagster.llm.known_servers import capabilities_of
from skyvern_dagster.llm.messages import Message, Question
from skyvern_dagster.llm.outcomes import Refused, TooLong, Unavailable
from skyvern_dagster.llm.prompt_folder import PromptFolder
from skyvern_dagster.llm.settings import NO_MODEL, ModelSettings, settings_from
from skyvern_dagster.llm.structured import Document, Misshapen, StructuredOutcome, ask_for
from skyvern_dagster.llm.usage import Usage

_PROMPTS = PromptFolder(Path(__file__).parent / "prompts")

MOST_CHARACTERS = 100_000
"""Of a file's text in one question: about 25,000 tokens, which today's models all take."""


@dataclass(frozen=True)
class ModelRequest:
    """What a model is asked.

    Attributes:
        text: What it works on: of a file, a page, a mailbox. It is fenced as data.
        parameters: Facts by name; secrets as references.
        images: JPEG or PNG pictures that go along.
    """

    request: str
    schema: Any
    text: str = ""
    parameters: dict[str, Any] | None = None
    images: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class ModelAnswer:
    """What it said, and what that cost."""

    value: Any
    usage: Usage

    @property
    def details(self) -> dict[str, float]:
        """The cost as a block's details."""
        used = self.usage
        return {
            "input_tokens": used.input_tokens,
            "output_tokens": used.output_tokens,
            "cost_usd": used.cost_usd or 0.0,
            "model_calls": used.calls,
        }


def model_settings(context: BlockContext) -> ModelSettings:
    """The model of the run; whether there is one, ``is_configured`` says.

    Raises:
        PlannerError: A setting is malformed.
    """
    planner = context.services.planner
    return planner.model if isinstance(planner, PlannerChoice) else settings_from()


def require_model(context: BlockContext, what: str) -> ModelSettings:
    """The model of the run.

    Args:
        what: What the block needs it for: "to read the picture".

    Raises:
        BlockError: None is configured.
    """
    settings = model_settings(context)
    if not settings.is_configured:
        raise BlockError(f"this needs a language model {what}, and none is configured: {NO_MODEL}")
    return settings


def ask_model(context: BlockContext, what: str, asked: ModelRequest) -> ModelAnswer:
    """Asks, and waits for the answer.

    Args:
        what: What the block needs the model for: "to read the picture".

    Raises:
        BlockError: No model is configured, or its answer can't be used.
        InfrastructureError: The model's server doesn't answer.
        PlannerError: The extra ``llm`` is not installed.
    """
    settings = require_model(context, what)
    schema = schema_of(asked.schema)
    question = Question(_messages(context, asked, schema), _wrapped(schema), "answer")

    def read(document: Any) -> Any:
        if not isinstance(document, dict) or "answer" not in document:
            raise NoFitError('the document must be {"answer": ...}')
        problem = mismatch(document["answer"], asked.schema)
        if problem is not None:
            raise NoFitError(f"the answer doesn't fit the form: {problem}")
        return document["answer"]

    if asked.images and settings.vision == "off":
        raise BlockError(f"this needs a model {what}, and SKYVERN_LLM_VISION is off")
    outcome = asyncio.run(ask_for(ModelClient(settings), question, read))
    if asked.images and not capabilities_of(settings).pictures:
        # Its server has refused them: what it says of pictures that it hasn't seen is made up.
        raise BlockError(f"this needs a model {what}, and {settings.model} takes no pictures")
    return _answer(outcome)


def _answer(outcome: StructuredOutcome[Any]) -> ModelAnswer:
    match outcome:
        case Document():
            return ModelAnswer(outcome.value, outcome.usage)
        case Misshapen() | Refused() | TooLong():
            raise BlockError(outcome.reason)
        case Unavailable():
            if outcome.infrastructure:
                raise InfrastructureError(outcome.reason)
            raise BlockError(outcome.reason, retryable=outcome.retryable)
        case _:
            assert_never(outcome)


def _messages(
    context: BlockContext, asked: ModelRequest, schema: dict[str, Any]
) -> tuple[Message, ...]:
    redact = context.vault.redactor.text
    parameters = json.dumps(asked.parameters, ensure_ascii=False, default=str)
    request = _PROMPTS.render(
        "request",
        request=context.vault.conceal(asked.request),
        parameters=parameters if asked.parameters else "",
        text=fenced(asked.text[:MOST_CHARACTERS]),
    )
    system = _PROMPTS.render(
        "answer",
        schema=json.dumps(schema, ensure_ascii=False),
        instructions=redact(context.instructions()),
    )
    pictures = (Message("user", "A picture of it:", image) for image in asked.images)
    return (Message("system", system), Message("user", redact(request)), *pictures)


def _wrapped(schema: dict[str, Any]) -> dict[str, Any]:
    """Servers want an object at the top."""
    return {"type": "object", "properties": {"answer": schema}, "required": ["answer"]}


def parameters_of(context: BlockContext, keys: list[str]) -> dict[str, Any]:
    """The parameters that a block names, as a model is told them: secrets as references.

    Raises:
        SecretError: A credential can't be found.
    """
    told = {}
    for key in keys:
        secret = context.vault.payload(key)
        told[key] = context.names[key] if secret is None else secret
    return told
