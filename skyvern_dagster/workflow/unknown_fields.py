"""Fields that the format doesn't have: which of them are mistakes, and which are passed over.

Skyvern's server passes over every field that it doesn't know: what newer versions write, what its
database adds, notes of an author's. Whatever it accepts must load, and so such a field is a
warning. It is a mistake where it can only be meant for another one (docs/contract.md#definitions):
``next_loop_on_failur: true`` that is passed over is another workflow.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any

from pydantic import BaseModel

from skyvern_dagster.blocks.registry import block_types
from skyvern_dagster.workflow.definition import DefinitionBody, WorkflowDefinition
from skyvern_dagster.workflow.document import Document
from skyvern_dagster.workflow.findings import Finding, Path, did_you_mean
from skyvern_dagster.workflow.invented_words import meant_field
from skyvern_dagster.workflow.parameters import PARAMETER_MODELS
from skyvern_dagster.workflow.place_models import model_at
from skyvern_dagster.workflow.skyvern_export import WRAPPERS

_SLIP = 0.8
"""Least likeness of a slip and its word: ``titel`` and ``title`` have it, ``notes`` and ``steps``
have 0.6."""

_LONGEST_SLIP = 80
"""Characters; no field has half as many."""

_MOST_WORDS = 500
"""Different unknown words of a definition that are looked at: who has more isn't helped by it."""

_NOTHING: tuple[object, ...] = (None, "", [], {})

_REMOVE = "remove it"

_OWN = "dagster"
"""The section that Skyvern doesn't have: nobody but its author has written what is in it."""


class UnknownFields:
    """Judges the unknown fields of one document.

    Args:
        document: As it was read.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._hints: dict[tuple[type[BaseModel], str], str] = {}

    def finding(self, path: Path) -> Finding | None:
        """What is said of the field at a path: an error, or a warning.

        Returns:
            None where it is empty, and no slip: it says nothing, and so do we.
        """
        field, holder = str(path[-1]), _value(path[:-1], self._document.data)
        model = model_at(path[:-1], self._document.data)
        hint, given = self._hint(field, model), holder[path[-1]]
        is_mistake = hint is None or self._stands_for_another(field, model, holder)
        if path[0] == _OWN or (is_mistake and given not in _NOTHING):
            return self._document.finding(path, f"unknown field {field!r}", hint or _REMOVE)
        if not is_mistake and (given is False or given in _NOTHING):
            return None
        message = f"unknown field {field!r} has no effect"
        return self._document.finding(path, message, hint or _REMOVE, "warning")

    def _stands_for_another(
        self, field: str, model: type[BaseModel], holder: Mapping[Any, Any]
    ) -> bool:
        """Whether it is a slip of, or another tool's word for, a field that isn't set."""
        if field in self._words:
            return False
        meant = meant_field(field, model.model_fields) or _slip_of(field, model.model_fields)
        return bool(meant) and holder.get(meant) in _NOTHING

    @cached_property
    def _words(self) -> frozenset[str]:
        """The fields that the format has somewhere: Skyvern passes over one in a wrong place."""
        models: list[type[BaseModel]] = [
            WorkflowDefinition,
            *block_types().values(),
            *PARAMETER_MODELS.values(),
        ]
        return frozenset(name for model in models for name in model.model_fields)

    def _hint(self, field: str, model: type[BaseModel]) -> str | None:
        """What to do about it; None for one word too many."""
        known = self._hints.get((model, field))
        if known is None and len(self._hints) < _MOST_WORDS:
            known = self._hints[model, field] = _place_for(field, model)
        return known


def without(data: Any, paths: Collection[Path]) -> Any:
    """A document without what stands at some paths; what it was read from stays as it is."""
    here = {path[0] for path in paths if len(path) == 1}
    deeper: dict[str | int, list[Path]] = {}
    for path in paths:
        if len(path) > 1:
            deeper.setdefault(path[0], []).append(path[1:])
    match data:
        case dict():
            return {
                key: without(value, deeper[key]) if key in deeper else value
                for key, value in data.items()
                if key not in here
            }
        case list():
            return [
                without(value, deeper[index]) if index in deeper else value
                for index, value in enumerate(data)
            ]
        case _:
            return data


def _slip_of(field: str, known: Collection[str]) -> str:
    """The field that a word was meant to be; empty for none."""
    if len(field) > _LONGEST_SLIP:
        return ""
    names = {_letters(name): name for name in known}
    close = difflib.get_close_matches(_letters(field), names, n=1, cutoff=_SLIP)
    return names[close[0]] if close else ""


def _letters(name: str) -> str:
    """A name as it is, however its words are joined."""
    return name.casefold().replace("_", "").replace("-", "")


def _place_for(field: str, here: type[BaseModel]) -> str:
    """What to do about an unknown field: the name it may be a slip of, or where it belongs."""
    if here is WorkflowDefinition and field in WRAPPERS:
        return f"the definition is what stands in {field}; skyvern-dagster import takes both"
    if meant := meant_field(field, here.model_fields):
        return f"did you mean {meant!r}?"
    if here is not WorkflowDefinition and field in WorkflowDefinition.model_fields:
        return "it belongs to the top level of the document"
    if here is not DefinitionBody and field in DefinitionBody.model_fields:
        return "it belongs under workflow_definition"
    if hint := did_you_mean(field, here.model_fields):
        return hint
    if here is WorkflowDefinition and (meant := meant_field(field, DefinitionBody.model_fields)):
        return f"did you mean {meant!r}, under workflow_definition?"
    return _REMOVE


def _value(path: Path, data: Any) -> Any:
    for part in path:
        data = data[part]
    return data
