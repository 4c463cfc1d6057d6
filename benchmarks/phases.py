"""Where the seconds of an invoice run go, as the shop sees it: of ours and of the rivals alike."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from itertools import pairwise

from skyvern_dagster.demo.shop.request_log import LoggedRequest

_LIST = "/account/orders"
_OF_AN_ORDER = re.compile(r"/account/orders/[^/?]")


@dataclass(frozen=True)
class Phases:
    """Seconds, which add up to the whole.

    Attributes:
        start: Until the shop is asked for something.
        login: From there until it is asked for the list of orders.
        listing: From there until it is asked for something of an order.
        files: From there until it is asked for the last file.
        end: From there: that file, the upload, the mail, and the end of the process.
    """

    start: float
    login: float
    listing: float
    files: float
    end: float

    @classmethod
    def of(cls, requests: Sequence[LoggedRequest], began: float, ended: float) -> Phases:
        """From what the shop was asked for, by the same clock as the beginning and the end."""
        of_orders = [each.arrived for each in requests if _OF_AN_ORDER.match(each.path)]
        listed = min(each.arrived for each in requests if each.path.startswith(_LIST))
        first = min(each.arrived for each in requests)
        marks = (began, first, listed, min(of_orders), max(of_orders), ended)
        return cls(*(later - sooner for sooner, later in pairwise(marks)))

    @classmethod
    def median(cls, rounds: Sequence[Phases]) -> Phases:
        """Of each phase by itself."""
        return cls(*map(statistics.median, zip(*map(astuple, rounds), strict=True)))

    def told(self, other: Phases) -> str:
        """Beside those of another one that does the same."""
        return ", ".join(
            f"{_NAMES[each.name]} {mine:.1f} s ({theirs:.1f})"
            for each, mine, theirs in zip(fields(self), astuple(self), astuple(other), strict=True)
        )


_NAMES = {
    "start": "until the first request",
    "login": "login",
    "listing": "list and the way to the first order",
    "files": "files",
    "end": "upload, mail and end",
}
