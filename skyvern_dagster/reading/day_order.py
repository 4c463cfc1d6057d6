"""Which comes first in the numeric dates of a page, the day or the month."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from datetime import date, timedelta

from skyvern_dagster.reading.date_mention import DateMention, DayOrder


def day_order(mentions: Iterable[DateMention], lang: str, text: str, today: date) -> DayOrder:
    """The order that makes the best sense of all these dates.

    Impossible days decide; then dates in the future (a list of past events has none); then
    which reading leaves the list sorted; then the page's language and currency.
    """
    numeric = [mention for mention in mentions if mention.numeric]
    for order, other in (
        (DayOrder.DAY_FIRST, DayOrder.MONTH_FIRST),
        (DayOrder.MONTH_FIRST, DayOrder.DAY_FIRST),
    ):
        if any(_exact(mention, other) is None for mention in numeric):
            return order
    penalties = {order: _implausible(numeric, order, today) for order in DayOrder}
    least = min(penalties.values())
    likely = [order for order in DayOrder if penalties[order] == least]
    return likely[0] if len(likely) == 1 else _customary(lang, text)


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
    return DayOrder.DAY_FIRST
