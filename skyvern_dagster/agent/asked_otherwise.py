"""What a question names that a task hasn't given: another amount, number or name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from skyvern_dagster.agent.greeted_persons import NAME
from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.reading.concepts import word_list
from skyvern_dagster.reading.field_values import same_value
from skyvern_dagster.reading.nested_values import flat_items
from skyvern_dagster.reading.words import words

_NUMBER = re.compile(r"(?<![\w.,/-])\d+(?:[.,]\d+)*(?![\w/-])")


def asked_otherwise(question: str, goal: Goal, shown: str) -> str:
    """A number or a name of a question that a task hasn't given, where it has any of its kind.

    Args:
        goal: The task's.
        shown: What the page showed before: it may ask about that.
    """
    given = [
        str(value)
        for _, value in flat_items(goal.payload)
        if value not in (None, "") and not isinstance(value, bool)
    ]
    told = (*given, goal.navigation_goal)
    for match in _NUMBER.finditer(question):
        number = match.group()
        if number not in shown and not any(
            same_value(text, number) or number in text for text in told
        ):
            return number
    return _other_name(question, told)


def _other_name(question: str, told: Sequence[str]) -> str:
    leads = "|".join(word_list("persons")["for_whom"])
    named = re.search(rf"\b(?:{leads})\s+({NAME}(?:\s+{NAME}){{1,2}})", question)
    known = {word for text in told for word in words(text)}
    return named[1] if named and not set(words(named[1])) <= known else ""
