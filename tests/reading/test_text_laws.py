from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from skyvern_dagster.reading.amounts import find_amounts, number_value
from skyvern_dagster.reading.concepts import concept
from skyvern_dagster.reading.date_mention import DayOrder
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.day_order import day_order
from skyvern_dagster.reading.identifiers import (
    find_identifiers,
    mentions_identifier,
)
from skyvern_dagster.reading.words import fold, fold_in_place

TODAY = date(2030, 1, 1)
CALM = settings(deadline=None)
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre"
    " diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre"
    " dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro"
    " dezembro",
}
DAYS = st.dates(date(2001, 1, 1), date(2029, 12, 31))
NAMED = ("{d} {m} {y}", "{d}. {m} {y}", "{m} {d}, {y}", "{d} de {m} de {y}", "{d}-{s}-{y}")
NUMERIC = ("{y}-{n:02}-{d:02}", "{y}/{n:02}/{d:02}", "{d:02}.{n:02}.{y}", "{y}-{n:02}-{d:02}T08:15")


def written(day: date, template: str, language: str) -> str:
    month = MONTHS[language].split()[day.month - 1]
    return template.format(d=day.day, n=day.month, y=day.year, m=month, s=month[:3].upper())


@CALM
@given(DAYS, st.sampled_from((*NAMED[:4], *NUMERIC)), st.sampled_from(sorted(MONTHS)))
def test_a_written_date_is_read_back(day: date, template: str, language: str) -> None:
    text = f"Total: 5,00 € ({written(day, template, language)}) x"
    assert [one.read(DayOrder.DAY_FIRST) for one in find_dates(text, TODAY)] == [day]


@CALM
@given(DAYS)
def test_abbreviated_english_months(day: date) -> None:
    assert find_dates(written(day, NAMED[4], "en"), TODAY)[0].read(DayOrder.DAY_FIRST) == day


@CALM
@given(
    st.lists(DAYS, min_size=6, max_size=30, unique=True),
    st.sampled_from([DayOrder.DAY_FIRST, DayOrder.MONTH_FIRST]),
)
def test_a_sorted_column_tells_its_day_order(days: list[date], order: DayOrder) -> None:
    template = "{d:02}/{n:02}/{y}" if order is DayOrder.DAY_FIRST else "{n:02}/{d:02}/{y}"
    newest_first = sorted(days, reverse=True)
    texts = [template.format(d=day.day, n=day.month, y=day.year) for day in newest_first]
    mentions = [find_dates(text, TODAY)[0] for text in texts]
    assume(any(day.day > 12 for day in days))
    assert day_order(mentions, "", "", TODAY) is order


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("en-US", "", DayOrder.MONTH_FIRST),
        ("en-GB", "", DayOrder.DAY_FIRST),
        ("de", "", DayOrder.DAY_FIRST),
        ("en", "$5.00", DayOrder.MONTH_FIRST),
        ("en", "€5.00", DayOrder.DAY_FIRST),
        ("en", "", DayOrder.UNKNOWN),
        ("en", "DD/MM/YYYY", DayOrder.DAY_FIRST),
        ("de", "13/04/2024 and 04/13/2024", DayOrder.UNKNOWN),
        ("en", "£5.00", DayOrder.DAY_FIRST),
    ],
)
def test_custom_decides_where_nothing_else_does(lang: str, text: str, expected: DayOrder) -> None:
    assert day_order(find_dates("03/04/2024", TODAY), lang, text, TODAY) is expected


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("7–10 Oct 2024", date(2024, 10, 7)),
        ("30 Apr – 3 May 2024", date(2024, 4, 30)),
        ("29 Dec – 2 Jan 2025", date(2024, 12, 29)),
        ("vor 3 Tagen", date(2029, 12, 29)),
        ("il y a 2 semaines", date(2029, 12, 18)),
        ("2024年3月12日", date(2024, 3, 12)),
    ],
)
def test_ranges_and_relative_dates(text: str, start: date) -> None:
    assert find_dates(text, TODAY)[0].read(DayOrder.DAY_FIRST) == start


@CALM
@given(
    st.decimals(min_value=0, max_value=9_999_999, places=2),
    st.sampled_from(["en", "de", "ch", "fr"]),
)
def test_an_amount_is_read_back(value: Decimal, style: str) -> None:
    english = f"{value:,.2f}"
    signs = {"en": ",.", "de": ".,", "ch": "'.", "fr": "\u202f,"}[style]
    text = english.replace(",", "t").replace(".", signs[1]).replace("t", signs[0])
    assert number_value(text) == value
    assert [one.value for one in find_amounts(f"Order 10432 € {text} paid")] == [value]


@CALM
@given(st.integers(min_value=100, max_value=10**9), st.integers(min_value=0, max_value=9))
def test_a_number_is_not_found_in_a_longer_one(number: int, digit: int) -> None:
    text = f"Order #{number} placed"
    assert mentions_identifier(text, str(number))
    assert not mentions_identifier(f"Order #{number}{digit}", str(number))
    assert not mentions_identifier(f"Order #{digit}{number}", str(number))
    assert not mentions_identifier(f"Order {number}-{digit}", str(number))
    assert [one.text for one in find_identifiers(text)] == [str(number)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Order #10432", "10432"),
        ("INV-2024-0042", "INV-2024-0042"),
        ("Bestellung GA-20431 geliefert", "GA-20431"),
        ("P2024/655", "P2024/655"),
        ("112-7852973-6872783", "112-7852973-6872783"),
    ],
)
def test_identifiers_as_a_person_quotes_them(text: str, expected: str) -> None:
    assert max(find_identifiers(text), key=lambda one: one.likeness).text == expected


@CALM
@given(st.text(max_size=40))
def test_folding_keeps_positions_and_is_stable(text: str) -> None:
    assert len(fold_in_place(text)) == len(text)
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("label", "name", "meant"),
    [
        ("My orders", "page.orders", True),
        ("Bestellübersicht", "page.orders", True),
        ("Order now", "page.orders", False),
        ("Newsletter anmelden", "login.enter", False),
        ("Log-in", "login.enter", True),
        ("Stornorechnung", "doc.invoice", False),
        ("Rechnung (PDF)", "doc.invoice", True),
        ("Rechnungsadresse", "doc.invoice", False),
    ],
)
def test_labels_and_their_meaning(label: str, name: str, meant: bool) -> None:
    assert (concept(name).score(label) >= 0.6) is meant
