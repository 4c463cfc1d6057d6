"""Amounts of money and plain numbers, with either decimal sign."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

_GROUP = 3
"""Digits between two signs that group thousands; currencies with three decimals (KWD) are read as
thousands, since "1.234" nearly always is."""

_CODES = "EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|JPY|CNY|CAD|AUD|NZD|BRL|MXN|INR|TRY|ZAR"


_SYMBOLS = r"R\$|US\$|CA\$|A\$|[€$£¥₹]|zł|Kč|Ft|kr\.?|Fr\.?"


_NUMBER = (
    r"[-−–]?\s?\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d{1,2})?|"  # India groups by two
    r"[-−–]?\s?\d{1,3}(?:[.,' \u00a0\u202f\u2009]\d{3})+(?:[.,]\d{1,2})?"
    r"|[-−–]?\s?\d+(?:[.,]\d{1,4})?"
)


_MONEY = re.compile(
    rf"(?P<before>[-−–]?\s?(?:{_SYMBOLS}|\b(?:{_CODES})))\s?(?P<number>{_NUMBER})(?![\w])"
    rf"|(?<![\w.,-])(?P<number2>{_NUMBER})(?:,-|,–|\.-)?\s?(?P<after>{_SYMBOLS}|(?:{_CODES})\b)(?!\s?\d)"
)


_PLAIN = re.compile(rf"(?<![\w.,/-])(?:{_NUMBER})(?![\w/]|[-.,]\d)")


_IN_BRACKETS = re.compile(r"\s*\([^()]*\d[^()]*\)\s*")
"""An amount that is all in brackets is negative: the notation of accountants."""


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
    owed = bool(_IN_BRACKETS.fullmatch(text))
    for match in _MONEY.finditer(text):
        sign = (match["before"] or match["after"] or "").strip()
        value = number_value(match["number"] or match["number2"])
        if value is None:
            continue
        if sign.startswith(("-", "−", "–")):
            value, sign = -value, sign[1:].strip()
        elif owed:
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
    return -abs(value) if value is not None and _IN_BRACKETS.fullmatch(text) else value


def number_value(text: str) -> Decimal | None:
    """The value of a written number: ``1.234,50``, ``1,234.50``, ``1 234,5`` and ``1'234``."""
    negative = text.strip().startswith(("-", "−", "–"))
    digits = re.sub(r"[^\d.,]", "", text)
    if not digits or not digits[0].isdigit():
        return None
    value = Decimal(_normal(digits))
    return -value if negative else value


def _normal(digits: str) -> str:
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return digits
    sign, decimals = digits[last], len(digits) - last - 1
    other = "," if sign == "." else "."
    grouped = digits.count(sign) > 1 or (decimals == _GROUP and other not in digits)
    if grouped or not decimals:
        return re.sub(r"[.,]", "", digits)
    return re.sub(r"[.,]", "", digits[:last]) + "." + digits[last + 1 :]


def _code(sign: str) -> str:
    plain = sign.strip().rstrip(".")
    return _NAMES.get(plain.lower(), plain.upper() if plain.isalpha() else "")
