"""The list that a loop goes over."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from skyvern_dagster.blocks.for_loop import MAX_ITERATIONS, ForLoopBlock
from skyvern_dagster.errors import BlockError, SkyvernDagsterError, TemplateError
from skyvern_dagster.execution.collecting import iteration_key
from skyvern_dagster.execution.names import Names
from skyvern_dagster.execution.scope import LoopFrame, Scope
from skyvern_dagster.templating.rendering import evaluate, is_template, names_used
from skyvern_dagster.workflow.loader import Workflow


def loop_items(workflow: Workflow, loop: ForLoopBlock, scope: Scope) -> list[Any]:
    """The list that a loop goes over.

    Raises:
        BlockError: It isn't a list, isn't there, or is too long.
    """
    names = Names(workflow.definition, scope)
    reference = loop.reference
    try:
        value = names[reference] if reference in names else _at_path(reference, names)
    except SkyvernDagsterError as error:
        raise BlockError(f"the list to loop over, {reference!r}: {error}") from error
    return checked_items(value, reference)


def loop_frame(loop: ForLoopBlock, scope: Scope, items: Sequence[Any], index: int) -> LoopFrame:
    """The frame of one item.

    Args:
        scope: In which the loop is entered.
        items: All that it goes over.
    """
    return LoopFrame(
        label=loop.label,
        index=index,
        key=iteration_key(scope.iteration, index, len(items)),
        value=items[index],
        source=loop.loop_over_parameter_key,
        last=index == len(items) - 1,
    )


def _list_in(text: str) -> list[Any] | None:
    """The list that a text is as JSON: a parameter or an answer that came as text."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, list) else None


def is_in_words(loop: ForLoopBlock) -> bool:
    """Whether a loop says in words which list is to be read off the page."""
    reference = loop.reference
    if loop.loop_over_parameter_key or is_template(reference) or " " not in reference.strip():
        return False
    try:
        names_used("{{ " + reference + " }}")
    except TemplateError:
        return True
    return False


def checked_items(value: Any, reference: str) -> list[Any]:
    """The list that a value is, or holds.

    Raises:
        BlockError: There is none, or it is too long.
    """
    items = _as_list(value)
    if items is None:
        kind = "empty" if value is None else f"{type(value).__name__} {str(value)[:80]!r}"
        hint = _hint(value, reference)
        raise BlockError(f"{reference!r} is no list to loop over: it is {kind}{hint}")
    if len(items) > MAX_ITERATIONS:
        raise BlockError(
            f"{reference!r} has {len(items)} items, a loop takes at most {MAX_ITERATIONS}"
        )
    return items


def _at_path(reference: str, names: Names) -> Any:
    """The value of a template or of a bare path (docs/contract.md#for-loop)."""
    template = reference if is_template(reference) else "{{ " + reference + " }}"
    return evaluate(template, names)


def _hint(value: Any, reference: str) -> str:
    """How to make a list of what is none."""
    name = reference if reference.isidentifier() else "value"
    match value:
        case str() if "," in value:
            return f"; for its parts, write {{{{ {name}.split(',') | map('trim') | list }}}}"
        case dict():
            return f"; for its values, write {{{{ {name}.values() | list }}}}"
        case int() if not isinstance(value, bool):
            return f"; to count, write {{{{ range({name}) | list }}}}"
        case _:
            return ""


def _as_list(value: Any) -> list[Any] | None:
    """A list, or the list inside a task's output (docs/contract.md#for-loop)."""
    if isinstance(value, list):
        return value
    if isinstance(value, str) and value.lstrip().startswith("["):
        return _list_in(value)
    if not isinstance(value, dict):
        return None
    extracted = value.get("extracted_information")
    if isinstance(extracted, list):
        return extracted
    for holder in (extracted, value):
        if isinstance(holder, dict) and isinstance(holder.get("results"), list):
            return list(holder["results"])
    return None
