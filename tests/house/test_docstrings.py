"""Docstrings say something: no public module, class or function has one of a word or two."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.office import ROOT

FEWEST_WORDS = 3
"""``Forgets it.`` tells less than the name does."""

Described = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def described() -> Iterator[tuple[str, str]]:
    """Place and docstring of all that has one; ruff sees to it that what is public does."""
    for folder in ("skyvern_dagster", "api"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                text = ast.get_docstring(node) if isinstance(node, Described) else None
                if text is not None:
                    name = getattr(node, "name", "")
                    yield f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)} {name}", text


def test_nothing_is_described_by_a_word_or_two() -> None:
    found = dict(described())

    assert len(found) > 1000
    assert {
        place: text
        for place, text in found.items()
        if len(re.findall(r"[\w'-]+", text)) < FEWEST_WORDS
    } == {}


def test_a_description_is_more_than_the_name() -> None:
    assert [f"{place}: {text}" for place, text in described() if says_nothing(place, text)] == []


def says_nothing(place: str, text: str) -> bool:
    """Whether all words of a docstring stand in the name that it describes, or are mere joints."""
    name = place.rpartition(" ")[2]
    parts = {part.lower() for part in re.findall(r"[A-Z]?[a-z]+", name)}
    words = {word.lower() for word in re.findall(r"\w+", text)}
    return bool(name) and words <= parts | {f"{part}s" for part in parts} | JOINTS


JOINTS = frozenset({"a", "an", "the", "of", "one", "in", "for", "and", "to", "s", "it", "its"})


def test_what_says_nothing_is_seen() -> None:
    assert says_nothing("x.py:1 RunProcess", "The process of a run.")
    assert not says_nothing("x.py:1 RunProcess", "The process of a run, and what it prints.")
