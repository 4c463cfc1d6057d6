"""Getting a JSON document of a given form out of a model: repair, then one more request."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar, assert_never

from skyvern_dagster.errors import NoFitError
from skyvern_dagster.llm.client import ModelClient
from skyvern_dagster.llm.messages import Message, Question
from skyvern_dagster.llm.outcomes import Answered, ModelOutcome, Refused, TooLong, Unavailable
from skyvern_dagster.llm.usage import Usage

T = TypeVar("T")

_MOST_REPEATED = 4_000
"""Characters, about a thousand tokens: what was wrong with an answer shows in its beginning.
Arbitrary: bounded by the budget of a request."""
_WRAPPED = "document"
_THOUGHT = re.compile(
    r"<(think|thinking|thought|reasoning)>.*?(</\1>|\Z)", re.DOTALL | re.IGNORECASE
)
"""What reasoning models write before their answer, where the server doesn't take it out."""
_FENCED = re.compile(r"```(?:json)?\s*\n(.*?)(?:\n```|\Z)", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True)
class Document(Generic[T]):
    """A document that has the form that was asked for.

    Attributes:
        note: That another model than the first gave it, and why; empty otherwise.
    """

    value: T
    usage: Usage
    note: str = ""


@dataclass(frozen=True)
class Misshapen:
    """What came, also at the second request, doesn't have the form.

    Attributes:
        value: The document as it came, where it was JSON.
    """

    reason: str
    usage: Usage
    value: Any = None


StructuredOutcome = Document[T] | Misshapen | Refused | TooLong | Unavailable


async def ask_for(
    client: ModelClient, question: Question, read: Callable[[Any], T]
) -> StructuredOutcome[T]:
    """Asks, reads the answer, and asks once more where it can't be read.

    Where the model gives no usable answer, its fallback is asked the same. (A request that is too
    long is for the caller to shorten first.)

    Args:
        client: Whom to ask.
        question: What to ask.
        read: Turns a JSON document into what is wanted; raises :class:`NoFitError`.
    """
    spare = client.fallback
    if spare is not None and client.stands_still and not spare.stands_still:
        outcome = await ask_for(spare, question, read)
        return _noted(outcome, f"{client.name} gave no answer a moment ago", spare)
    outcome = await _asked(client, question, read)
    match outcome:
        case Misshapen() | Refused():
            spent, reason = outcome.usage, outcome.reason
        case Unavailable():
            spent, reason = Usage(), outcome.reason
        case Document() | TooLong():
            return outcome
        case _:
            assert_never(outcome)
    if spare is None:
        return outcome
    second = await ask_for(spare, question, read)
    match second:
        case Document() | Misshapen() | Refused():
            return _noted(replace(second, usage=spent + second.usage), reason, spare)
        case TooLong() | Unavailable():
            # What the first one lacks is what can be mended.
            return outcome
        case _:
            assert_never(second)


def _noted(outcome: StructuredOutcome[T], reason: str, by: ModelClient) -> StructuredOutcome[T]:
    if isinstance(outcome, Document):
        return replace(outcome, note=f"answered by the fallback {by.name}: {reason}")
    return outcome


async def _asked(
    client: ModelClient, question: Question, read: Callable[[Any], T]
) -> StructuredOutcome[T]:
    """Asks one model."""
    question = replace(question, schema=_with_object_root(question.schema))
    spent, told = Usage(), question
    problem = NoFitError("")
    for _ in range(2):
        outcome: ModelOutcome = await client.ask(told)
        match outcome:
            case Answered():
                spent += outcome.usage
                try:
                    return Document(read(_unwrapped(parse(outcome), question.schema)), spent)
                except NoFitError as error:
                    problem = error
                told = _with_correction(question, outcome.text, str(problem))
            case Refused():
                return replace(outcome, usage=spent + outcome.usage)
            case TooLong() | Unavailable():
                return outcome
            case _:
                assert_never(outcome)
    return Misshapen(f"the model's answer can't be used: {problem}", spent, problem.value)


def parse(answer: Answered) -> Any:
    """The JSON in an answer, mended where it is nearly JSON.

    What reasoning models think aloud and text around the document are left out.

    Raises:
        NoFitError: There is none.
    """
    import json_repair

    text = _THOUGHT.sub("", answer.text).strip()
    try:
        return json.loads(text)
    except ValueError:
        pass
    if answer.cut_off and not text:
        raise NoFitError(
            "the answer is empty: all it may have went into thinking; raise "
            "SKYVERN_LLM_MAX_OUTPUT_TOKENS"
        )
    if not text:
        raise NoFitError("the answer is empty")
    if answer.cut_off:
        raise NoFitError("the answer is longer than allowed and was cut off; answer shorter")
    if fenced := _FENCED.findall(text):
        text = fenced[-1].strip()
    start = min((at for at in (text.find("{"), text.find("[")) if at >= 0), default=-1)
    if start < 0:
        raise NoFitError("the answer is not JSON")
    mended = json_repair.loads(text[start:])
    if not isinstance(mended, dict | list) or not (mended or text[start:].startswith(("[]", "{}"))):
        raise NoFitError("the answer is not JSON")
    return mended


def _with_object_root(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Servers take schemas of objects only: anything else becomes the one field of one."""
    if schema.get("type") == "object" or "properties" in schema:
        return dict(schema)
    definitions = {key: schema[key] for key in ("$defs", "definitions") if key in schema}
    inner = {key: value for key, value in schema.items() if key not in definitions}
    return {
        "type": "object",
        "properties": {_WRAPPED: inner},
        "required": [_WRAPPED],
        **definitions,
    }


def _unwrapped(document: Any, schema: Mapping[str, Any]) -> Any:
    """The document itself; models that go by the prompt give it as it is."""
    if list(schema.get("properties", ())) != [_WRAPPED]:
        return document
    if not isinstance(document, dict) or list(document) != [_WRAPPED]:
        return document
    inner = document[_WRAPPED]
    if not isinstance(inner, str) or schema["properties"][_WRAPPED].get("type") == "string":
        return inner
    # A server whose schemas can't say "anything" was asked for a text.
    try:
        return json.loads(inner)
    except ValueError:
        return inner


def _with_correction(question: Question, answer: str, problem: str) -> Question:
    correction = (
        f"That answer can't be used: {problem}. Answer again with one JSON document of the form "
        "that was asked for, and nothing else."
    )
    return replace(
        question,
        messages=(
            *question.messages,
            Message("assistant", answer[:_MOST_REPEATED] or "(nothing)"),
            Message("user", correction),
        ),
    )
