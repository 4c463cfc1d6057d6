"""Whom an answer is about: ``Welcome, Ada!``, ``Your table for Ada Oak is booked``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from skyvern_dagster.agent.proof_text import folded
from skyvern_dagster.agent.sent_values import MeantValue
from skyvern_dagster.reading.concepts import NEARLY_ONLY, concept, word_list
from skyvern_dagster.reading.words import words

NAME = r"[A-ZÀ-Ý][\w'’-]+"
"""A name as people write it."""
_NAMES = ("form.full_name", "form.first_name", "form.last_name")


def greeted_otherwise(
    text: str, entered: Sequence[MeantValue], before: str
) -> Iterator[tuple[str, MeantValue]]:
    """Another name than those that were given, behind a greeting.

    Args:
        text: A paragraph that wasn't shown before.
        entered: What was sent.
        before: What was shown before: whose account it is may be greeted, too.
    """
    named = [one for one in entered if any(_means(one.label, name) for name in _NAMES)]
    given = {word for one in entered for each in one.texts for word in words(each)}
    found = _greeted().match(text)
    if not named or found is None:
        return
    said = set(words(found[1]))
    if not said & given and f" {folded(found[1])} " not in f" {before} ":
        yield found[1], named[0]


def named_otherwise(
    sentence: str, entered: Sequence[MeantValue], before: str, page_text: str
) -> Iterator[tuple[str, MeantValue]]:
    """Whom it is for, where a whole name was given and isn't to be seen anywhere.

    Args:
        sentence: One that says that something was done.
        entered: What was sent.
        before: What was shown before.
        page_text: All of the page.
    """
    parts = [one for one in entered if any(_means(one.label, name) for name in _NAMES)]
    named = {word for one in parts for word in words(one.texts[0])}
    found = _person().search(sentence)
    if len(named) <= 1 or found is None or folded(found[1]) in before:
        return
    others = {word for one in entered for text in one.texts for word in words(text)}
    if not set(words(found[1])) & others and not named <= set(words(page_text)):
        yield found[1], parts[0]


@cache
def _person() -> re.Pattern[str]:
    """A name of two or three words behind the word for whom something is."""
    listed = word_list("persons")
    leads, others = ("|".join(listed[name]) for name in ("for_whom", "no_names"))
    return re.compile(rf"\b(?:{leads})\s+(?!(?:{others})\b)({NAME}(?:\s+{NAME}){{1,2}})")


@cache
def _greeted() -> re.Pattern[str]:
    """One to three words in capitals, and nothing behind them, or a comma."""
    listed = "|".join(map(re.escape, word_list("persons")["greetings"]))
    return re.compile(rf"\W*(?:{listed}),?\s+({NAME}(?:\s+{NAME}){{0,2}})\s*(?:[!,.]|$)")


def _means(label: str, name: str) -> bool:
    return concept(name).score(label) >= NEARLY_ONLY
