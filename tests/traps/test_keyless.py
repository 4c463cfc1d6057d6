"""Without a model: whoever says `completed` is right, and what is plain is done."""

from __future__ import annotations

import pytest

from skyvern_dagster.agent.planners.heuristic.planner import HeuristicPlanner
from tests.agent.errand import Errand
from tests.planners.wordless import Wordless
from tests.traps.site import TrapSite
from tests.traps.trap import Trap
from tests.traps.trial import traps, tried

_IN_THE_GATE = frozenset(
    {
        "ids inside ids: INV-1 in a cards",
        "one number in two years, the year in the payload",
        "the right name, the wrong file",
        "some of them: Extract the id and the date of all unpaid orders.",
        "more that isn't shown",
        "refused by a page that says it went wrong",
        "a question that is left open",
        "a login that is locked",
        "Draft invoice called PDF",
        "values: struck through",
        "answered: Your message has been saved as a draft.",
        "clicked: Save, and the page says: You have unsaved changes.",
        "a login that leads to an approval",
        "sent: a name that is cut off",
        "clicked and sent: an error behind the word",
        "confirmed: another name",
        "a part: Only your 2 most recent orders are shown.",
        "sums: a statement",
        "whose: an account, in the goal",
        "settings: saved as it was",
        "paper: a page that makes it",
        "reading: two rows of heads",
        "submitted: thanks, and stock",
        "meaning: two years, of which none is told",
        "own page: a day",
        "held: another day",
        "portal: two other days",
        "thanks: and a limit",
        "state: over two pages",
        "offer: a message with its link",
        "truth: of two currencies",
        "odd number: letters in cards, absent",
        "named: choice, wrong 1",
        "grouped: two days in six lists",
        "told apart: a quarter of another year",
        "said: a list, how many",
        "understood: a class, wrong 0",
        "understood: leave, right 0",
        "click answered: Approve, wrong 0, here",
        "own verb: kündige, cards",
        "own verb: delete, manager column",
        "plain: invoice of Interim invoice, Final invoice",
        "boxes: drawers",
        "claim: a row without, neighbours with",
        "claim: behind another tab",
    }
)
"""One of each kind; the others are `long`."""


def test_those_in_the_gate_exist() -> None:
    names = [trap.name for trap in traps()]
    assert set(names) >= _IN_THE_GATE
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "trap",
    [
        pytest.param(
            trap, id=trap.name, marks=() if trap.name in _IN_THE_GATE else pytest.mark.long
        )
        for trap in traps()
    ],
)
def test_it_is_right_or_says_that_it_isnt(errand: Errand, site: TrapSite, trap: Trap) -> None:
    seen = tried(errand, site, trap, Wordless(HeuristicPlanner()))
    assert not trap.is_false(seen), seen
    done = seen.status == "completed" or bool(seen.claimed)
    assert done or not trap.solvable, seen.reason
    assert done or seen.reason
