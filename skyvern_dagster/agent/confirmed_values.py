"""What a sentence that says that something was done names, where a field was given another one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache

from skyvern_dagster.agent.sent_values import MeantValue
from skyvern_dagster.reading.amounts import find_amounts
from skyvern_dagster.reading.concepts import concept, word_list
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.field_values import same_value
from skyvern_dagster.reading.mail_addresses import mail_addresses_in
from skyvern_dagster.reading.month_mentions import months_in
from skyvern_dagster.reading.words import BRACKETED, fold, words

_MONTH = re.compile(r"(\d{4})-(\d{2})(?:-\d{2})?(?:T.*)?")
_CODE = re.compile(r"[^\W\d_]{0,5}[-/ ]?\d(?:[\w/-]*\w)?")
"""A number, or letters and a number: `4711`, `M-1`, `RE 2024-17`."""
_LEAST_NUMBERED = 4
"""Letters of what a compound numbers: `Zahl` is one in German."""
Confirmed = tuple[str, MeantValue]
"""What is shown, and what was meant."""


def confirmed_otherwise(
    sentence: str, entered: Sequence[MeantValue], page_text: str, today: date
) -> Iterator[Confirmed]:
    """Numbers, codes, months and weekdays of a sentence that aren't those that were given.

    Only where one field was given a value of the kind, and the sentence names one.

    Args:
        sentence: One that says that something was done.
        entered: What was sent.
        page_text: All of the page: what it shows elsewhere is right.
        today: The day of the run.
    """
    yield from _number(sentence, entered, page_text, today)
    yield from _code(sentence, entered, page_text, today)
    yield from _month(sentence, entered, today)
    yield from _weekday(sentence, entered, today)


def _number(
    sentence: str, entered: Sequence[MeantValue], page_text: str, today: date
) -> Iterator[Confirmed]:
    """``A table for 2 is booked``, where the only number that was given is 4."""
    counted = [one for one in entered if re.fullmatch(r"\d{1,3}", one.texts[0])]
    taken = [(one.start, one.end) for one in find_dates(sentence, today)]
    taken += [(one.start, one.end) for one in find_amounts(sentence)]
    said = [
        match[1]
        for match in _how_many().finditer(sentence)
        if not any(start < match.end() and match.start(1) < end for start, end in taken)
    ]
    if len(counted) != 1 or len(said) != 1:
        return
    if not re.search(rf"(?<![\w.,]){counted[0].texts[0]}(?![\w]|[.,]\d)", page_text):
        yield said[0], counted[0]


@cache
def _how_many() -> re.Pattern[str]:
    """A number behind the word for whom or of how many something is, and before no time."""
    persons = word_list("persons")
    leads = "|".join((*persons["for_whom"], *persons["of_how_many"]))
    times = "|".join(persons["no_count"])
    return re.compile(
        rf"\b(?:{leads})\s+(\d{{1,3}})(?![\w:%]|[.,/-]\d)(?!\s+(?:{times})\b)", re.IGNORECASE
    )


def _code(
    sentence: str, entered: Sequence[MeantValue], page_text: str, today: date
) -> Iterator[Confirmed]:
    """``The reading of meter M-2 was saved``, where the field `Meter number` was given M-1."""
    plain = fold(sentence)
    for one in entered:
        value, called = fold(one.texts[0]), _called(one.label)
        coded = _CODE.fullmatch(value) and not find_dates(one.texts[0], today)
        if (
            not coded
            or not called
            or re.search(rf"(?<![\w-]){re.escape(value)}(?![\w-])", fold(page_text))
        ):
            continue
        numbered = rf"(?:(?:{_numbering()})\W{{1,3}})?"
        # The first digits of an amount, of a telephone number, or of what is hidden aren't it.
        whole = r"(?!\w|[.,:]\d| \d| ?[*•…])"
        said = re.search(rf"(?<![^\W_]){called}\W{{1,3}}{numbered}({_CODE.pattern}){whole}", plain)
        if said and not same_value(one.texts[0], said[1].rstrip(".")):
            yield said[1], one


def _called(label: str) -> str:
    """A pattern for what a field's number is the number of: `Meter number` is of a meter."""
    persons = word_list("persons")
    untelling = {*word_list("items")["number_words"], *persons["for_whom"], *persons["of_how_many"]}
    named = [one for one in words(BRACKETED.sub(" ", label)) if one not in untelling]
    return r"\W{1,3}".join(map(_alone, named))


def _alone(word: str) -> str:
    """A pattern for a word, or for what a compound numbers: a `Vertragsnummer` is a Vertrag's."""
    for ending in word_list("items")["number_endings"]:
        numbered = word.removesuffix(ending)
        if numbered != word and len(numbered) >= _LEAST_NUMBERED:
            return rf"{re.escape(numbered.rstrip('ns'))}\w{{0,3}}"
    return re.escape(word)


@cache
def _numbering() -> str:
    return "|".join(map(re.escape, word_list("items")["number_words"]))


def written_to(text: str, entered: Sequence[MeantValue]) -> Iterator[Confirmed]:
    """An address that something was sent to, where the only one that was given is another.

    Args:
        text: A paragraph; the points of an address end no sentence in it.
        entered: What was sent.
    """
    given = [one for one in entered if mail_addresses_in(one.texts[0])]
    leads = "|".join(word_list("persons")["for_whom"])
    said = [
        one
        for sentence in re.split(r"(?<=[.!?])\s+", text)
        if concept("message.success").mentioned(sentence)
        for one in mail_addresses_in(sentence)
        if re.search(rf"\b(?:{leads})\W+{re.escape(one)}", sentence, re.IGNORECASE)
    ]
    if len(given) == 1 and len(said) == 1 and fold(said[0]) != fold(given[0].texts[0].strip()):
        yield said[0], given[0]


def _month(sentence: str, entered: Sequence[MeantValue], today: date) -> Iterator[Confirmed]:
    given = [(one, found) for one in entered if (found := _MONTH.fullmatch(one.texts[0].strip()))]
    said = months_in(sentence)
    if len(given) != 1 or len(said) != 1 or find_dates(sentence, today):
        return
    one, found = given[0]
    if said != {(int(found[1]), int(found[2]))}:
        year, month = next(iter(said))
        yield f"{year}-{month:02}", one


def _weekday(sentence: str, entered: Sequence[MeantValue], today: date) -> Iterator[Confirmed]:
    days = [(one, find_dates(one.texts[0], today)) for one in entered]
    given = [(one, found[0].days) for one, found in days if len(found) == 1]
    said = [
        (place, match.group())
        for place, names in enumerate(word_list("calendar")["weekdays"])
        for match in re.finditer(rf"(?<![^\W_])(?:{'|'.join(names)})(?![^\W_])", fold(sentence))
    ]
    if len(given) != 1 or len(said) != 1 or find_dates(sentence, today):
        return
    one, meant = given[0]
    if all(day.weekday() != said[0][0] for day in meant):
        yield said[0][1], one
