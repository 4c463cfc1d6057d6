"""What isn't understood of a text that says that something was done.

A page has endless ways to say that something was done otherwise, in part, later or not at all, and
few to say that it was done. So the few are known (``vocabulary/confirmations.yaml``): a text is
understood if it is made of nothing but these words, those that were given or stood there before,
and figures that are accounted for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property

from skyvern_dagster.reading.amounts import find_amounts
from skyvern_dagster.reading.concepts import concept, concepts, word_list
from skyvern_dagster.reading.date_mention import DateMention
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.field_values import same_value, times_in
from skyvern_dagster.reading.mail_addresses import mail_addresses_in
from skyvern_dagster.reading.month_mentions import month_match
from skyvern_dagster.reading.participles import is_done_by
from skyvern_dagster.reading.unspaced import UNSPACED
from skyvern_dagster.reading.words import fold, stem, stems, words

_GIVEN = "\ue000"
"""Stands where something was given: what is before it says nothing of a figure behind it."""
_NO_FIELDS = ("submit", "next", "gone", "recurring", "repeat", "step", "terms")
"""Concepts of forms that are no fields."""
_PHRASES = ("thanks", "promise", "closing")
"""Concepts of messages whose terms are understood as a whole."""
_FIGURES = re.compile(r"\S*\d\S*")
_LETTERS = re.compile(r"[^\W\d_]+")
_AROUND = ".,;:!?()[]{}\"'«»„“”‘’-–—…•*"
_LEAST_PART = 4
"""Letters of either part of a compound (`Terminbestätigung`), and of what is conjugated."""
_JOINTS = ("", "s", "n", "en", "es")
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
        rest = self._without_days(self._without_sums(text, before))
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
            if not (
                figures in self._figures
                or any(same_value(value, figures) for value in self.values)
                or (shown and shown <= timed)
                or _is_duration(lead, behind)
                or figures.startswith("#")
                or self._is_part(figures)
                or (_is_numbered(lead) and not shown)
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
        rest = _without_phrases(text)
        if found := UNSPACED.search(rest):
            return found.group()
        changed = word_list("confirmations")["changed"] if self._names_field(rest) else ()
        said = [one for one in _LETTERS.findall(rest) if not self._is_own(one)]
        said = [one for one in said if one not in changed]
        left = ([one for one in said if not _is_known(one, listed)] for listed in _languages())
        fewest = min(left, key=len)
        return fewest[0] if fewest else ""

    def _names_field(self, text: str) -> bool:
        """Whether a text says of a field what became of it: ``Your name was changed``."""
        told = stems(text)
        return any(own <= told for one in self.fields if (own := stems(one)))

    def _is_own(self, word: str) -> bool:
        """Whether a word was given or stood there before, or says that what was asked is done."""
        own = stem(word) in self._own or word in _field_words()
        return own or any(is_done_by(one, word) for one in self._asked)

    @cached_property
    def _own(self) -> frozenset[str]:
        said = frozenset(one for text in (*self.values, *self.texts) for one in stems(text))
        return said - frozenset(word_list("negations"))

    @cached_property
    def _asked(self) -> frozenset[str]:
        said = (word for text in self.texts for word in words(text))
        return frozenset(word for word in said if len(word) >= _LEAST_PART)


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


def _is_numbered(lead: Sequence[str]) -> bool:
    """Whether what stands before a number says that it is one which a site gives."""
    listed = word_list("confirmations")
    endings = tuple(word_list("items")["number_endings"])
    for word in reversed(lead):
        if word in listed["numbered"] or word.endswith(endings):
            return True
        if word not in listed["copulas"]:
            return False
    return False


def _is_duration(lead: Sequence[str], behind: str) -> bool:
    """Whether a number says within what time something follows: ``within 3 days``."""
    listed = word_list("confirmations")
    return behind in listed["durations"] and bool(set(lead[-2:]) & set(listed["within"]))


@cache
def _languages() -> tuple[frozenset[str], ...]:
    listed = word_list("confirmations")["words"].values()
    return tuple(frozenset(form for word in one for form in (word, stem(word))) for one in listed)


@cache
def _field_words() -> frozenset[str]:
    """Words of what fields of forms are called, in any language, and of units."""
    fields = (one for one in concepts("form.") if one.name.partition(".")[2] not in _NO_FIELDS)
    terms = (term for one in fields for term in one.listed_terms)
    found = {word for term in terms for word in words(term)}
    for sizes in word_list("units").values():
        found.update(name for names in sizes.values() for name in names)
    return frozenset(found) - frozenset(word_list("negations"))


def _is_known(word: str, listed: frozenset[str]) -> bool:
    if word in listed or stem(word) in listed or word.removesuffix("s") in listed:
        return True
    if word.endswith(tuple(word_list("items")["number_endings"])):
        return True
    return any(
        word[cut:] in listed and _is_first_part(word[:cut], listed)
        for cut in range(_LEAST_PART, len(word) - _LEAST_PART + 1)
    )


def _is_first_part(part: str, listed: frozenset[str]) -> bool:
    return any(
        part.removesuffix(joint) in listed
        for joint in _JOINTS
        if part.endswith(joint) and len(part) - len(joint) >= _LEAST_PART
    )


def _without_phrases(text: str) -> str:
    plain = _done_unspaced().sub(" ", _counted().sub(" ", fold(text)))
    for name in _PHRASES:
        plain = concept(f"message.{name}").terms.sub(" ", plain)
    return plain


@cache
def _counted() -> re.Pattern[str]:
    """A number in words before a duration: ``two days``."""
    listed = word_list("confirmations")
    return re.compile(
        rf"(?<![^\W_])(?:{'|'.join(listed['counts'])})\s+(?={'|'.join(listed['durations'])})"
    )


@cache
def _done_unspaced() -> re.Pattern[str]:
    """What says that something was done, of languages that put nothing between words."""
    terms = concept("message.success").listed_terms
    return re.compile("|".join(re.escape(one) for one in terms if UNSPACED.search(one)))
