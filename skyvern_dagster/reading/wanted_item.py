"""Which one of several records a goal names: by number, order, day, month or amount."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from skyvern_dagster.reading.amounts import find_amounts, number_value
from skyvern_dagster.reading.concepts import concept, word_list
from skyvern_dagster.reading.date_mention import DateMention
from skyvern_dagster.reading.date_readers import month_numbers, month_words
from skyvern_dagster.reading.date_window import END_WORDS, START_WORDS
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.identifiers import find_identifiers
from skyvern_dagster.reading.nested_values import flat_items
from skyvern_dagster.reading.words import fold, fold_in_place, name_words

_BARE_NAME = 0.5
"""What a parameter called "id" is worth: between `_LEAST_KEY` and one that says of what."""
_MONTHS = 12
"""Of a year."""
_CAPITALS_LIKENESS = 0.1
"""A word in capitals is a number only right behind what it numbers (`_SURE_NUMBER`)."""

RECORD_KEYS = ("order_id", "invoice_number", "tracking_number")
"""Fields whose value names one record, so that a payload that has one is about that record."""

_PAGES = ("page.invoices", "page.orders", "page.documents", "doc.invoice", "doc.other")
_CHOOSING_NAMES = frozenset({"date", "day", "month", "period", "amount", "total"})
"""Words in the name of a parameter whose value chooses a record, where it is no limit."""
_ANY_DAY = date(2000, 1, 1)
_SURE_NUMBER = 0.4
"""Three digits and more (`identifiers`): such a number may stand a word away from what it numbers;
a shorter one has to stand right behind it."""
_WEAK_DIGITS = 4
"""Up to 2023, which is a year, too."""
_LEAST_KEY = 0.45
"""What a loop's bare `current_value` has, the least telling of all names."""
_DECIMALS = re.compile(r"(?<![\w.,/-])\d{1,3}(?:[.,' ]?\d{3})*[.,]\d{2}(?![\w/]|[.,-]\d)")
_CAPITALS = re.compile(r"(?<![\w-])[A-Z]{3,}(?:-[A-Z]+)*(?![\w-])")
_INDEX = re.compile(r"\.\d+(?=\.|$)")
"""A place in a list, within the path of a value."""
_CODE = re.compile(r"\d+[-/.]\d+")
"""``2023-07``: a month by itself, and a number where its parameter says so."""
_CONTEXT = 40
"""Characters before a value that may say what it is: about six words."""


@dataclass(frozen=True)
class WantedItem:
    """What a goal says of the one record that it means; all of it has to hold.

    Attributes:
        identifier: Its number or code, or empty.
        field: The concept of that number (``field.order_id``), or empty where nothing says it.
        day: The day it is of; a text without a year may mean that of any year.
        month: Its year (``None``: any) and month.
        amount: An amount that it shows.
        place: Which one it is in the order of the page, counted from 1; 0 where nothing says.
        oldest: Whether it is the oldest of all.
        others: Further numbers of the same form that the goal's text names.
        listed: Those of them that it lists beside the first one: ``R-7, R-8 and R-9``.
        payload_days: Days that the payload gives beside the number: they support a find.
    """

    identifier: str = ""
    field: str = ""
    day: DateMention | None = None
    month: tuple[int | None, int] | None = None
    amount: Decimal | None = None
    place: int = 0
    oldest: bool = False
    payload_days: tuple[date, ...] = ()
    others: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.identifier or self.picks)

    @property
    def numbers(self) -> tuple[str, ...]:
        """All numbers that name it, or what else the goal names beside it."""
        return tuple(filter(None, (self.identifier, *self.others)))

    @property
    def picks(self) -> bool:
        """Whether it is named by something else than its number."""
        dated = self.day is not None or self.month is not None
        return dated or self.amount is not None or self.place > 0 or self.oldest

    @property
    def described(self) -> str:
        """What names it, in words for people."""
        parts = [self.identifier] if self.identifier else []
        if self.day is not None:
            parts.append(f"the day {self.day.day_first or self.day.month_first}")
        if self.month is not None:
            year, month = self.month
            parts.append(f"the month {month:02}/{year}" if year else f"month {month}")
        if self.amount is not None:
            parts.append(f"the amount {self.amount}")
        if self.place:
            parts.append(f"number {self.place} of the list")
        if self.oldest:
            parts.append("the oldest")
        return ", ".join(parts)


def wanted_item(text: str, payload: Mapping[str, Any], today: date) -> WantedItem:
    """The one record that a goal and its payload name; an empty one where they name none.

    Args:
        text: The goal, without its clauses on endings.
        payload: Facts by name.
        today: The day of the run, for relative dates.
    """
    identifier, field = _payload_number(payload)
    days = tuple(_payload_days(payload, today))
    numbered = bool(field) and _CODE.fullmatch(identifier)
    if identifier and not numbered and (item := _read_value(identifier, today)):
        return item
    if identifier:
        field = field or _field_in(text, identifier)
        others = _payload_others(payload, identifier)
        return WantedItem(identifier, field, payload_days=days, others=others, listed=others)
    identifier, field = _number_in(text)
    if identifier:
        others = _others_in(text, identifier)
        listed = _listed_in(text, identifier, others)
        return WantedItem(identifier, field, payload_days=days, others=others, listed=listed)
    day = _day(text, today)
    item = WantedItem(
        day=day,
        month=_month(text) if day is None else None,
        amount=_amount(text),
        place=_place(text),
        oldest=_has("oldest", fold(text)),
    )
    return item or _payload_value(payload, today) if not _has("limits", fold(text)) else item


def described(text: str, item: WantedItem) -> Iterator[tuple[int, int]]:
    """Where a goal says what names the one record: its place, month and amount."""
    if item.amount is not None:
        yield from ((one.start, one.end) for one in find_amounts(text))
        yield from (one.span() for one in _DECIMALS.finditer(text))
    if item.month is not None and (found := _month_match(text)):
        yield found[0].span()
    if item.place:
        words_of = re.finditer(r"[^\W_]+", text)
        yield from (one.span() for one in words_of if ordinal(one.group()) == item.place)


def is_weak(identifier: str) -> bool:
    """Whether a number is short enough to be a count, a page or a year as well."""
    return identifier.isdigit() and len(identifier) <= _WEAK_DIGITS


def _payload_number(payload: Mapping[str, Any]) -> tuple[str, str]:
    best: tuple[float, str, str] = (0.0, "", "")
    for path, value in flat_items(payload):
        if isinstance(value, bool) or not isinstance(value, str | int) or "://" in str(value):
            continue
        score, field = _key_score(_INDEX.sub("", path).rsplit(".", 1)[-1], path)
        if score > best[0] and str(value).strip():
            best = (score, str(value).strip(), field)
    return best[1], best[2]


def _payload_others(payload: Mapping[str, Any], identifier: str) -> tuple[str, ...]:
    """Further numbers of a list that the payload gives: each of them is meant."""
    given = [(path, str(value).strip()) for path, value in flat_items(payload)]
    places = {_INDEX.sub(".", path) for path, value in given if value == identifier}
    alike = [value for path, value in given if _INDEX.sub(".", path) in places]
    return tuple(dict.fromkeys(value for value in alike if value and value != identifier))


def _key_score(name: str, path: str) -> tuple[float, str]:
    words = " ".join(name_words(name))
    if any(
        word in words for word in ("date", "customer", "account", "user", "postal", "zip", "phone")
    ):
        return 0.0, ""
    scored = ((concept(f"field.{key}").score(words), f"field.{key}") for key in RECORD_KEYS)
    best, field = max(scored)
    if words in {"id", "number", "reference"} and best < _BARE_NAME:
        best, field = _BARE_NAME, ""
    bare = words in {"current value", "value", "item", "current item"}
    if (bare or path.endswith("current_value")) and best < _LEAST_KEY:
        best, field = _LEAST_KEY, ""
    return (best, field) if best >= _LEAST_KEY else (0.0, "")


def _payload_days(payload: Mapping[str, Any], today: date) -> list[date]:
    days = []
    for path, value in flat_items(payload):
        if "date" in name_words(path) and isinstance(value, str) and "://" not in value:
            for one in find_dates(value, today):
                days += [day for day in (one.day_first, one.month_first) if day]
    return days


def _payload_value(payload: Mapping[str, Any], today: date) -> WantedItem:
    """A day, a month or an amount that the payload gives, where nothing else names the record."""
    for path, value in flat_items(payload):
        names = set(name_words(path))
        if not isinstance(value, str) or names & START_WORDS or names & END_WORDS:
            continue
        if names & _CHOOSING_NAMES and (item := _read_value(value, today)):
            return item
    return WantedItem()


def _read_value(value: str, today: date) -> WantedItem | None:
    """An item of a loop that is a day, a month or an amount rather than a number."""
    for one in find_dates(value, today):
        if not value[: one.start].strip() and not value[one.end :].strip():
            return WantedItem(day=one)
    if (month := _month_match(value)) and month[0].group().strip() == fold_in_place(value).strip():
        return WantedItem(month=month[1])
    money = find_amounts(value)
    if money and money[0].text == value.strip():
        return WantedItem(amount=money[0].value)
    if _DECIMALS.fullmatch(value.strip()):
        return WantedItem(amount=number_value(value))
    return None


def _number_in(text: str) -> tuple[str, str]:
    """An identifier that the goal's text itself names: ``the invoice of order 10432``."""
    taken = [(day.start, day.end) for day in find_dates(text, _ANY_DAY)]
    taken += [(money.start, money.end) for money in find_amounts(text)]
    numbers = [
        (one.start, one.text, one.likeness) for one in find_identifiers(text, (*taken, (0, 0)))
    ]
    formats = set(word_list("items")["formats"])
    numbers += [
        (one.start(), one.group(), _CAPITALS_LIKENESS)
        for one in _CAPITALS.finditer(text)
        if fold(one.group()) not in formats
    ]
    for start, written, likeness in sorted(numbers):
        before = fold(" ".join(text[:start].split()[-3:])).rstrip("#: \"'“„«")
        field = numbered_by(before, right_behind=likeness < _SURE_NUMBER)
        if field is None and not written.isdigit() and _lists_records(before):
            field = ""  # `the invoices A-2 and A-3`; `the invoices 2024` are those of a year
        if field is not None and fold(written) not in _ordinals():
            return written.rstrip(".,"), field
    return "", ""


def _lists_records(before: str) -> bool:
    last = " ".join(before.split()[-1:])
    return any(concept(name).terms.search(last) for name in _PAGES)


def _others_in(text: str, identifier: str) -> tuple[str, ...]:
    """Numbers of the same form beside the first one: ``the invoices R-7, R-8 and R-9``."""
    taken = [(day.start, day.end) for day in find_dates(text, _ANY_DAY)]
    taken += [(money.start, money.end) for money in find_amounts(text)]
    alike = [
        one.text
        for one in find_identifiers(text, (*taken, (0, 0)))
        if _shape(one.text) == _shape(identifier) and fold(one.text) != fold(identifier)
    ]
    return tuple(dict.fromkeys(alike))


def _listed_in(text: str, identifier: str, others: tuple[str, ...]) -> tuple[str, ...]:
    """The numbers that follow one another with nothing but joints and names of records between."""
    listed: list[str] = []
    end = text.find(identifier) + len(identifier)
    while places := sorted((at, one) for one in others if (at := text.find(one, end)) >= 0):
        at, number = places[0]
        if not _is_joint(text[end:at]):
            break
        listed.append(number)
        end = at + len(number)
    return tuple(listed)


def _is_joint(between: str) -> bool:
    """Whether a text only joins two numbers of a list."""
    said = [word for word in fold(between).split() if word.strip(",;/&+")]
    joints = word_list("items")["list_joints"]
    kinds = word_list("items")["number_words"]
    return all(
        word.strip(",;") in (*joints, *kinds)
        or any(concept(name).mentioned(word) for name in (*_PAGES, "word.article"))
        for word in said
    )


def _shape(number: str) -> str:
    return re.sub(r"\d+", "0", fold(number))


def numbered_by(before: str, *, right_behind: bool) -> str | None:
    """The concept of a record's number that a text before a number says it is; ``None``: none.

    Args:
        before: The folded words before the number.
        right_behind: Whether nothing but ``no.`` and the like may stand between.
    """
    words = before.split()
    while right_behind and words and words[-1].strip(".:#") in word_list("items")["number_words"]:
        words.pop()
    near = " ".join(words[-1:] if right_behind else words[-2:])
    for key in RECORD_KEYS:
        if concept(f"field.{key}").terms.search(near):
            return f"field.{key}"
    if not right_behind and any(concept(name).terms.search(near) for name in _PAGES):
        return ""
    return None


def _field_in(text: str, identifier: str) -> str:
    """What the text calls a number that comes from the payload."""
    for match in re.finditer(rf"(?<![\w-]){re.escape(identifier)}(?![\w-])", text):
        before = fold(" ".join(text[: match.start()].split()[-3:])).rstrip("#: \"'“„«")
        if field := numbered_by(before, right_behind=True):
            return field
    return ""


def months_in(text: str) -> frozenset[tuple[int, int]]:
    """Years and months that a text names: ``April 2024``."""
    plain = fold_in_place(text)
    pattern = rf"(?<![^\W_])({month_words()})\.?\s+(?:de\s+|del\s+)?((?:19|20)\d{{2}})(?!\d)"
    return frozenset((int(one[2]), month_numbers()[one[1]]) for one in re.finditer(pattern, plain))


def names_month(text: str, month: int) -> bool:
    """Whether a text names a month, of whatever year."""
    pattern = rf"(?<![^\W_])({month_words()})(?![^\W_])"
    return any(
        month_numbers()[one[1]] == month for one in re.finditer(pattern, fold_in_place(text))
    )


def _day(text: str, today: date) -> DateMention | None:
    mentions = [one for one in find_dates(text, today) if not _is_limit(text, one.start)]
    return mentions[0] if len(mentions) == 1 else None


def _month(text: str) -> tuple[int | None, int] | None:
    found = _month_match(text)
    if found is None or _is_limit(text, found[0].start()):
        return None
    match, month = found
    before = fold(text[: match.start()]).split()[-1:]
    after = fold(text[match.end() :]).split()[:1]
    named = any(word in word_list("items")["month_leads"] for word in before)
    numbered = any(concept(name).terms.search(word) for word in after for name in _PAGES)
    return month if month[0] is not None or named or numbered else None


def _month_match(text: str) -> tuple[re.Match[str], tuple[int | None, int]] | None:
    pattern = (
        rf"(?<![^\W_])({month_words()})(?![^\W_])\.?(?:\s+(?:de\s+|del\s+)?((?:19|20)\d{{2}}))?"
    )
    match = re.search(pattern, fold_in_place(text))
    if match is None:
        return _numeric_month(text)
    return match, (int(match[2]) if match[2] else None, month_numbers()[match[1]])


def _numeric_month(text: str) -> tuple[re.Match[str], tuple[int | None, int]] | None:
    """A month in numbers: ``2024-04``, ``04/2024``."""
    match = re.search(r"(?<![\w/.-])(?:(20\d{2})-(\d{2})|(\d{1,2})/(20\d{2}))(?![\w/-])", text)
    if match is None:
        return None
    year, month = int(match[1] or match[4]), int(match[2] or match[3])
    return (match, (year, month)) if 1 <= month <= _MONTHS else None


def _amount(text: str) -> Decimal | None:
    days = find_dates(text, _ANY_DAY)
    spans: list[tuple[int, Decimal | None]] = [(one.start, one.value) for one in find_amounts(text)]
    spans += [(one.start(), number_value(one.group())) for one in _DECIMALS.finditer(text)]
    for start, value in spans:
        before = fold(text[max(0, start - _CONTEXT) : start])
        dated = any(day.start <= start < day.end for day in days)
        if value is not None and not dated and not _ends_with("amount_limits", before):
            return value
    return None


def _place(text: str) -> int:
    words = fold(text).split()
    for index, word in enumerate(words):
        number = _ordinals().get(word.strip(".,;:"))
        following = " ".join(words[index + 1 : index + 3])
        if number and any(concept(name).terms.search(following) for name in _PAGES):
            return number
    return 0


def ordinal(word: str) -> int:
    """Which one in order a word says (``third``: 3); 0 where it says none."""
    return _ordinals().get(fold(word).strip(".,;:"), 0)


@cache
def _ordinals() -> dict[str, int]:
    listed = word_list("items")["ordinals"]
    return {word: int(number) for number, words in listed.items() for word in words}


def _is_limit(text: str, start: int) -> bool:
    before = fold(text[max(0, start - _CONTEXT) : start])
    return _has("limits", before)


def _has(name: str, plain: str) -> bool:
    return any(re.search(rf"\b{re.escape(word)}\b", plain) for word in word_list("items")[name])


def _ends_with(name: str, plain: str) -> bool:
    return any(re.search(rf"\b{re.escape(word)}\W*$", plain) for word in word_list("items")[name])
