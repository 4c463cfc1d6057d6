"""Judging conditions: Jinja by rendering it, statements by asking a model once for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.criteria import Criteria, is_true
from skyvern_dagster.errors import BlockError
from skyvern_dagster.templating.rendering import is_template


@dataclass(frozen=True)
class Judgement:
    """Which conditions hold.

    Attributes:
        results: One for each condition that was looked at, until the first that holds.
        evaluations: The same for people: the expression, as it was rendered, the result.
        error: Why the first of those that couldn't be judged couldn't.
        prompt: What the model was asked.
        response: What it said.
    """

    results: tuple[bool, ...]
    evaluations: tuple[dict[str, Any], ...] = ()
    error: str | None = None
    prompt: str | None = None
    response: Any = None

    @property
    def holds(self) -> bool:
        """Whether one of them holds."""
        return any(self.results)


def judge(conditions: Sequence[Criteria], context: BlockContext) -> Judgement:
    """Looks at conditions in order until one holds.

    One that can't be judged doesn't hold, and says why.

    Raises:
        BlockError: A statement needs a model and there is none.
    """
    results: list[bool] = []
    seen: list[dict[str, Any]] = []
    errors: list[str] = []
    for index, condition in enumerate(conditions):
        result, told = _one(index, condition, context)
        results.append(result)
        seen.append(told)
        errors += [f"branch {index}: {told['error']}"] if told.get("error") else []
        if result:
            break
    return Judgement(tuple(results), tuple(seen), errors[0] if errors else None)


def _one(index: int, condition: Criteria, context: BlockContext) -> tuple[bool, dict[str, Any]]:
    told: dict[str, Any] = {
        "branch_index": index,
        "criteria_type": condition.criteria_type,
        "original_expression": condition.expression,
    }
    if condition.criteria_type == "prompt":
        raise BlockError(
            f"whether {condition.expression!r} holds is for a language model to say, and none is "
            "configured: set SKYVERN_LLM_MODEL, or write the condition as a jinja2_template"
        )
    try:
        value = (
            context.value(condition.expression, "expression")
            if is_template(condition.expression)
            else condition.expression
        )
    except BlockError as error:
        return False, {**told, "result": None, "error": str(error)}
    result = is_true(value)
    return result, {**told, "rendered_expression": value, "result": result}
