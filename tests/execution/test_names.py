"""What a definition's texts can refer to (docs/contract.md#names-in-texts)."""

from __future__ import annotations

from typing import Any

import pytest

from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.errors import BlockError, TemplateError
from skyvern_dagster.execution.names import Names
from skyvern_dagster.execution.scope import LoopFrame, Scope
from skyvern_dagster.templating.absent import noting_absent
from skyvern_dagster.templating.rendering import evaluate
from skyvern_dagster.workflow.loader import Workflow
from tests.compiler.definitions import context, given, mail_secrets, upload, workflow
from tests.scopes import new_scope

TASK: dict[str, Any] = {
    "task_id": "tsk_1",
    "status": "completed",
    "extracted_information": {"rows": [{"id": "A"}], "url": "https://example.com/"},
    "failure_reason": None,
    "errors": [],
}


def made() -> Workflow:
    parameters = [
        given("city"),
        given("data", "json", {"key": "value", "list": [1]}),
        context("rows", "a_output"),
        context("url", "a_output"),
        context("id", "rows"),
        context("key", "data"),
        context("absent", "a_output"),
        {"key": "login", "parameter_type": "credential"},
        *mail_secrets(),
    ]
    return workflow([upload("a"), upload("b")], parameters)


def scope_with(output: Any = TASK) -> Scope:
    scope = new_scope(made(), {"city": "Cork"}, "wr_1")
    return scope.with_outcome("a", BlockOutcome(status="completed", output=output))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("city", "Cork"),
        ("data", {"key": "value", "list": [1]}),
        ("a", TASK),
        ("a_output", TASK),
        ("rows", [{"id": "A"}]),
        ("url", "https://example.com/"),
        ("key", "value"),
        ("absent", None),
        ("smtp_password", "secret://smtp_password"),
        (
            "login",
            {"username": "secret://login/username", "password": "secret://login/password"},
        ),
        ("workflow_run_id", "wr_1"),
        ("workflow_title", "A sample"),
        ("workflow_run_outputs", {"a_output": TASK, "a": TASK}),
        (
            "workflow_run_summary",
            {
                "status": "running",
                "failure_reason": None,
                "output": {"a": TASK},
                "files": [],
                "errors": [],
            },
        ),
    ],
)
def test_names(name: str, value: object) -> None:
    names = Names(made().definition, scope_with())

    assert name in names
    assert names[name] == value


@pytest.mark.parametrize("name", ["current_value", "current_index", "nothing"])
def test_names_that_are_not_there(name: str) -> None:
    names = Names(made().definition, scope_with())

    assert name not in names
    with pytest.raises(KeyError):
        names[name]


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{{ b_output }}", ""),
        ("{{ b }}", ""),
        ("<{{ b_output.x.y }}>", "<>"),
        ("{{ b.x | tojson }}", "null"),
        ("{{ b_output or a_output.url }}", "https://example.com/"),
        ("{{ b_output | default('-') }}", "-"),
        ("{% if b %}x{% else %}y{% endif %}", "y"),
        ("{% for each in b.rows %}x{% endfor %}", ""),  # in the renderer's process
        ("{% for each in a.rows %}{{ each.id }}{{ b.x }}{% endfor %}", "A"),
    ],
)
def test_what_a_block_that_was_not_carried_out_would_have_made_is_empty(
    template: str, value: object
) -> None:
    names = Names(made().definition, scope_with())
    with noting_absent() as noted:
        assert evaluate(template, names) == value
    assert any("has not been carried out" in line for line in noted) or "default" in template
    assert names["b_output"] is None
    assert "b_output" in names
    with pytest.raises(TemplateError, match="'c_output' is undefined"):
        evaluate("{{ c_output }}", names)


def test_every_name_that_is_listed_can_be_looked_up() -> None:
    names = Names(made().definition, scope_with())

    assert len(dict(names)) == len(names)
    assert all(name in names for name in names)


def test_an_output_with_errors_gives_nothing() -> None:
    failed = {**TASK, "errors": [{"error_code": "x"}]}

    assert Names(made().definition, scope_with(failed))["rows"] is None


@pytest.mark.parametrize(
    ("item", "expected"), [({"id": "B", "x": 1}, "B"), ("plain", "plain"), (7, 7)]
)
def test_inside_a_loop_the_item_comes_first(item: object, expected: object) -> None:
    frame = LoopFrame(label="l", index=3, key="3", value=item, source="rows")

    names = Names(made().definition, scope_with().iteration_scope(frame))

    assert names["id"] == expected
    assert (names["current_value"], names["current_item"], names["current_index"]) == (
        item,
        item,
        3,
    )


def test_an_item_without_the_key_is_an_error() -> None:
    frame = LoopFrame(label="l", index=0, key="0", value={"number": 1}, source="rows")
    names = Names(made().definition, scope_with().iteration_scope(frame))

    with pytest.raises(BlockError, match=r"'rows' has no 'id'; it has: number"):
        names["id"]
