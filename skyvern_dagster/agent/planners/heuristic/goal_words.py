"""The words of a goal, and which of them nothing accounts for: then something else is meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from skyvern_dagster.agent.planners.heuristic.instructions import clauses_of, is_done_anyway
from skyvern_dagster.agent.planners.heuristic.situation import Situation
from skyvern_dagster.reading.acts import acts_of, is_kin, is_kin_of_any, linking_words
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.field_values import same_value, times_in
from skyvern_dagster.reading.identifiers import mentions_identifier
from skyvern_dagster.reading.nested_values import flat_items
from skyvern_dagster.reading.ordinals import numbers_in_words
from skyvern_dagster.reading.words import fold, fold_in_place, name_words, words

WORD = re.compile(r"[^\W_]+(?:[-.:,/@'’][^\W_]+)*")
"""A word, a code, an address or a number with what joins its parts."""
_LEAST_CODE = 3
"""Characters: a shorter number may count steps or pages; it has to stand behind its noun."""
_TIME = re.compile(
    r"\b\d{1,2}(?:[:.h]\d{2})?\s*(?:[ap]\.?m\b\.?|uhr\b|h\b)|\b\d{1,2}[:h]\d{2}\b", re.I
)


@dataclass(frozen=True)
class Held:
    """What accounts for words of a goal.

    Attributes:
        values: What is handed over, in whatever form.
        texts: What the page says of what is done: headings, labels, the button.
        today: The day of the run.
    """

    values: tuple[str, ...]
    texts: tuple[str, ...]
    today: date

    def left(self, text: str) -> list[str]:
        """The words of a text that aren't accounted for, in order."""
        rest = self._without_values(self._without_times(self._without_days(text)))
        said = frozenset(word for one in self.texts for word in words(one))
        links = linking_words(text)
        before, left, counted = "", list[str](), set[str]()
        for one in _singles(rest):
            number = str(numbers_in_words().get(one, one))
            # Of `two rooms for two guests`, one field holds one of them.
            if number in counted or not self._is_held(one, before, said, links):
                left.append(one)
            counted |= {number} if number.isdigit() and len(number) < _LEAST_CODE else set()
            before = one
        return left

    def _is_held(self, word: str, before: str, said: frozenset[str], links: frozenset[str]) -> bool:
        number = str(numbers_in_words().get(word, word))
        if number == word and not any(map(str.isdigit, word)):
            return word in links or is_kin_of_any(word, said)
        if any(same_value(number, value) for value in self.values):
            return True
        if len(number) >= _LEAST_CODE:
            return any(mentions_identifier(one, number) for one in self.texts)
        return bool(before) and any(self._says_both(one, before, number) for one in self.texts)

    @staticmethod
    def _says_both(text: str, noun: str, number: str) -> bool:
        """Whether a text has a number right behind its noun: `Room 7`, and not `Step 7`."""
        told = words(text)
        return any(is_kin(noun, one) and other == number for one, other in pairwise(told))

    def _without_days(self, text: str) -> str:
        held = [day for value in self.values for day in find_dates(value, self.today)]
        for one in reversed(find_dates(text, self.today)):
            days = {(day.month, day.day) for day in one.days}
            same = any(
                days & {(day.month, day.day) for day in other.days}
                if one.yearless
                else one.days & other.days
                for other in held
            )
            if same and not one.ambiguous:
                text = f"{text[: one.start]} {text[one.end :]}"
        return text

    def _without_times(self, text: str) -> str:
        held = {time for value in self.values for time in times_in(value)}
        for match in reversed(list(_TIME.finditer(text))):
            if times_in(match.group()) <= held:
                text = f"{text[: match.start()]} {text[match.end() :]}"
        return text

    def _without_values(self, text: str) -> str:
        plain = fold_in_place(text)
        for value in sorted(map(fold, self.values), key=len, reverse=True):
            if value and not (value.isdigit() and len(value) < _LEAST_CODE):
                plain = re.sub(rf"(?<![^\W_]){re.escape(value)}(?![^\W_])", " ", plain)
        return plain


def requests_of(situation: Situation) -> str:
    """What a goal says to do, without what is done anyway."""
    clauses = clauses_of(situation.intent.instructions)
    return ". ".join(one for one in clauses if not is_done_anyway(one) or _says_act(one))


def _says_act(clause: str) -> bool:
    """Whether a clause says to do something: `Order cookies` closes no banner."""
    return any(acts_of(word) for word in words(clause))


def payload_names(situation: Situation) -> Iterator[str]:
    """What the payload calls its values: goals speak of `the given order_id`."""
    for path, _ in flat_items(situation.goal.payload):
        yield " ".join(name_words(path))


def _singles(text: str) -> Iterable[str]:
    for match in WORD.finditer(text):
        whole = fold(match.group())
        yield from (whole,) if any(map(str.isdigit, whole)) else words(whole)
