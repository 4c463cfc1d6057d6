"""Definitions that are there to keep a server busy are refused, or read in linear time."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from skyvern_dagster.workflow.findings import InvalidDefinitionError
from skyvern_dagster.workflow.loader import load_text

HEAD = "title: t\nworkflow_definition:\n  parameters:\n"
TASK = "  - block_type: task\n    label: b{0}\n    url: https://example.com\n"


def blocks(count: int, more: str = "") -> str:
    return "  blocks:\n" + "".join((TASK + more).format(each) for each in range(count))


def deep_json(depth: int) -> str:
    return json.dumps({"a": 1})[:-1] + ', "b": ' + "[" * depth + "]" * depth + "}"


VALUES = "has more than 200,000 values"
LARGE: dict[str, tuple[Callable[[], str], str]] = {
    "a list": (lambda: "[" + "a," * 400_000 + "]", VALUES),
    "a list of JSON": (lambda: json.dumps({"title": [1] * 400_000}), VALUES),
    "a list, and a mistake at its end": (lambda: "[" + "a," * 190_000 + "!!int x]", "is no int"),
    "a list without an end": (lambda: "[" + "a," * 150_000, "can't be read as YAML"),
    "a list, and a tab": (lambda: "[" + "a," * 190_000 + "]\t", "must be a mapping"),
    "one text": (lambda: "title: " + "x" * 2_000_000, "more than 2,000,000 characters"),
    "depth": (lambda: deep_json(500_000), "nested too deeply"),
    "depth by lines": (lambda: "a:\n " + "- " * 700_000, "nested too deeply"),
    "half a character": (lambda: "title: " + "x" * 100_000 + "\ud800", "half of a character"),
    "names that nobody knows": (
        lambda: HEAD + blocks(4000, "    navigation_goal: '{{{{ c{0} }}}}'\n"),
        "unknown name 'c0'",
    ),
    "fields that nobody knows": (
        lambda: HEAD + blocks(1) + "".join(f"    f{n}: 1\n" for n in range(60_000)),
        "unknown field 'f0'",
    ),
    "a chain of parameters": (
        lambda: HEAD + "".join(
            f"  - {{parameter_type: context, key: k{n}, source_parameter_key: k{n + 1}}}\n"
            for n in range(10_000)
        ) + blocks(1),
        "unknown source 'k10000'",
    ),
    "a circle of parameters": (
        lambda: HEAD + "".join(
            f"  - {{parameter_type: context, key: k{n}, source_parameter_key: k{(n + 1) % 9999}}}\n"
            for n in range(9999)
        ) + blocks(1),
        "is its own source",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LARGE)
def test_what_is_there_to_keep_a_server_busy_is_refused_soon(name: str) -> None:
    make, message = LARGE[name]
    text = make()
    before = time.thread_time()
    with pytest.raises(InvalidDefinitionError) as caught:
        load_text(text, source="x", name="x", from_rest=True)
    assert time.thread_time() - before < 10
    assert message in str(caught.value)
    assert len(caught.value.findings) <= 1500


def test_six_thousand_blocks_are_read_in_seconds() -> None:
    text = (
        HEAD
        + "".join(
            f"  - {{parameter_type: workflow, key: password{n}, workflow_parameter_type: string}}\n"
            for n in range(1500)
        )
        + blocks(6000, "    navigation_goal: 'Look for {{{{ password1 }}}} and b{0}'\n")
    )
    before = time.thread_time()
    workflow = load_text(text, source="x", name="x")
    assert time.thread_time() - before < 10
    assert len(workflow.definition.blocks) == 6000


def test_warnings_without_end_hide_no_error() -> None:
    secrets = "".join(
        f"  - {{parameter_type: workflow, key: password{n}, workflow_parameter_type: string}}\n"
        for n in range(600)
    )
    text = HEAD + secrets + blocks(1) + "dagster: {retries: {nowhere: {max_retries: 2}}}\n"
    with pytest.raises(InvalidDefinitionError, match="there is no block 'nowhere'"):
        load_text(text, source="x", name="x")


def test_a_circle_is_told_of_what_is_in_it_alone() -> None:
    chain = [("a", "b"), ("b", "c"), ("c", "b"), ("d", "d")]
    text = (
        HEAD
        + "".join(
            f"  - {{parameter_type: context, key: {key}, source_parameter_key: {source}}}\n"
            for key, source in chain
        )
        + blocks(1)
    )
    with pytest.raises(InvalidDefinitionError) as caught:
        load_text(text, source="x", name="x")
    circular = [each.message for each in caught.value.findings if "own source" in each.message]
    assert circular == [f"context parameter {key!r} is its own source" for key in "bcd"]
