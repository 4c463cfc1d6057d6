"""How the demo shop writes dates and money, whatever the locale of the process."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_SYMBOLS = {"EUR": "€"}


def long_date(day: date) -> str:
    """``May 3, 2024``."""
    return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"


def amount(value: Decimal) -> str:
    """``1,234.50``."""
    return f"{value:,.2f}"


def money(value: Decimal, currency: str = "EUR") -> str:
    """``€1,234.50``."""
    return f"{_SYMBOLS.get(currency, currency + ' ')}{amount(value)}"
