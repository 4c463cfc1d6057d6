"""Getting a JSON document of a given form out of a model: repair, then one more request."""

from __future__ import annotations

import json
from collections.abc import Callable
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


@dataclass(frozen=True)
class Document(Generic[T]):
    """A document that has the form that was asked for."""

    value: T
    usage: Usage


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

    Args:
        client: Whom to ask.
        question: What to ask.
        read: Turns a JSON document into what is wanted; raises :class:`NoFitError`.
    """
    spent, told = Usage(), question
    problem = NoFitError("")
    for _ in range(2):
        outcome: ModelOutcome = await client.ask(told)
        match outcome:
            case Answered():
                spent += outcome.usage
                try:
                    return Document(read(parse(outcome)), spent)
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

    Raises:
        NoFitError: There is none.
    """
    import json_repair

    text = answer.text.strip()
    try:
        return json.loads(text)
    except ValueError:
        pass
    if not text:
        raise NoFitError("the answer is empty")
    if answer.cut_off:
        raise NoFitError("the answer is longer than allowed and was cut off; answer shorter")
    start = min((at for at in (text.find("{"), text.find("[")) if at >= 0), default=-1)
    if start < 0:
        raise NoFitError("the answer is not JSON")
    mended = json_repair.loads(text[start:])
    if not isinstance(mended, dict | list) or not mended:
        raise NoFitError("the answer is not JSON")
    return mended


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
