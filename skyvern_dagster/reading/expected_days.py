"""Days that are only expected, and those on which something happened.

``Expected delivery: 1 July`` is no day on which anything was delivered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from skyvern_dagster.reading.concepts import concept
from skyvern_dagster.reading.facts import Fact
from skyvern_dagster.reading.schema import FieldSpec
from skyvern_dagster.reading.text_lengths import LABEL
from skyvern_dagster.reading.words import name_words

_NEITHER = frozenset({"due_date", "date_of_birth"})
"""A day on which something has to be done is told by its own name."""


def is_expected(fact: Fact) -> bool | None:
    """Whether a day is called an expected one (or one that was); ``None`` where nothing says it."""
    return next((told for text in _around(fact) if (told := _told(text)) is not None), None)


def is_another(field: FieldSpec, fact: Fact, others: Iterable[Fact] = ()) -> bool:
    """Whether a day is an expected one where the field is about one that was, or vice versa.

    Args:
        field: One that asks for a day. Its name may leave it open (`delivery_date`).
        fact: The day.
        others: Those that other records give: where some were, the expected ones aren't meant.
    """
    if field.kind != "date" or field.concept in _NEITHER:
        return False
    told = is_expected(fact)
    if told is None:
        return False
    asked = _told(" ".join((*name_words(field.name), field.description)))
    if asked is None:
        return told and any(is_expected(other) is not True for other in others)
    return told is not asked


def _around(fact: Fact) -> Iterator[str]:
    """What stands around a day, the nearest first."""
    yield fact.label
    text = fact.node.full_text
    if len(text) <= LABEL:
        yield text
    yield fact.column


def _told(text: str) -> bool | None:
    if concept("day.expected").mentioned(text):
        return True
    return False if concept("day.happened").mentioned(text) else None
