"""Models that click the neighbour's row, mix up fields, make values up and say that it is done."""

from __future__ import annotations

import pytest

from tests.agent.errand import Errand
from tests.sloppy.slip import Slip, slips
from tests.sloppy.trial import tried
from tests.traps.site import TrapSite

_QUICK = {
    "cards, other's document", "search by script, emptied", "names swapped, corrected",
    "a field left out", "values in other forms", "delete report, other deleted",
    "wrong row, corrected", "columns swapped", "a plan in place of data",
    "claims none, a tab of documents is closed", "claims none, as the page says",
}  # fmt: skip
"""One of each kind of mend; the others take as long again."""


def _cases() -> list[object]:
    return [
        pytest.param(one, id=one.name, marks=() if one.name in _QUICK else pytest.mark.long)
        for one in slips()
    ]


@pytest.mark.parametrize("slip", _cases())
def test_completed_is_right_and_nothing_is_lost(errand: Errand, site: TrapSite, slip: Slip) -> None:
    seen = tried(errand, site, slip)
    if seen.status == "completed":
        assert slip.trap.right(seen), seen
    else:
        assert not slip.solvable, seen
        assert seen.claimed == slip.claim, [seen, *errand.lines]
