"""Which block of which workflow a recording belongs to, and which facts may differ in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from skyvern_dagster.agent.planner import Place
from skyvern_dagster.blocks.block import Block
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.credentials.reference import references_in
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID
from skyvern_dagster.templating.rendering import is_template, names_used

GOALS = ("navigation_goal", "data_extraction_goal", "prompt")
"""Fields that say what is to be done or read."""


def place_of(block: Block, context: BlockContext, payload: dict[str, Any]) -> Place:
    """What recordings go by: payload and names that the texts use may become variables."""
    named: dict[str, Any] = {}
    meant = set(payload)
    for text in block.texts():
        names = names_used(text.text) if is_template(text.text) else frozenset()
        used = {name: context.names[name] for name in names if name in context.names}
        named |= used
        if text.path[0] in GOALS:
            meant |= set(used)
    variables = dict(_facts({**named, **payload}))
    incidental = frozenset(name for name in variables if name.partition(".")[0] not in meant)
    return Place(_recorded_as(context), block.label, variables, incidental)


def _recorded_as(context: BlockContext) -> str:
    """Tasks by themselves are one workflow: what one organization's have learned is its own."""
    if context.organization_id == DEFAULT_ORGANIZATION_ID:
        return context.workflow
    return f"{context.organization_id}.{context.workflow}"


def _facts(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Plain values by dotted name; secrets stay out."""
    for key, value in values.items():
        match value:
            case dict():
                yield from _facts(value, f"{prefix}{key}.")
            case str() if not references_in(value):
                yield f"{prefix}{key}", value
            case bool():
                continue
            case int() | float():
                yield f"{prefix}{key}", str(value)
            case _:
                continue
