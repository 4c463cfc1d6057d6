"""What isn't understood of a text that says that something was done.

A page has endless ways to say that something was done otherwise, in part, later or not at all, and
few to say that it was done. So the few are known (``vocabulary/confirmations.yaml``): a text is
understood if it is made of nothing but these words, those that were given or stood there before,
and figures that are accounted for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from skyvern_dagster.reading.amounts import find_amounts
from skyvern_dagster.reading.concepts import word_list
from skyvern_dagster.reading.confirmation_words import (
    field_words,
    is_duration,
    is_known,
    is_numbered,
    is_of_one_stem,
    languages,
    says_done,
    unit_words,
    without_phrases,
)
from skyvern_dagster.reading.date_mention import DateMention
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.field_values import same_value, times_in
from skyvern_dagster.reading.mail_addresses import mail_addresses_in
from skyvern_dagster.reading.month_mentions import month_match
from skyvern_dagster.reading.participles import is_done_by
from skyvern_dagster.reading.site_details import tells_hours, without_phones
from skyvern_dagster.reading.unspaced import UNSPACED
from skyvern_dagster.reading.words import fold, stem, stems, words

_GIVEN = "\ue000"
"""Stands where something was given: what is before it says nothing of a figure behind it."""
_TIMES = re.compile(r"(?<=\d)\s*[x×](?=\s)|(?<!\S)[x×]\s?(?=\d)")
"""Between a number of pieces and what they are: `3 x Lamp`."""
_FIGURES = re.compile(r"\S*\d\S*")
_LETTERS = re.compile(r"[^\W\d_]+")
_AROUND = ".,;:!?()[]{}\"'«»„“”‘’-–—…•*"
_LEAST_VERB = 4
"""Letters of what is conjugated."""
_LEAST_GROUPED = 6
"""Characters of a number that may be shown in groups: an account, a telephone, a card."""
_LEAST_SHOWN = 3
"""Figures of a number that is hidden for the rest: a card's last three."""
_LEAST_HIDDEN = 8
"""Characters of a number of which only a part is shown."""
_NEAR = 4
"""Words between what is numbered and its number: `The number of your order is 4711`."""


@dataclass(frozen=True)
class Known:
    """What a text may repeat.

    Attributes:
        values: What was given: figures and days have to be theirs.
        texts: What else was said before: the goal, what fields are called, headings.
        fields: What the fields are called that were filled in.
        today: The day of the run.
    """

    values: tuple[str, ...]
    texts: tuple[str, ...]
    today: date
    fields: tuple[str, ...] = ()

    def unknown_word(self, text: str) -> str:
        """The first word of a text that isn't understood, whatever its figures say."""
        rest = self._without_values(self._without_weekday(self._without_days(text)))
        return self._unknown_word(_FIGURES.sub(" ", rest))

    def unknown(self, text: str, before: str = "") -> str:
        """The first figure or word of a text that isn't understood; empty where all of it is.

        Args:
            before: What stands before it: a label.
        """
        if tells_hours(text):
            return ""
        rest = without_phones(_TIMES.sub(" ", text), self.values)
        rest = self._without_days(self._without_sums(rest, before))
        rest = self._without_values(self._without_weekday(rest))
        figures = next(self._unknown_figures(rest, before), "")
        return figures or self._unknown_word(_FIGURES.sub(" ", rest))

    def _without_sums(self, text: str, before: str) -> str:
        """A text without the sums that were given, and those that a site works out."""
        for one in reversed(find_amounts(text)):
            lead = (*words(before), *words(text[: one.start]))[-_NEAR:]
            priced = set(word_list("confirmations")["prices"]) & set(lead)
            if priced or any(same_value(value, one.text) for value in self.values):
                text = f"{text[: one.start]} {_GIVEN} {text[one.end :]}"
        return text

    @cached_property
    def _days(self) -> frozenset[date]:
        found = (one for value in self.values for one in find_dates(value, self.today))
        return frozenset(day for one in found for day in one.days) | {self.today}

    @cached_property
    def _months(self) -> frozenset[tuple[int | None, int]]:
        named = (found[1] for value in self.values if (found := month_match(value)))
        return frozenset(named) | {(day.year, day.month) for day in self._days - {self.today}}

    def _without_days(self, text: str) -> str:
        """A text without the days and the month that were given, and today."""
        rest, end = "", 0
        for one in find_dates(text, self.today):
            if self._is_given(one):
                rest += f"{text[end : one.start]} {_GIVEN} "
                end = one.end
        rest += text[end:]
        month = None if find_dates(rest, self.today) else month_match(rest)
        if month and any(
            month[1][0] in {None, year} and month[1][1] == of_year for year, of_year in self._months
        ):
            rest = f"{rest[: month[0].start()]} {rest[month[0].end() :]}"
        return rest

    def _is_given(self, one: DateMention) -> bool:
        if one.yearless:
            given = {(day.month, day.day) for day in self._days}
            return any((day.month, day.day) in given for day in one.days)
        return bool(one.days & self._days)

    def _without_weekday(self, text: str) -> str:
        """A text without the names of the weekdays that were given."""
        plain = fold(text)
        for place, names in enumerate(word_list("calendar")["weekdays"]):
            if any(day.weekday() == place for day in self._days):
                plain = re.sub(rf"(?<![^\W_])(?:{'|'.join(names)})(?![^\W_])\.?", " ", plain)
        return plain

    def _without_values(self, text: str) -> str:
        plain = text
        for pattern in self._given:
            plain = pattern.sub(f" {_GIVEN} ", plain)
        for address in mail_addresses_in(plain):
            plain = plain.replace(address, " ")
        return plain

    @cached_property
    def _figures(self) -> frozenset[str]:
        """The figures of what was said before."""
        said = (one for text in self.texts for one in _FIGURES.findall(fold(text)))
        return frozenset(one.strip(_AROUND) for one in said)

    @cached_property
    def _given(self) -> tuple[re.Pattern[str], ...]:
        plain = sorted({fold(one) for one in self.values} - {""}, key=len, reverse=True)
        return tuple(re.compile(rf"(?<![^\W_]){_in_groups(one)}(?![^\W_])") for one in plain)

    def _unknown_figures(self, text: str, before: str) -> Iterator[str]:
        timed = {time for value in self.values for time in times_in(value)}
        for match in _FIGURES.finditer(text):
            figures = match.group().strip(_AROUND)
            said = f"{before} {text[: match.start()]}".rpartition(_GIVEN)[2]
            lead = words(said)[-_NEAR:]
            behind = (*words(text[match.end() :]), "")[0]
            shown = times_in(f"{figures} {behind}")
            alone = behind == "" or bool(words(text[: match.start()]))
            if not (
                figures in self._figures
                or any(same_value(value, figures) for value in self.values)
                or (shown and shown <= timed)
                or is_duration(lead, behind)
                or figures.startswith("#")
                or self._is_part(figures)
                or (alone and is_numbered(lead) and not shown)
            ):
                yield figures

    def _is_part(self, figures: str) -> bool:
        """Whether figures are what is shown of a long number that was given: ``•••• 3200``."""
        part = "".join(filter(str.isalnum, figures))
        return len(part) >= _LEAST_SHOWN and any(
            len(whole) >= _LEAST_HIDDEN and (whole.endswith(part) or whole.startswith(part))
            for value in self.values
            if (whole := "".join(filter(str.isalnum, fold(value))))
        )

    def _unknown_word(self, text: str) -> str:
        rest = without_phrases(text)
        if found := UNSPACED.search(rest):
            return found.group()
        changed = word_list("confirmations")["changed"] if self._names_field(rest) else ()
        named = unit_words() if says_done(text) else field_words() | unit_words()
        said = [one for one in _LETTERS.findall(rest) if not self._is_own(one)]
        said = [one for one in said if one not in changed and one not in named]
        left = ([one for one in said if not is_known(one, listed)] for listed in languages())
        fewest = min(left, key=len)
        return fewest[0] if fewest else ""

    def _names_field(self, text: str) -> bool:
        """Whether a text says of a field what became of it: ``Your name was changed``."""
        told = stems(text)
        return any(own <= told for one in self.fields if (own := stems(one)))

    def _is_own(self, word: str) -> bool:
        """Whether a word was given or stood there before, or says that what was asked is done."""
        own = stem(word) in self._own or any(is_done_by(one, word) for one in self._asked)
        return own or any(is_of_one_stem(one, word) for one in self._asked)

    @cached_property
    def _own(self) -> frozenset[str]:
        said = frozenset(one for text in (*self.values, *self.texts) for one in stems(text))
        return said - frozenset(word_list("negations"))

    @cached_property
    def _asked(self) -> frozenset[str]:
        said = (word for text in self.texts for word in words(text))
        return frozenset(word for word in said if len(word) >= _LEAST_VERB)


def _in_groups(value: str) -> str:
    """A pattern for a value; for a long number, however it is grouped."""
    plain = "".join(filter(str.isalnum, value))
    if (
        len(plain) < _LEAST_GROUPED
        or not any(map(str.isdigit, plain))
        or value.count(" ") > len(plain) // 2
    ):
        return re.escape(value)
    return r"[\W_]{0,3}".join(map(re.escape, plain))
