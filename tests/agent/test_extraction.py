from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyvern_dagster.agent.extraction import merge, mismatch

_VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@given(_VALUES)
def test_nothing_merged_in_changes_nothing(value: Any) -> None:
    assert merge(None, value) == value
    assert merge(value, None) == value


@given(st.lists(st.integers()), st.lists(st.integers()))
def test_lists_grow_without_repeats_of_what_is_there(old: list[int], new: list[int]) -> None:
    merged = merge(old, new)
    assert merged[: len(old)] == old
    assert set(merged) == set(old) | set(new)
    assert merge(merged, new) == merged


def test_parts_of_pages_join_by_key() -> None:
    first = {"url": "https://a", "total": None, "orders": [{"id": 1}]}
    second = {"url": "https://b", "total": 7, "orders": [{"id": 1}, {"id": 2}]}
    assert merge(first, second) == {
        "url": "https://a",
        "total": 7,
        "orders": [{"id": 1}, {"id": 2}],
    }


@pytest.mark.parametrize(
    "schema",
    [
        None,
        "the price",
        {"price": "for example 3"},
        {"type": "object", "properties": {"url": {"type": "url"}}},
        {"type": "object", "properties": {"url": {"type": "string"}}},
    ],
)
def test_loose_schemas_ask_for_no_more_than_they_say(schema: Any) -> None:
    assert mismatch({"url": "https://a"}, schema) is None


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ({"orders": "many"}, "$.orders"),
        ({"orders": [{"id": 7}]}, "$.orders[0].id"),
        ({}, "$"),
        ([], "$"),
    ],
)
def test_a_mismatch_says_where(data: Any, where: str) -> None:
    item = {"type": "object", "properties": {"id": {"type": "string"}}}
    schema = {
        "type": "object",
        "required": ["orders"],
        "properties": {"orders": {"type": "array", "items": item}},
    }
    found = mismatch(data, schema)
    assert found is not None
    assert found.startswith(where + ":")
