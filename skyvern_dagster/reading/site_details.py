"""What an answer says of the site itself: when it is open, and where one may call."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import cache

from skyvern_dagster.reading.concepts import word_list
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.words import fold, words

_PHONE = re.compile(r"(?<![\w.,/-])\+?\(?\d[\d\s/()-]{4,}\d(?![\w/-])")
_LEAST_PHONE = 6
"""Figures of a telephone number."""
_NEAR = 4
"""Words between `call us` and the number."""


def tells_hours(text: str) -> bool:
    """Whether a text says when the site is open, and nothing else."""
    plain = fold(text)
    named = _opening().match(plain)
    if named is None:
        return False
    rest = re.sub(r"\S*\d\S*", " ", plain[named.end() :])
    return set(words(rest)) <= _hours_words()


def without_phones(text: str, given: Iterable[str]) -> str:
    """A text without the numbers that one may call, unless a number of that length was given.

    Then it may be the one that somebody is called on.
    """
    numbers = (value for value in given if not find_dates(value, date.max))
    if any(sum(map(str.isdigit, value)) >= _LEAST_PHONE for value in numbers):
        return text
    for match in reversed(list(_PHONE.finditer(text))):
        lead = words(text[: match.start()])[-_NEAR:]
        if set(lead) & frozenset(word_list("confirmations")["phones"]):
            text = f"{text[: match.start()]} {text[match.end() :]}"
    return text


@cache
def _opening() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(word_list('confirmations')['opening'])})(?![^\W_])")


@cache
def _hours_words() -> frozenset[str]:
    listed, calendar = word_list("confirmations"), word_list("calendar")
    days = (fold(name) for names in calendar["weekdays"] for name in names)
    return frozenset((*days, *listed["opening_beside"]))
