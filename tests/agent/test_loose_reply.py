"""Answers in the forms of other agents: what they can only mean is what they mean."""

from __future__ import annotations

from typing import Any

import pytest

from skyvern_dagster.agent.planners.llm.loose_reply import as_decision, decision_list

_KINDS = ("click", "input_text", "select_option", "goto", "complete")
_REFS = ("e1", "e12", "f1e3")
_CLICK = {"type": "click", "ref": "e12"}


@pytest.mark.parametrize(
    "entry",
    [
        {"type": "click", "ref": "[e12]"},
        {"type": "click", "ref": "ref=e12"},
        {"type": "Click", "ref": "@e12"},
        {"type": "click", "ref": 'link "Orders" [e12]'},
        {"type": "click", "ref": 12},
        {"action": "click", "ref": "e12"},
        {"click": {"ref": "e12"}},
        {"name": "click", "arguments": {"ref": "e12"}},
    ],
)
def test_one_meaning_is_taken(entry: dict[str, Any]) -> None:
    read = as_decision(entry, _KINDS, _REFS)
    assert _CLICK.items() <= read.items()


@pytest.mark.parametrize(
    ("entry", "field", "value"),
    [
        ({"type": "fill", "ref": "e1", "value": "Ada"}, "type", "input_text"),
        ({"type": "input_text", "ref": "e1", "value": "Ada"}, "text", "Ada"),
        ({"type": "select-option", "ref": "e1", "value": "Graz"}, "label", "Graz"),
        ({"type": "click", "ref": "e1 or e12"}, "ref", "e1 or e12"),
        ({"type": "click", "ref": "e99"}, "ref", "e99"),
        ({"type": "fly", "ref": "e1"}, "type", "fly"),
    ],
)
def test_what_has_several_meanings_stays(entry: dict[str, Any], field: str, value: str) -> None:
    assert as_decision(entry, _KINDS, _REFS)[field] == value


def test_the_list_is_found_under_other_names() -> None:
    assert decision_list({"thought": "x", "actions": [_CLICK]}) == [_CLICK]
    assert decision_list({"action": _CLICK}) == [_CLICK]
    assert decision_list({"why": "x"}) is None
