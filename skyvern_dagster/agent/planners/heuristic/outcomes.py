"""Which error code of a task describes a situation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from skyvern_dagster.reading.concepts import word_list
from skyvern_dagster.reading.words import fold, name_words

_OF_NAME = 1.5
"""An error code's name says what it is for; its description mentions what it isn't, too."""
_FURTHER_WORD = 0.5
"""Longer phrases say more: half for each word beyond the first."""


def error_codes(mapping: Mapping[str, str], situation: str) -> tuple[str, ...]:
    """The codes that stand for a situation (a key of ``outcomes.yaml``), the nearest meaning first.

    Where none does, the codes of the situation that it falls back to: a locked account is a
    failed login.
    """
    kinds = {code: _kind(code, description, situation) for code, description in mapping.items()}
    wanted = situation
    while wanted:
        codes = tuple(code for code, kind in kinds.items() if kind == wanted)
        if codes:
            return codes
        wanted = str(_situations()[wanted]["falls_back_to"])
    return ()


def _kind(code: str, description: str, preferred: str) -> str:
    """The situation that a code stands for, going by the words of its name and description."""
    name, described = " ".join(name_words(code)), fold(str(description))
    scores = {kind: _score(kind, name, described) for kind in _situations()}
    best = max(scores.values())
    if best <= 0:
        return ""
    if scores[preferred] == best:
        return preferred
    return max(scores, key=lambda kind: scores[kind])


def _score(kind: str, name: str, described: str) -> float:
    return _OF_NAME * _matched(kind, name) + _matched(kind, described)


def _matched(kind: str, text: str) -> float:
    """Weight of the words of a situation in a text: longer phrases say more."""
    total, rest = 0.0, text
    for pattern, weight in _patterns(kind):
        rest, count = pattern.subn(" ", rest)
        total += weight * min(count, 1)
    return total


@cache
def _patterns(kind: str) -> tuple[tuple[re.Pattern[str], float], ...]:
    terms = sorted(
        (fold(str(term)) for term in _situations()[kind]["words"]), key=len, reverse=True
    )
    return tuple(
        (
            re.compile(rf"(?<![^\W_]){re.escape(term)}(?![^\W_])"),
            1.0 + _FURTHER_WORD * term.count(" "),
        )
        for term in terms
    )


def _situations() -> dict[str, dict[str, Any]]:
    situations: dict[str, dict[str, Any]] = word_list("outcomes")
    return situations
