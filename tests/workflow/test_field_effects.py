"""Every field of a definition has an effect or a warning; none is dropped in silence."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

import skyvern_dagster
from skyvern_dagster.blocks.registry import block_types
from skyvern_dagster.workflow.browser_settings import BrowserSettings
from skyvern_dagster.workflow.definition import DefinitionBody, WorkflowDefinition
from skyvern_dagster.workflow.inert import NO_NEWS, instead_of
from skyvern_dagster.workflow.parameters import PARAMETER_MODELS
from skyvern_dagster.workflow.run_retries import RetryOn, RunRetryPolicy
from tests.workflow.documents import TASK, document, findings

FOR_PEOPLE = {"description", "is_saved_task"}
"""What is for people alone; ``is_saved_task`` is told back to clients."""

TOLD_BACK = {"proxy_location", "is_saved_task"}
"""Fields without effect that the model has: answers to clients hold them."""

DISCRIMINATORS = {"parameter_type", "block_type"}

MODELS: dict[str, type[BaseModel]] = {
    "workflow": WorkflowDefinition,
    "workflow_definition": DefinitionBody,
    "browser_settings": BrowserSettings,
    "retry_policy": RunRetryPolicy,
    "retry_on": RetryOn,
    **block_types(),
    **PARAMETER_MODELS,
}


def _inert(model: type[BaseModel]) -> frozenset[str]:
    inert: frozenset[str] = getattr(model, "inert_fields", frozenset())
    return inert


@pytest.fixture(scope="module")
def read() -> frozenset[str]:
    """The attributes that our code reads anywhere."""
    return frozenset(_attributes())


def _attributes() -> Iterator[str]:
    for file in Path(skyvern_dagster.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                yield node.attr


@pytest.mark.parametrize("name", MODELS)
def test_a_field_that_nobody_reads_is_one_without_effect(name: str, read: frozenset[str]) -> None:
    model = MODELS[name]
    silent = set(model.model_fields) - read - _inert(model) - DISCRIMINATORS - FOR_PEOPLE
    assert silent == set()


@pytest.mark.parametrize("name", MODELS)
def test_a_field_without_effect_is_one_that_nobody_reads_off_the_model(name: str) -> None:
    model = MODELS[name]
    assert _inert(model) & set(model.model_fields) <= TOLD_BACK


def _with(name: str, field: str, value: str) -> str:
    if name in block_types():
        return document(TASK.replace("block_type: task,", f"block_type: {name}, {field}: {value},"))
    if name in PARAMETER_MODELS:
        return document(
            TASK, parameters=f"- {{key: k, parameter_type: {name}, {field}: {value}}}\n"
        )
    plain = document(TASK)
    if name == "workflow":
        return f"{field}: {value}\n{plain}"
    return plain.replace("workflow_definition:\n", f"workflow_definition:\n  {field}: {value}\n")


@pytest.mark.parametrize(
    ("name", "field"),
    [(name, field) for name, model in MODELS.items() for field in sorted(_inert(model))],
)
def test_a_field_without_effect_is_told(name: str, field: str) -> None:
    told = [str(each) for each in findings(_with(name, field, "7"))]
    assert any(f"'{field}' has no effect here" in each for each in told), told
    if not any(each is True for each in NO_NEWS.get(field, ())):
        return
    told = [str(each) for each in findings(_with(name, field, "false"))]
    assert any(f"'{field}' has no effect here" in each for each in told), told


def test_what_has_the_effect_instead_is_said() -> None:
    fields = {field for model in MODELS.values() for field in _inert(model)}
    assert [field for field in sorted(fields) if not instead_of(field)] == []
