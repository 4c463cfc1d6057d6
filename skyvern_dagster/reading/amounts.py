"""Amounts of money and plain numbers, with either decimal sign."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from skyvern_dagster.reading.concepts import word_list
from skyvern_dagster.reading.words import BRACKETED, fold

_GROUP = 3
"""Digits between two signs that group thousands; currencies with three decimals (KWD) are read as
thousands, since "1.234" nearly always is."""

_MARK = 10
"""Characters behind an amount in which a word turns its sign."""
_CODES = "EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|JPY|CNY|CAD|AUD|NZD|BRL|MXN|INR|TRY|ZAR"


_SYMBOLS = r"R\$|US\$|CA\$|A\$|[€$£¥₹]|zł|Kč|Ft|kr\.?|Fr\.?"


_NUMBER = (
    r"[-−–]?\s?\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d{1,2})?|"  # India groups by two
    r"[-−–]?\s?\d{1,3}(?:[.,' \u00a0\u202f\u2009]\d{3})+(?:[.,]\d{1,2})?"
    r"|[-−–]?\s?\d+(?:[.,]\d{1,4})?"
)


_MONEY = re.compile(
    rf"(?P<before>[-−–]?\s?(?:{_SYMBOLS}|\b(?:{_CODES})))\s?(?P<number>{_NUMBER})(?![\w])"
    rf"|(?<![\w.,-])(?P<number2>{_NUMBER})(?:,-|,–|\.-)?(?P<owed>(?<=[.,]\d\d)[-−–])?\s?(?P<after>{_SYMBOLS}|(?:{_CODES})\b)(?!\s?\d)"
)


_PLAIN = re.compile(rf"(?<![\w.,/-])(?:{_NUMBER})(?![\w/]|[-.,]\d)")


_OWED = re.compile(
    rf"\s*\([^()]*\d[^()]*\)\s*|[^-−–]*\d\s?(?:{_SYMBOLS}|(?:{_CODES}))?\s?[-−–]\s*", re.IGNORECASE
)
"""An amount that is all in brackets, or has its sign behind it, is negative: the notations of
accountants and of their systems. ``7.-`` is no debt: there, a point stands before the dash."""
_ANY_NUMBER = re.compile(
    rf"(?<![\w.,/-])(?:{_NUMBER})(?!\d|[-–.,/]\d|(?!{_SYMBOLS}|(?:{_CODES})\b)[^\W\d])"
)
LONE_GROUP = re.compile(r"[1-9]\d{0,2}([.,])\d{3}")
"""One sign and three digits behind it: a thousand, or three decimals."""
_DECIMALS = re.compile(r"\d([.,])\d{1,2}$|^0([.,])\d+$")
"""What a sign stands before that can only be decimals."""


_NAMES = {
    "€": "EUR", "$": "USD", "us$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR", "zł": "PLN",
    "kč": "CZK", "ft": "HUF", "r$": "BRL", "ca$": "CAD", "a$": "AUD", "fr": "CHF", "kr": "SEK",
}  # fmt: skip


@dataclass(frozen=True)
class Amount:
    """An amount in a text; ``currency`` is an ISO code where the text says one."""

    start: int
    end: int
    text: str
    value: Decimal
    currency: str = ""


def find_amounts(text: str) -> list[Amount]:
    """All amounts of money of a text: numbers with a currency beside them."""
    amounts = []
    owed = bool(_OWED.fullmatch(text))
    for match in _MONEY.finditer(text):
        sign = (match["before"] or match["after"] or "").strip()
        value = number_value(match["number"] or match["number2"])
        if value is None:
            continue
        if sign.startswith(("-", "−", "–")):
            value, sign = -value, sign[1:].strip()
        elif owed or match["owed"]:
            value = -abs(value)
        amounts.append(
            Amount(match.start(), match.end(), match.group().strip(), value, _code(sign))
        )
    return amounts


def find_number(text: str) -> Decimal | None:
    """The amount of a text, else its first plain number."""
    amounts = find_amounts(text)
    if amounts:
        return amounts[0].value
    match = _PLAIN.search(text)
    value = number_value(match.group()) if match else None
    return -abs(value) if value is not None and _OWED.fullmatch(text) else value


def only_number(text: str, decimal: str = "") -> Decimal | None:
    """The one number that a text says; ``None`` where it says none, or several that differ.

    What stands in brackets behind a number explains it: ``12.00 (incl. VAT 2.00)``.

    Args:
        text: A cell, or what stands behind a label.
        decimal: The sign before decimals on the page, where it is known.
    """
    outside = re.sub(r"(?<=\S)\s*\([^()]*\)", "", text)
    found = [one for one in _ANY_NUMBER.findall(outside) if one.strip()]
    values = {value for one in found if (value := number_value(one, decimal)) is not None}
    if len(values) != 1 or has_scale(outside):
        return None
    value = values.pop()
    return -abs(value) if _OWED.fullmatch(text) else value


def has_scale(text: str) -> bool:
    """Whether a word stands by a number that makes another of it: ``3.5 Mio.``, ``7.00 DR``."""
    listed = word_list("items")
    return any(word in (*listed["scales"], *listed["number_marks"]) for word in _words_of(text))


def is_marked(text: str, amount: str) -> bool:
    """Whether a word right behind an amount turns its sign: ``45.10 CR``."""
    _, _, behind = text.partition(amount)
    return (
        next(iter(_words_of(behind.split("\n")[0][:_MARK])), "")
        in word_list("items")["number_marks"]
    )


def is_inexact(text: str) -> bool:
    """Whether a text gives its number as a bound, a guess or a part: ``approx. 100``."""
    outside = re.sub(r"(?<=\S)\s*\([^()]*\)", "", fold(text))
    return bool(_inexact().search(outside))


@cache
def _inexact() -> re.Pattern[str]:
    listed = "|".join(map(re.escape, word_list("items")["inexact"]))
    number = rf"\W{{0,3}}(?:{_SYMBOLS}|{_CODES})?\s?\d"
    return re.compile(rf"[<>~≈±≤≥]\s*\d|\d\s*\+|(?<![^\W\d_])(?:{listed}){number}", re.IGNORECASE)


def is_scaled(label: str) -> bool:
    """Whether a label says in brackets that its numbers are others: ``Total (in thousands)``."""
    scales = word_list("items")["scales"]
    return any(word in scales for one in BRACKETED.findall(label) for word in _words_of(one))


def _words_of(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", fold(text))


def is_currency(code: str) -> bool:
    """Whether a word is the code of a currency that amounts are read in."""
    return code in _CODES.split("|")


def currency_named(text: str) -> str:
    """The ISO code of the only currency that a text names; empty where it names none, or two."""
    found = re.findall(rf"(?<![^\W_])(?:{_CODES})(?![^\W_])|{_SYMBOLS}(?![^\W\d_])", text)
    codes = {_NAMES.get(one.lower().rstrip("."), one) for one in found}
    return codes.pop() if len(codes) == 1 else ""


def decimal_sign(texts: Iterable[str]) -> str:
    """The sign that stands before decimals in some texts; empty where none, or both, do."""
    signs = {
        next(filter(None, match.groups()))
        for text in texts
        for one in _ANY_NUMBER.findall(text)
        if (match := _DECIMALS.search(one.strip()))
    }
    return signs.pop() if len(signs) == 1 else ""


def number_value(text: str, decimal: str = "") -> Decimal | None:
    """The value of a written number: ``1.234,50``, ``1,234.50``, ``1 234,5`` and ``1'234``.

    Args:
        text: The number.
        decimal: The sign before decimals, where it is known: ``1.234`` is more than a thousand, or
            hardly more than one.
    """
    negative = text.strip().startswith(("-", "−", "–"))
    digits = re.sub(r"[^\d.,]", "", text)
    if not digits or not digits[0].isdigit():
        return None
    lone = LONE_GROUP.fullmatch(digits)
    value = Decimal(
        digits.replace(decimal, ".") if lone and lone[1] == decimal else _normal(digits)
    )
    return -value if negative else value


def _normal(digits: str) -> str:
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return digits
    sign, decimals = digits[last], len(digits) - last - 1
    other = "," if sign == "." else "."
    grouped = digits.count(sign) > 1 or (
        decimals == _GROUP and other not in digits and not digits.startswith("0")
    )
    if grouped or not decimals:
        return re.sub(r"[.,]", "", digits)
    return re.sub(r"[.,]", "", digits[:last]) + "." + digits[last + 1 :]


def _code(sign: str) -> str:
    plain = sign.strip().rstrip(".")
    return _NAMES.get(plain.lower(), plain.upper() if plain.isalpha() else "")
