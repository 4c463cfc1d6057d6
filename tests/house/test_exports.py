"""The public names of the package."""

from __future__ import annotations

import inspect
import types

import pytest

import skyvern_dagster


def test_all_is_sorted_and_complete() -> None:
    there = [
        name
        for name, value in vars(skyvern_dagster).items()
        if not name.startswith("_")
        and not isinstance(value, types.ModuleType)
        and getattr(value, "__module__", "").startswith("skyvern_dagster")
    ]

    assert skyvern_dagster.__all__ == sorted(skyvern_dagster.__all__)
    assert set(skyvern_dagster.__all__) == set(there)


@pytest.mark.parametrize("name", skyvern_dagster.__all__)
def test_what_is_public_is_described(name: str) -> None:
    value = getattr(skyvern_dagster, name)

    assert (inspect.getdoc(value) or "").strip()
    assert (inspect.getmodule(value) or skyvern_dagster).__name__.startswith("skyvern_dagster")
