"""How well the name of a value fits a field of a form."""

from __future__ import annotations

import re

from skyvern_dagster.reading.concepts import MOSTLY, concept, concepts
from skyvern_dagster.reading.controls import Input
from skyvern_dagster.reading.words import name_words, overlap

_HINT = 0.9
"""What pages call a field inside (its name, its id) counts a little less than what people read."""

_UMLAUTS = re.compile(r"([aou])e")
"""How programmers write what `fold` makes a plain vowel of: `zaehlernummer`."""


def field_fit(name: str, field: Input) -> float:
    """0 to 1: by the words of both, else by what both mean.

    Args:
        name: What the value is called: ``first_name``, ``dueDate``.
        field: One of the page's.
    """
    spoken = " ".join(name_words(name))
    score = max(
        max(overlap(said, field.label), _HINT * overlap(said, field.hints))
        for said in (spoken, _UMLAUTS.sub(r"\1", spoken))
    )
    for one in concepts("form."):
        meant = one.score(spoken)
        if meant >= MOSTLY:
            score = max(score, meant * max(one.score(field.label), _HINT * one.score(field.hints)))
    return score


def takes_part_only(name: str, field: Input) -> bool:
    """Whether a field takes a part of a value: a first name isn't the whole one."""
    spoken, label = " ".join(name_words(name)), field.label
    whole = concept("form.full_name").score(spoken) >= MOSTLY
    parts = (concept("form.first_name"), concept("form.last_name"))
    return whole and any(
        one.score(label) > max(one.score(spoken), concept("form.full_name").score(label))
        for one in parts
    )
