"""A field's own form of a value is the same value; a date is written as the field wants it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.date_format import day_as_field_writes
from skyvern_dagster.reading.field_values import same_value


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        ("2024-04-15", "04/15/2024"),
        ("2024-04-15", "15.04.2024"),
        ("15 April 2024", "2024-04-15"),
        ("1020.00", "1,020.00"),
        ("1020", "€ 1.020,00"),
        ("1.234", "1,234"),
        ("12.5", "12,5 %"),
        ("-5", "-5.00"),
        ("$1,000", "1000"),
        ("5551234567", "(555) 123-4567"),
        ("+49 30 123456", "+4930123456"),
        ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        ("9:30 AM", "09:30"),
        ("14:05", "2:05 pm"),
        ("ada ", "ADA"),
        ("a\r\nb", "a\nb"),
    ],
)
def test_the_same_in_another_form(asked: str, held: str) -> None:
    assert same_value(asked, held)


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        ("2024-04-15", "2024-04-16"),
        ("2024-04-15", ""),
        ("2024-05-04", "0024-05-04"),
        ("1020", "10.20"),
        ("1020.00", "102000"),
        ("12.50", "1250"),
        ("-5", "5"),
        ("00123", "123"),
        ("5551234567", "555123456"),
        ("9:30 PM", "09:30"),
        ("Vienna", "Graz"),
        ("A long text", "A long te"),
    ],
)
def test_another_value(asked: str, held: str) -> None:
    assert not same_value(asked, held)


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_texts_are_compared_without_an_error(asked: str, held: str) -> None:
    same_value(asked, held)


@given(st.decimals(min_value=Decimal("0.01"), max_value=10**9, places=2))
def test_an_amount_is_none_that_lacks_its_decimals(amount: Decimal) -> None:
    assert same_value(f"{amount}", f"{amount:,}")
    assert not same_value(f"{amount}", f"{amount}".replace(".", ""))


DAY = date(2024, 4, 15)


@pytest.mark.parametrize(
    ("field", "lang", "written"),
    [
        (Node("textbox", input_type="date"), "de", "2024-04-15"),
        (Node("textbox", input_type="month"), "", "2024-04"),
        (Node("textbox", placeholder="MM/DD/YYYY"), "de", "04/15/2024"),
        (Node("textbox", placeholder="TT.MM.JJJJ"), "", "15.04.2024"),
        (Node("textbox", placeholder="jj/mm/aaaa"), "fr", "15/04/2024"),
        (Node("textbox", placeholder="dd-mm-yy"), "", "15-04-24"),
        (Node("textbox", placeholder="e.g. 31/12/2024"), "", "15/04/2024"),
        (Node("textbox", placeholder="12/31/2024"), "", "04/15/2024"),
        (Node("textbox", value="2024-01-01"), "de", "2024-04-15"),
        (Node("textbox", value="01/02/2024"), "en-US", "04/15/2024"),
        (Node("textbox", value="15/06/2024"), "en-US", "15/04/2024"),
        (Node("textbox"), "de-AT", "15.04.2024"),
        (Node("textbox"), "en", "2024-04-15"),
    ],
)
def test_a_day_as_the_field_wants_it(field: Node, lang: str, written: str) -> None:
    assert day_as_field_writes(DAY, field, "", lang) == written


@given(st.dates(min_value=date(1901, 1, 1), max_value=date(2199, 12, 31)))
def test_a_day_is_the_same_in_every_form(day: date) -> None:
    for shape in ("MM/DD/YYYY", "DD.MM.YYYY", "YYYY-MM-DD"):
        written = day_as_field_writes(day, Node("textbox", placeholder=shape))
        assert same_value(day.isoformat(), written)
