"""What a loop goes over, and what it says of what is no list."""

from __future__ import annotations

from typing import Any

import pytest

from skyvern_dagster.errors import BlockError
from skyvern_dagster.execution.loop_items import loop_items
from skyvern_dagster.workflow.loader import Workflow
from tests.compiler.definitions import given, loop, upload, workflow
from tests.scopes import new_scope


def _items(value: Any, reference: str = "xs") -> list[Any]:
    made: Workflow = workflow(
        [loop("each", "", upload("leaf"), loop_variable_reference=reference)],
        [given("xs", "json", value)],
    )
    return loop_items(made, made.definition.blocks[0], new_scope(made, {"xs": value}, "wr_1"))  # type: ignore[arg-type] # a loop


@pytest.mark.parametrize(
    ("value", "items"),
    [
        ([1, "b"], [1, "b"]),
        ('["a", "b"]', ["a", "b"]),
        (' [{"a": 1}]', [{"a": 1}]),
        ({"results": [1]}, [1]),
        ({"extracted_information": {"results": [2]}}, [2]),
    ],
)
def test_what_is_a_list(value: Any, items: list[Any]) -> None:
    assert _items(value) == items


@pytest.mark.parametrize(
    ("value", "items"), [("a, b,c", ["a", "b", "c"]), ({"x": 1, "y": 2}, [1, 2]), (3, [0, 1, 2])]
)
def test_what_is_none_says_how_it_becomes_one(value: Any, items: list[Any]) -> None:
    with pytest.raises(BlockError, match="no list to loop over") as refused:
        _items(value)
    hint = str(refused.value).partition("write ")[2]
    assert _items(value, hint) == items


@pytest.mark.parametrize("value", [True, "abc", "[1, 2", 1.5, None])
def test_other_values_are_no_list(value: Any) -> None:
    with pytest.raises(BlockError, match="no list to loop over"):
        _items(value)
