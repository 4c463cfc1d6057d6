"""Models that are right in unusual ways: nothing of it may be refused or lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.agent.errand import Errand
from tests.sloppy.slip import Slip, slips
from tests.sloppy.trial import tried
from tests.traps.site import TrapSite

_QUICK = {
    "periods and ends of months", "short forms of large numbers",
    "line totals that nobody wrote down", "a day of a calendar",
    "a card dragged into an empty list", "two forms of one page",
    "a new customer beside a filter", "a shop that says buy for the cart", "headers of groups",
}  # fmt: skip
"""One of each kind of mend; the others take as long again."""


def _cases() -> list[object]:
    return [
        pytest.param(one, id=one.name, marks=() if one.name in _QUICK else pytest.mark.long)
        for one in slips(Path(__file__).parent)
    ]


@pytest.mark.parametrize("slip", _cases())
def test_what_is_right_is_complete(errand: Errand, site: TrapSite, slip: Slip) -> None:
    seen = tried(errand, site, slip)
    assert seen.status == "completed", "\n".join([seen.reason, *errand.lines])
    assert slip.trap.right(seen), seen
