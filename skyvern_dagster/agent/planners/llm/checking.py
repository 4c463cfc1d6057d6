"""Asking whether a goal is really reached, where nothing else proves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, assert_never

from skyvern_dagster.agent.planners.llm.conversation import Conversation
from skyvern_dagster.errors import NoFitError
from skyvern_dagster.llm.client import ModelClient
from skyvern_dagster.llm.messages import Question
from skyvern_dagster.llm.outcomes import Refused, TooLong, Unavailable
from skyvern_dagster.llm.structured import Document, Misshapen, ask_for
from skyvern_dagster.llm.usage import Usage

_SCHEMA = {
    "type": "object",
    "properties": {"complete": {"type": "boolean"}, "why": {"type": "string"}},
    "required": ["complete", "why"],
}


@dataclass(frozen=True)
class Verdict:
    """Whether a task is complete, and why or why not."""

    complete: bool
    why: str


async def verify(client: ModelClient, conversation: Conversation) -> tuple[Verdict, Usage]:
    """One request; without an answer nothing is believed."""
    outcome = await ask_for(client, Question(conversation.verifying(), _SCHEMA, "verdict"), _read)
    match outcome:
        case Document():
            return outcome.value, outcome.usage
        case Misshapen() | Refused():
            return Verdict(complete=False, why=outcome.reason), outcome.usage
        case TooLong() | Unavailable():
            return Verdict(complete=False, why=outcome.reason), Usage()
        case _:
            assert_never(outcome)


def _read(document: Any) -> Verdict:
    if not isinstance(document, dict) or not isinstance(document.get("complete"), bool):
        raise NoFitError('the answer must be {"complete": true or false, "why": "..."}')
    return Verdict(document["complete"], str(document.get("why") or "no reason given"))
