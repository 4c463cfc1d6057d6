"""Learning how values are written on a page, and reading values that are written so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal, assert_never
from urllib.parse import urlsplit

from skyvern_dagster.reading.cells import Cell
from skyvern_dagster.reading.date_mention import DateMention
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.notation import (
    DateNotation,
    Notation,
    NumberNotation,
    TextNotation,
    UrlNotation,
    WordsNotation,
)
from skyvern_dagster.reading.number_notation import learn_number, read_number
from skyvern_dagster.reading.text_notation import learn_text, look_of, read_text
from skyvern_dagster.reading.words import flat

_MOST_WORDS = 3
"""A word that stands for a value (`partly paid`, `not yet shipped`) has up to three; sentences
are texts."""
_LATEST = date(2200, 1, 1)
"""The latest year that dates are read in (`date_mention`)."""


def notations_of(
    cells: Sequence[Cell], values: Sequence[object], *, related: bool
) -> Iterator[Notation]:
    """The forms in which all these values can stand in their cells, the plainest first.

    Args:
        cells: Where each value is looked for.
        values: As they were read; none is empty.
        related: Whether the cells' label says what the values are called: only then a word may
            stand for another.
    """
    texts = [cell.text for cell in cells]
    if (text := learn_text(texts, values)) is not None:
        yield text
    for form in (UrlNotation(form="url"), UrlNotation(form="path")):
        if all(
            _address(form, cell) == value != "" for cell, value in zip(cells, values, strict=True)
        ):
            yield form
    if (number := learn_number(texts, values)) is not None:
        yield number
    if (day := _learn_date(texts, values)) is not None:
        yield day
    if related and (words := _learn_words(texts, values)) is not None:
        yield words


def read_value(form: Notation, cell: Cell, today: date) -> object:
    """The value in a cell.

    Raises:
        ValueError: What stands there is of another form than what was seen.
    """
    match form:
        case TextNotation():
            return read_text(form, cell.text)
        case UrlNotation():
            address = _address(form, cell)
            if not address:
                raise ValueError(f"{cell.text!r} has no link, or several")
            return address
        case NumberNotation():
            return read_number(form, cell.text)
        case DateNotation():
            return _read_date(form, cell.text, today)
        case WordsNotation():
            known = dict(form.known)
            if cell.text.casefold() not in known:
                raise ValueError(f"{cell.text!r} is a word that wasn't there before")
            return known[cell.text.casefold()]
        case _:
            assert_never(form)


def _address(form: UrlNotation, cell: Cell) -> str:
    if form.form == "url" or not cell.url:
        return cell.url
    parts = urlsplit(cell.url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _learn_date(texts: Sequence[str], values: Sequence[object]) -> DateNotation | None:
    orders: set[Literal["day", "month"]] = {"day", "month"}
    around: set[str] = set()
    numeric = False
    for text, value in zip(texts, values, strict=True):
        dated = _mention(text, date.max)
        if dated is None or not isinstance(value, str):
            return None
        mention, rest = dated
        around.add(rest)
        numeric = numeric or mention.numeric
        orders = {each for each in orders if _exactly(mention, each) == value}
    if not orders or (numeric and len(orders) > 1):
        return None
    return DateNotation(around=tuple(sorted(around)), order=orders.pop() if numeric else "")


def _read_date(form: DateNotation, text: str, today: date) -> str:
    dated = _mention(text, today)
    if dated is None or dated[1] not in form.around or (dated[0].numeric and not form.order):
        raise ValueError(f"{text!r} is no date of the form that was seen")
    day = _exactly(dated[0], form.order or "day")
    if day is None:
        raise ValueError(f"{text!r} has no {form.order} where it was")
    return day


def _exactly(mention: DateMention, order: Literal["day", "month"]) -> str | None:
    day = mention.day_first if order == "day" else mention.month_first
    return day.isoformat() if day else None


def _mention(text: str, today: date) -> tuple[DateMention, str] | None:
    """The only date of a text, with its year, and what stands around it: no other digits."""
    if not re.search(r"\d{4}", text):
        return None
    mentions = find_dates(text, min(today, _LATEST))
    if len(mentions) != 1 or mentions[0].yearless:
        return None
    rest = text[: mentions[0].start] + text[mentions[0].end :]
    return None if re.search(r"\d", rest) else (mentions[0], flat(rest))


def _learn_words(texts: Sequence[str], values: Sequence[object]) -> WordsNotation | None:
    known: dict[str, str | bool] = {}
    for text, value in zip(texts, values, strict=True):
        word = text.casefold()
        is_word = look_of(text) == "words" and len(text.split()) <= _MOST_WORDS
        if not isinstance(value, str | bool) or not is_word or re.search(r"\d", flat(text)):
            return None
        if known.setdefault(word, value) != value:
            return None
    return WordsNotation(known=tuple(sorted(known.items())))
