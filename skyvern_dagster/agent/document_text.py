"""What the text of a downloaded document says of records: numbers, days, months, amounts."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import cached_property

from skyvern_dagster.reading.amounts import find_amounts, number_value
from skyvern_dagster.reading.concepts import NEARLY_ONLY, concept
from skyvern_dagster.reading.date_mention import DateMention
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.identifiers import (
    before_mentions,
    find_identifiers,
    is_serial,
    mentions_identifier,
    same_identifier,
)
from skyvern_dagster.reading.month_mentions import months_in
from skyvern_dagster.reading.record_numbers import is_weak, numbered_by
from skyvern_dagster.reading.record_part import form_of
from skyvern_dagster.reading.wanted_item import WantedItem
from skyvern_dagster.reading.words import fold, fold_in_place, words

_LITTLE = 4
"""Words: a file that says no more than `Invoice No. 7` consists of what it is called."""
_LEAST_COMPACT = 5
"""Characters of a number that is found although its letters stand apart; shorter ones would be
found in any long text whose white space is gone."""
_MOST_DIFFERENCE = 2
"""By how many characters numbers of one kind differ in length, as on pages (`record_part`)."""
_REFERRING = 60
"""Characters before a number in which a word may say that it is another document's."""
_BETWEEN = 4
"""Words between that word and the number: `replaces our invoice no. INV-30`."""
_ANY_DAY = date(2000, 1, 1)
_OTHER_NUMBERS = (
    "field.sku",
    "field.customer_number",
    "field.phone",
    "field.tax",
    "field.tracking_number",
)


def _refers(before: str) -> bool:
    """Whether what stands before a number says that the document is about another one."""
    said = re.split(r"[.;]\s", before[-_REFERRING:])[-1]
    found = list(concept("doc.refers").terms.finditer(said))
    return bool(found) and len(said[found[-1].end() :].split()) <= _BETWEEN


class DocumentText:
    """Questions to a file's text.

    Args:
        text: What a person reads in it.
        named: What the task names; its numbers are no other item's.
    """

    def __init__(self, text: str, named: str) -> None:
        self._text = text
        self._named = named
        self._is_little = len(text.split()) <= _LITTLE

    @cached_property
    def _dates(self) -> list[DateMention]:
        return find_dates(self._text, _ANY_DAY)

    @cached_property
    def days(self) -> frozenset[date]:
        """All days that the text may mean."""
        return frozenset(day for one in self._dates for day in one.days)

    @cached_property
    def _taken(self) -> tuple[tuple[int, int], ...]:
        money = [(one.start, one.end) for one in find_amounts(self._text)]
        return (*((one.start, one.end) for one in self._dates), *money, (0, 0))

    def names(self, wanted: str) -> bool:
        """Whether the text names a record's number."""
        if is_weak(wanted):
            return any(
                same_identifier(one.text, wanted) and self._is_called(one.start) is not None
                for one in find_identifiers(self._text, self._taken)
            )
        mentions = list(before_mentions(self._text, wanted))
        if mentions:
            return not all(map(_refers, mentions)) or concept("doc.refers").mentioned(self._named)
        return self._names_apart(wanted)

    def names_serial(self, wanted: str) -> bool:
        """Whether the text gives its record a number that ends so: `Invoice INV-0017` is 17."""
        return any(is_serial(one, wanted) for one in self.called(""))

    def _names_apart(self, wanted: str) -> bool:
        """Whether the text has a number whose letters stand apart, or that is glued to words."""
        compact = re.sub(r"[\W_]", "", fold_in_place(wanted))
        if len(compact) < _LEAST_COMPACT:
            return False
        pattern = r"[\W_]*".join(map(re.escape, compact))
        found = re.finditer(pattern, fold_in_place(self._text))
        return any(self._is_whole(one.start(), one.end(), wanted) for one in found)

    def _is_whole(self, start: int, end: int, wanted: str) -> bool:
        """Whether a number ends where it is found, and isn't a part of a longer one."""
        before, first = self._text[:start][-1:], self._text[start]
        last, after = self._text[end - 1], self._text[end : end + 1]
        begins = before.islower() and first.isupper() and not wanted.isalpha()
        apart = not (before.isalpha() and first.isalpha()) or begins
        counted = (before.isdigit() and first.isdigit()) or (last.isdigit() and after.isdigit())
        return apart and not counted and not (last.isalpha() and after.isalpha())

    def in_the_place_of(self, item: WantedItem) -> list[str]:
        """Other numbers that stand where the item's should."""
        placed = [(one.start, one.text) for one in find_identifiers(self._text, self._taken)]
        if item.identifier.isalpha() and item.identifier.isupper():
            length = len(item.identifier)
            some = f"{max(2, length - _MOST_DIFFERENCE)},{length + _MOST_DIFFERENCE}"
            codes = re.finditer(rf"(?<![\w-])[A-Z]{{{some}}}(?![\w-])", self._text)
            placed = [(one.start(), one.group()) for one in codes]
        others = [
            text
            for start, text in placed
            if _is_alike(text, item.identifier)
            and not same_identifier(text, item.identifier)
            and not mentions_identifier(self._named, text)
            and self._is_in_place(start, text, item)
        ]
        return list(dict.fromkeys(others))

    def called(self, field: str) -> list[str]:
        """The numbers that the text itself gives to its record, of a kind or of any."""
        placed = find_identifiers(self._text, self._taken)
        kinds = [(one.text, self._is_called(one.start)) for one in placed]
        return [text for text, kind in kinds if kind is not None and field in ("", kind)]

    def naming(self, numbers: frozenset[str]) -> list[str]:
        """Those of some numbers that the text names."""
        return sorted(one for one in numbers if mentions_identifier(self._text, one))

    def _is_in_place(self, start: int, text: str, item: WantedItem) -> bool:
        called = self._is_called(start)
        if self._is_little:
            return True
        if text.isalpha():
            return called is not None and self._text[:start].rstrip()[-1:] in ":#"
        letters = re.match(r"[^\W\d_]*", text)
        if letters and len(letters.group()) > 1 and not self._is_another_kind(start):
            return True
        return (
            called is not None
            and item.field in ("", called)
            and (bool(item.field) or not text.isdigit())
        )

    def _is_called(self, start: int) -> str | None:
        before = self._text[:start]
        if self._is_little:
            return ""
        called = fold(" ".join(before[-80:].split()[-3:])).rstrip("#: ")
        return numbered_by(called, right_behind=True)

    def _is_another_kind(self, start: int) -> bool:
        before = " ".join(self._text[:start][-60:].split()[-2:])
        return any(concept(name).mentioned(before) for name in _OTHER_NUMBERS)

    def other_customer(self, name: str) -> str:
        """Whom a line says that the document is for, where it isn't this one; or an empty text."""
        if set(words(name)) <= set(words(self._text)):
            return ""
        for line in self._text.splitlines():
            label, _, said = line.partition(":")
            known = concept("field.customer_name").score(label) >= NEARLY_ONLY
            if known and said.strip() and not set(words(said)) & set(words(name)):
                return said.strip()
        return ""

    def has_day(self, wanted: DateMention) -> bool | None:
        """Whether a day stands in it; ``None`` where none does."""
        if not self.days:
            return None
        readings = wanted.days
        if wanted.yearless:
            months = {(day.month, day.day) for day in readings}
            return any((day.month, day.day) in months for day in self.days)
        return any(day in self.days for day in readings)

    def has_month(self, year: int | None, month: int) -> bool | None:
        """Whether a month, or a day in it, stands in it; ``None`` where neither does."""
        months = months_in(self._text) | {(day.year, day.month) for day in self.days}
        if not months:
            return None
        return any(month == each and year in (None, of) for of, each in months)

    def has_day_in(self, first: date, last: date) -> bool | None:
        """Whether one of some days stands in it; ``None`` where no day does."""
        return any(first <= day <= last for day in self.days) if self.days else None

    def has_amount(self, wanted: Decimal) -> bool | None:
        """Whether an amount stands in it; ``None`` where none does."""
        written = re.findall(r"(?<![\w.,/-])\d[\d.,' ]*[.,]\d{2}(?![\w/]|[.,-]\d)", self._text)
        amounts = {one.value for one in find_amounts(self._text)}
        amounts |= {value for one in written if (value := number_value(one)) is not None}
        return abs(wanted) in {abs(one) for one in amounts} if amounts else None


def _is_alike(number: str, wanted: str) -> bool:
    difference = abs(len(re.sub(r"\W", "", number)) - len(re.sub(r"\W", "", wanted)))
    return difference <= _MOST_DIFFERENCE and (
        form_of(number) == form_of(wanted) or (number.isalpha() and wanted.isalpha())
    )
