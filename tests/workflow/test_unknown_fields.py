"""Fields that the format doesn't have: passed over with a warning, but for those meant otherwise.

docs/contract.md#definitions says which.
"""

from __future__ import annotations

import pytest

from skyvern_dagster.workflow.findings import Finding
from tests.workflow.documents import TASK, document, findings, load

LOOP = "block_type: for_loop, label: l, loop_over_parameter_key: items"
ITEMS = "- {key: items, parameter_type: workflow, workflow_parameter_type: json}\n"


def task(field: str) -> str:
    return f"- {{block_type: task, label: first, url: 'https://shop.example', {field}}}\n"


def of_field(text: str) -> list[Finding]:
    return [each for each in findings(text) if each.message.startswith("unknown field")]


@pytest.mark.parametrize(
    ("text", "field", "hint"),
    [
        (document(task("ui_position: {x: 1}")), "ui_position", "remove it"),
        (document(task("notes: the first page")), "notes", "remove it"),
        # A label is there: nobody means another one.
        (document(task("name: Open the shop")), "name", "did you mean 'label'?"),
        (document(task("type: task")), "type", "did you mean 'block_type'?"),
        # Skyvern has such a field elsewhere, and passes it over here, too.
        (document(task("webhook_callback_url: 'https://x.example'")), "webhook_callback_url",
         "it belongs to the top level of the document"),
        (document(task("blocks: [x]")), "blocks", "it belongs under workflow_definition"),
        (document(task("wait_sec: 3")), "wait_sec", "remove it"),
        (document(task("max_steps: 3")), "max_steps", "did you mean 'max_steps_per_run'?"),
        (document(task("prompt: Log in")), "prompt", "did you mean 'navigation_goal'?"),
        (document("- {block_type: wait, label: w, parameter_keys: [a]}\n"), "parameter_keys",
         "remove it"),
        (document(parameters="- {key: k, parameter_type: workflow, required: true}\n"), "required",
         "remove it"),
        (document(
            f"{TASK}- {{block_type: conditional, label: c, branch_conditions: [{{order: 1, "
            "criteria: {expression: '{{ 1 }}', sure: 1}, next_block_label: z}]}\n"
            "- {block_type: wait, label: z}\n"), "order", "remove it"),
        (document(f"- {{{LOOP}, loop_blocks: [{{block_type: wait, label: w, zzz: 1}}]}}\n", ITEMS),
         "zzz", "remove it"),
        (document() + "created_at: '2026-01-01'\n", "created_at", "remove it"),
        (document() + "  browser_settings: {locale: de}\n", "locale", "remove it"),
    ],
)  # fmt: skip
def test_what_skyvern_passes_over_is_a_warning(text: str, field: str, hint: str) -> None:
    found = of_field(text)[0]
    assert found.message == f"unknown field {field!r} has no effect"
    assert (found.severity, found.hint) == ("warning", hint)
    assert load(text).definition.blocks


@pytest.mark.parametrize(
    ("text", "field", "hint"),
    [
        (document(task("navigation_gaol: x")), "navigation_gaol",
         "did you mean 'navigation_goal'?"),
        (document(task("maxRetries: 1")), "maxRetries", "did you mean 'max_retries'?"),
        (document(task("continue-on-failure: true")), "continue-on-failure",
         "did you mean 'continue_on_failure'?"),
        (document(task("goal: Log in")), "goal", "did you mean 'navigation_goal'?"),
        (document(f"- {{{LOOP}, next_loop_on_failur: true, loop_blocks: []}}\n", ITEMS),
         "next_loop_on_failur", "did you mean 'next_loop_on_failure'?"),
        (document("- {block_type: for_loop, label: l, loop_over: items, loop_blocks: []}\n", ITEMS),
         "loop_over", "did you mean 'loop_over_parameter_key'?"),
        (document(parameters="- {key: k, parameter_type: workflow, default: 3}\n"), "default",
         "did you mean 'default_value'?"),
        (document() + "webhook_url: 'https://x.example'\n", "webhook_url",
         "did you mean 'webhook_callback_url'?"),
        (document("- {block_type: workflow_trigger, label: t, workflow_permanent_id: w, "
                  "parameters: {a: 1}}\n"), "parameters", "did you mean 'payload'?"),
        (document() + "dagster: {colour: red}\n", "colour", "remove it"),
    ],
)  # fmt: skip
def test_what_is_meant_for_another_field_is_an_error(text: str, field: str, hint: str) -> None:
    (found,) = of_field(text)
    assert found.message == f"unknown field {field!r}"
    assert (found.severity, found.hint) == ("error", hint)


@pytest.mark.parametrize("value", ["null", "''", "[]", "{}", "false"])
def test_a_field_of_a_newer_version_that_is_empty_says_nothing(value: str) -> None:
    """Skyvern's exports write all fields out."""
    assert load(document(task(f"brand_new: {value}"))).warnings == ()


def test_an_empty_slip_is_told() -> None:
    (found,) = of_field(document(task("navigation_gaol: ")))
    assert (found.severity, found.hint) == ("warning", "did you mean 'navigation_goal'?")


def test_many_blocks_of_a_newer_version_load() -> None:
    """The same words in each: they are looked at once."""
    blocks = "".join(
        f"- {{block_type: wait, label: w{number}, new_{number % 3}: 1, newer: 2, newest: 3}}\n"
        for number in range(300)
    )
    assert len(load(document(blocks)).definition.blocks) == 300


def test_what_an_anchor_stands_in_keeps_what_is_passed_over_elsewhere() -> None:
    text = document("""\
    - &b {block_type: wait, label: a, zzz: &kept {x: 1}}
    - {block_type: code, label: c, code: "x = 1"}
    - {block_type: http_request, label: h, url: 'https://x.example', body: *kept}
    """)
    *_, request = load(text).definition.blocks
    assert getattr(request, "body") == {"x": 1}  # noqa: B009 - a block's own field
