"""Whether a goal wants a list as it is, or some of its entries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.reading.words import name_words, stem, stems, words

_NO_WORDS = frozenset({"type", "format", "pattern", "$schema", "$id", "$ref"})


def wants_all(goal: Goal, known: Iterable[str]) -> bool:
    """Whether every entry of a list is wanted, for all that the words of the goal say.

    Each word must be one that asks for lists, or one that the page or the schema calls things by:
    one more ("unpaid", "Berlin") may be a condition that all of today's entries happen to meet.

    Args:
        goal: The task's goal.
        known: Names of the data's fields; headings and headers of the page.
    """
    asked = words(goal.data_extraction_goal)
    told = words(goal.navigation_goal)
    described = {word for text in _descriptions(goal.data_schema) for word in words(text)}
    if _words("picking") & {*asked, *described} or _words("strong") & set(told):
        return False
    if any(re.search(r"\d", word) for word in described):
        return False
    names = {each for text in known for each in stems(" ".join(name_words(text)))}
    plain = {stem(word) for word in asked if word not in _words("asking")}
    return not any(re.search(r"\d", word) or word not in names for word in plain)


def _descriptions(schema: Any) -> Iterator[str]:
    """What a schema says in words, beside the names of fields."""
    match schema:
        case str():
            yield schema
        case list():
            for each in schema:
                yield from _descriptions(each)
        case dict():
            for name, each in schema.items():
                if not (isinstance(each, str) and name in _NO_WORDS):
                    yield from _descriptions(each)
        case _:
            return


@cache
def _words(name: str) -> frozenset[str]:
    listed = yaml.safe_load(files(__package__).joinpath("conditions.yaml").read_text("utf-8"))
    return frozenset(words(listed[name]))
