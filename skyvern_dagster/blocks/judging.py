"""Judging conditions: Jinja by rendering it, statements by asking a model once for all of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.criteria import Criteria, holds
from skyvern_dagster.blocks.model_question import ModelRequest, ask_model
from skyvern_dagster.errors import BlockError
from skyvern_dagster.templating.rendering import is_template

_NAME = re.compile(r"\w+")
_ALWAYS = ("workflow_run_outputs", "current_value", "current_index", "current_date")
"""Names that statements are about without saying so."""

_REQUEST = (
    "Say of each numbered statement whether it is true, going by the facts alone. A statement "
    "that the facts don't settle is false."
)


@dataclass(frozen=True)
class Judgement:
    """Which conditions hold.

    Attributes:
        results: One for each condition that was looked at, until the first that holds.
        evaluations: The same for people: the expression, as it was rendered, the result.
        error: Why the first of those that couldn't be judged couldn't.
        prompt: What the model was asked.
        response: What it said.
        details: What asking it has cost.
    """

    results: tuple[bool, ...]
    evaluations: tuple[dict[str, Any], ...] = ()
    error: str | None = None
    prompt: str | None = None
    response: Any = None
    details: dict[str, float] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether one of them holds."""
        return any(self.results)


@dataclass(frozen=True)
class _Said:
    """What a model said of the statements among the conditions, by their place."""

    results: Mapping[int, bool] = field(default_factory=dict)
    prompt: str | None = None
    response: Any = None
    details: dict[str, float] = field(default_factory=dict)


def judge(conditions: Sequence[Criteria], context: BlockContext) -> Judgement:
    """Looks at conditions in order until one holds.

    One that can't be judged doesn't hold, and says why.

    Raises:
        BlockError: A statement needs a model and there is none, or its answer is of no use.
        InfrastructureError: The model's server doesn't answer.
    """
    results: list[bool] = []
    seen: list[dict[str, Any]] = []
    errors: list[str] = []
    said = _Said()
    for index, condition in enumerate(conditions):
        if condition.is_for_model and said.prompt is None:
            said = _ask(conditions, context)
        result, told = _one(index, condition, context, said)
        results.append(result)
        seen.append(told)
        errors += [f"branch {index}: {told['error']}"] if told.get("error") else []
        if result:
            break
    error = errors[0] if errors else None
    return Judgement(tuple(results), tuple(seen), error, said.prompt, said.response, said.details)


def _one(
    index: int, condition: Criteria, context: BlockContext, said: _Said
) -> tuple[bool, dict[str, Any]]:
    told: dict[str, Any] = {
        "branch_index": index,
        "criteria_type": condition.criteria_type,
        "original_expression": condition.expression,
    }
    if condition.is_for_model:
        return said.results[index], {**told, "result": said.results[index]}
    try:
        value = _rendered(condition, context)
        result = holds(condition.expression, value)
    except BlockError as error:
        return False, {**told, "result": None, "error": str(error)}
    return result, {**told, "rendered_expression": value, "result": result}


def _ask(conditions: Sequence[Criteria], context: BlockContext) -> _Said:
    """All statements in one question, with what the run has made so far as the facts."""
    statements = {
        index: str(_rendered(each, context))
        for index, each in enumerate(conditions)
        if each.is_for_model
    }
    names = {f"statement_{index}": {"type": "boolean"} for index in statements}
    asked = ModelRequest(
        request="\n".join(
            [_REQUEST, *(f"statement_{index}: {text}" for index, text in statements.items())]
        ),
        schema={"type": "object", "properties": names, "required": list(names)},
        text=json.dumps(_facts(context, statements.values()), ensure_ascii=False, indent=1),
    )
    answer = ask_model(context, "to say whether a condition holds", asked)
    results = {index: bool(answer.value[f"statement_{index}"]) for index in statements}
    return _Said(results, asked.request, answer.value, answer.details)


def _facts(context: BlockContext, statements: Iterable[str]) -> dict[str, Any]:
    """What blocks have made, the loop's item, and what else the statements name.

    Secrets are references among them.
    """
    said = set(_NAME.findall("\n".join(statements)))
    names = [*_ALWAYS, *(name for name in context.names if name in said)]
    return {name: context.names[name] for name in dict.fromkeys(names) if name in context.names}


def _rendered(condition: Criteria, context: BlockContext) -> Any:
    if not is_template(condition.expression):
        return condition.expression
    return context.value(condition.expression, "expression")
