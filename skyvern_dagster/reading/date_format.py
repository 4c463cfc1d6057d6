"""How a field wants a day to be written: by its type, its hints, what stands in it, the language.

A native date field takes ISO dates only (HTML, "Date state"); others say it in their placeholder
(``TT.MM.JJJJ``), by an example, or not at all.
"""

from __future__ import annotations

import re
from datetime import date, datetime

from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.words import fold_in_place

_NATIVE = {
    "date": "%Y-%m-%d",
    "datetime-local": "%Y-%m-%dT00:00",
    "month": "%Y-%m",
    "week": "%G-W%V",
}
DAY_TYPES = frozenset(_NATIVE)
"""Types of fields that take days in HTML's own form, which can't be taken for another day."""
_LETTERS = r"(?:y{2,4}|j{2,4}|a{2,4}|d{1,2}|t{1,2}|g{1,2}|m{1,2})"
_SHAPE = re.compile(rf"(?<![a-z])({_LETTERS})([./ -])\s?({_LETTERS})\2\s?({_LETTERS})(?![a-z])")
_FULL_YEAR = 3
"""Letters: ``jj/mm/aaaa`` begins with the day in French, ``jjjj`` is the year in German."""
_BY_LANGUAGE = {
    "en-us": "%m/%d/%Y", "en-gb": "%d/%m/%Y", "en-au": "%d/%m/%Y", "en-ie": "%d/%m/%Y",
    "de": "%d.%m.%Y", "fr": "%d/%m/%Y", "es": "%d/%m/%Y", "it": "%d/%m/%Y", "pt": "%d/%m/%Y",
    "nl": "%d-%m-%Y", "pl": "%d.%m.%Y", "da": "%d.%m.%Y", "nb": "%d.%m.%Y", "fi": "%d.%m.%Y",
    "cs": "%d.%m.%Y", "ru": "%d.%m.%Y", "tr": "%d.%m.%Y",
}  # fmt: skip
"""Short dates by the Unicode CLDR. Plain English has two, so that it isn't here."""
_EXAMPLE = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})")
_ANY_DAY = date(2000, 1, 1)


def day_as_field_writes(day: date, node: Node, label: str = "", lang: str = "") -> str:
    """A day in the form that a field takes; ISO where nothing says another one.

    Args:
        day: Which day.
        node: The field.
        label: What it is called on the page.
        lang: The page's language.
    """
    if native := _NATIVE.get(node.input_type):
        return day.strftime(native)
    told = node.attributes
    hints = (node.placeholder, told.get("data-date-format", ""), node.title, label, node.value)
    for hint in hints:
        if form := _form_of(hint):
            return day.strftime(form)
    by_language = _BY_LANGUAGE.get(lang.lower()) or _BY_LANGUAGE.get(lang.lower()[:2])
    if sign := _ambiguous_sign(node):
        return day.strftime(re.sub(r"[./-]", sign, by_language or "%d.%m.%Y"))
    return day.strftime(by_language or "%Y-%m-%d")


def day_as_written(text: str, hint: str) -> date | None:
    """The day of a text that is written as a hint says: ``MM/DD/YYYY``; ``None`` for others."""
    form = _form_of(hint)
    try:
        return datetime.strptime(text.strip(), form).date() if form else None  # noqa: DTZ007
    except ValueError:
        return None


def _form_of(hint: str) -> str:
    """The form that a hint tells: letters for day, month and year, or a day as an example."""
    plain = fold_in_place(hint)
    if match := _SHAPE.search(plain):
        parts = [_directive(match[number]) for number in (1, 3, 4)]
        if {part[1].lower() for part in parts} == {"d", "m", "y"}:
            return match[2].join(parts)
    example = _EXAMPLE.search(plain)
    mentions = find_dates(example.group(), _ANY_DAY) if example else []
    if example is None or len(mentions) != 1:
        return ""
    sign, mention = example[2], mentions[0]
    if len(example[1]) > _FULL_YEAR:
        return f"%Y{sign}%m{sign}%d"
    if mention.day_first and mention.month_first:
        return ""
    return f"%m{sign}%d{sign}%Y" if mention.month_first else f"%d{sign}%m{sign}%Y"


def _directive(letters: str) -> str:
    match letters[0], len(letters) >= _FULL_YEAR:
        case "m", _:
            return "%m"
        case _, True:
            return "%Y"
        case "y", False:
            return "%y"
        case "a", False:
            return "%y"
        case _:
            return "%d"


def _ambiguous_sign(node: Node) -> str:
    """What stands between the numbers of the day in a field that may be read in two ways."""
    example = _EXAMPLE.search(node.value or node.placeholder)
    return example[2] if example and len(example[1]) < _FULL_YEAR else ""
