"""Which comes first in the numeric dates of a page, the day or the month."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from datetime import date, timedelta

from skyvern_dagster.reading.date_mention import DateMention, DayOrder
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.words import fold

_ORDERS = (DayOrder.DAY_FIRST, DayOrder.MONTH_FIRST)


_HINTS = (
    (DayOrder.DAY_FIRST, re.compile(r"\b(?:dd|tt|jj|gg)[./-]mm\b")),
    (DayOrder.MONTH_FIRST, re.compile(r"\bmm[./-](?:dd|tt|jj|gg)\b")),
)
"""How pages say in what form they write dates."""


def day_order(mentions: Iterable[DateMention], lang: str, text: str, today: date) -> DayOrder:
    """The order that makes the best sense of all these dates.

    Impossible days decide, here or elsewhere on the page; then what the page says of its form; then
    dates in the future (a list of past events has none); then which reading leaves the list sorted;
    then the page's language and currency. Where these contradict each other or say nothing, as on
    a page that is English and of no country, it isn't known.
    """
    numeric = [mention for mention in mentions if mention.numeric]
    if settled := _settled(numeric) or _settled(
        [one for one in find_dates(text, today) if one.numeric]
    ):
        return settled[0] if len(settled) == 1 else DayOrder.UNKNOWN
    if hinted := [order for order, hint in _HINTS if hint.search(fold(text))]:
        return hinted[0] if len(hinted) == 1 else DayOrder.UNKNOWN
    penalties = {order: _implausible(numeric, order, today) for order in _ORDERS}
    least = min(penalties.values())
    likely = [order for order in _ORDERS if penalties[order] == least]
    return likely[0] if len(likely) == 1 else _customary(lang, text)


def _settled(mentions: list[DateMention]) -> list[DayOrder]:
    """The orders in which alone one of these dates is possible: both, where they contradict."""
    first, second = _ORDERS
    return [
        order
        for order, other in ((first, second), (second, first))
        if any(_exact(mention, other) is None for mention in mentions)
    ]


def _exact(mention: DateMention, order: DayOrder) -> date | None:
    return mention.day_first if order is DayOrder.DAY_FIRST else mention.month_first


def _implausible(mentions: list[DateMention], order: DayOrder, today: date) -> int:
    days = [day for mention in mentions if (day := mention.read(order))]
    future = sum(day > today + timedelta(days=1) for day in days)
    pairs = list(itertools.pairwise(days))
    falling = sum(first < second for first, second in pairs)
    rising = sum(first > second for first, second in pairs)
    return 2 * future + min(falling, rising)


def _customary(lang: str, text: str) -> DayOrder:
    language, _, region = lang.lower().replace("_", "-").partition("-")
    if region in {"us", "ph"} and language in {"en", "es", "fil"}:
        return DayOrder.MONTH_FIRST
    if language in {"", "en"} and not region and "$" in text and not re.search("[€£]", text):
        return DayOrder.MONTH_FIRST
    if language in {"", "en"} and not region and not re.search("[€£]", text):
        return DayOrder.UNKNOWN
    return DayOrder.DAY_FIRST
