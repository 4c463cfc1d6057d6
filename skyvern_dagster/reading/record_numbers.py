"""Numbers that a goal's text gives to records: which one it means, and which others it lists."""

from __future__ import annotations

import re
from datetime import date

from skyvern_dagster.reading.amounts import find_amounts
from skyvern_dagster.reading.concepts import concept, word_list
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.identifiers import find_identifiers
from skyvern_dagster.reading.ordinals import ordinal
from skyvern_dagster.reading.words import fold

_CAPITALS_LIKENESS = 0.1
"""A word in capitals is a number only right behind what it numbers (`_SURE_NUMBER`)."""
RECORD_KEYS = ("order_id", "invoice_number", "tracking_number")
"""Fields whose value names one record, so that a payload that has one is about that record."""
PAGES = ("page.invoices", "page.orders", "page.documents", "doc.invoice", "doc.other")
ANY_DAY = date(2000, 1, 1)
_SURE_NUMBER = 0.4
"""Three digits and more (`identifiers`): such a number may stand a word away from what it numbers;
a shorter one has to stand right behind it."""
_WEAK_DIGITS = 4
"""Up to 2023, which is a year, too."""
_CAPITALS = re.compile(r"(?<![\w-])[A-Z]{3,}(?:-[A-Z]+)*(?![\w-])")


def is_weak(identifier: str) -> bool:
    """Whether a number is short enough to be a count, a page or a year as well."""
    return identifier.isdigit() and len(identifier) <= _WEAK_DIGITS


def number_in(text: str) -> tuple[str, str]:
    """An identifier that the goal's text itself names: ``the invoice of order 10432``."""
    taken = [(day.start, day.end) for day in find_dates(text, ANY_DAY)]
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
        if field is not None and not ordinal(written):
            return written.rstrip(".,"), field
    return "", ""


def _lists_records(before: str) -> bool:
    last = " ".join(before.split()[-1:])
    return any(concept(name).terms.search(last) for name in PAGES)


def others_in(text: str, identifier: str) -> tuple[str, ...]:
    """Numbers of the same form beside the first one: ``the invoices R-7, R-8 and R-9``."""
    taken = [(day.start, day.end) for day in find_dates(text, ANY_DAY)]
    taken += [(money.start, money.end) for money in find_amounts(text)]
    alike = [
        one.text
        for one in find_identifiers(text, (*taken, (0, 0)))
        if _shape(one.text) == _shape(identifier) and fold(one.text) != fold(identifier)
    ]
    return tuple(dict.fromkeys(alike))


def listed_in(text: str, identifier: str, others: tuple[str, ...]) -> tuple[str, ...]:
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
        or any(concept(name).mentioned(word) for name in (*PAGES, "word.article"))
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
    while right_behind and words and words[-1].strip(".:#°") in word_list("items")["number_words"]:
        words.pop()
    near = " ".join(words[-1:] if right_behind else words[-2:])
    for key in RECORD_KEYS:
        if concept(f"field.{key}").terms.search(near):
            return f"field.{key}"
    if not right_behind and any(concept(name).terms.search(near) for name in PAGES):
        return ""
    return None


def field_in(text: str, identifier: str) -> str:
    """What the text calls a number that comes from the payload."""
    for match in re.finditer(rf"(?<![\w-]){re.escape(identifier)}(?![\w-])", text):
        before = fold(" ".join(text[: match.start()].split()[-3:])).rstrip("#: \"'“„«")
        if field := numbered_by(before, right_behind=True):
            return field
    return ""
