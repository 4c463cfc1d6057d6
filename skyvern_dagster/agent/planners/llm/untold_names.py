"""Names of persons and companies that a page doesn't say at all.

Words may be conclusions, also such with capitals (`Bank Transfer` for `SEPA`); who is named isn't.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.agent.planners.llm.data_schema import schema_of
from skyvern_dagster.browser.observation import Observation
from skyvern_dagster.reading.concepts import concept
from skyvern_dagster.reading.words import fold, name_words, words

_NAME = re.compile(r"[^\W\d_a-z][\w'’-]+(?:\s+[^\W\d_a-z][\w'’.-]*){1,3}")
"""Two to four words with capitals."""
_LATIN = re.compile(r"[a-z]")
_OTHER_LETTERS = re.compile(r"[^\W\d_a-z]")
_MOST_OTHER = 0.1
"""Share of letters of other scripts in a folded page of Latin ones: elsewhere names are written
in other letters than the page does."""
_LEAST = 3
"""Letters of a part of a name that is looked for: initials stand anywhere."""


def untold_name(data: Any, goal: Goal, observation: Observation) -> str:
    """A sentence on the first name of which the page says no part; empty where there is none."""
    page = fold(f"{observation.title} {observation.root.full_text} {observation.url}")
    other = len(_OTHER_LETTERS.findall(page))
    if other > _MOST_OTHER * (len(_LATIN.findall(page)) + other):
        return ""
    person, known = concept("goal.person"), frozenset(words(page))
    fields = schema_of(goal.data_schema).get("properties") or {}
    asked = len(fields) == 1 and person.mentioned(goal.data_extraction_goal)
    for key, value in _texts(data, ""):
        if not _NAME.fullmatch(value.strip()):
            continue
        parts = [one for one in words(value) if len(one) >= _LEAST]
        is_person = asked or person.mentioned(" ".join(name_words(key)))
        if is_person and parts and not any(one in known or one in page for one in parts):
            return f"{key}: {value[:80]!r} stands nowhere on the page"
    return ""


def _texts(data: Any, key: str) -> Iterator[tuple[str, str]]:
    match data:
        case dict():
            for name, item in data.items():
                yield from _texts(item, str(name))
        case list():
            for item in data:
                yield from _texts(item, key)
        case str():
            yield key, data
        case _:
            return
