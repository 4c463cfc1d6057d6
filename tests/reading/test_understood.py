"""What an answer may say of the site itself, and what takes it back all the same."""

from __future__ import annotations

from datetime import date

import pytest

from skyvern_dagster.reading.named_periods import named_periods
from skyvern_dagster.reading.understood import Known

_TODAY = date(2024, 6, 15)
_KNOWN = Known(
    ("Jane Roe", "2024-07-04", "3"), ("Book a table", "Order lamps", "Guests"), _TODAY, ("Guests",)
)


@pytest.mark.parametrize(
    "text",
    [
        "Opening hours: Mon-Fri 9:00-17:00",
        "Öffnungszeiten: Mo-Fr 9-17 Uhr",
        "If you have any questions, call us on 0316 123456.",
        "Please keep this number.",
        "Tu pedido se está procesando.",
        "3 x Lamp",
    ],
)
def test_what_harms_nothing_is_understood(text: str) -> None:
    assert not _KNOWN.unknown(text)


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("Opening hours: Mon-Fri 9:00-17:00, your table is free from 20:00", ""),
        ("Call 0316 123456 to confirm your booking.", ""),
        ("2 lamps", "Thank you for your order"),
        ("2 x Lamp", ""),
    ],
)
def test_what_says_otherwise_isnt(text: str, before: str) -> None:
    assert _KNOWN.unknown(text, before)


def test_a_number_to_be_called_on_is_compared_with_the_one_that_was_given() -> None:
    known = Known(("0664 1234567",), ("Call me back",), _TODAY)
    assert known.unknown("We will call you on 0664 9999999.")
    assert not known.unknown("We will call you on 0664 1234567.")


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("orders of H1 2024", date(2024, 1, 1), date(2024, 6, 30)),
        ("im zweiten Halbjahr 2023", date(2023, 7, 1), date(2023, 12, 31)),
        ("du premier semestre 2024", date(2024, 1, 1), date(2024, 6, 30)),
        ("orders of last quarter", date(2024, 1, 1), date(2024, 3, 31)),
        ("vom letzten Quartal", date(2024, 1, 1), date(2024, 3, 31)),
    ],
)
def test_halves_of_a_year_and_the_quarter_before_are_periods(
    text: str, first: date, last: date
) -> None:
    assert [(one.first, one.last) for one in named_periods(text, _TODAY)] == [(first, last)]


@pytest.mark.parametrize("text", ["the first half of May 2024", "the last quarter", "half of it"])
def test_a_half_of_a_month_isnt(text: str) -> None:
    found = named_periods(text, _TODAY)
    assert not any((one.last - one.first).days > 100 for one in found)
