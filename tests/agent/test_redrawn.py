from __future__ import annotations

import pytest

from skyvern_dagster.agent.decisions import Back, Click, Complete, Decision, Drag, InputText
from skyvern_dagster.agent.planner import PlanRequest
from skyvern_dagster.agent.redrawn import for_redrawn
from skyvern_dagster.browser.observation import Node, Observation
from tests.agent.errand import Errand

SAVE = Node("button", "Save", ref="e3", tag="button")


def page(*nodes: Node) -> Observation:
    return Observation("http://a/", "A", Node("document", children=nodes))


@pytest.mark.parametrize(
    ("decision", "now", "ref"),
    [
        (Click(ref="e3"), [Node("button", "Save", ref="e9", tag="button")], "e9"),
        (Click(ref="e3"), [SAVE], None),
        (Click(ref="e3"), [Node("button", "Send", ref="e9", tag="button")], None),
        (
            Click(ref="e3"),
            [Node("button", "Save", ref=f"e{n}", tag="button") for n in (8, 9)],
            None,
        ),
        (Click(ref="e7"), [Node("button", "Save", ref="e9", tag="button")], None),
        (Back(), [], None),
    ],
    ids=["redrawn", "still there", "another", "two", "never was", "no element"],
)
def test_only_what_reads_as_it_did_is_the_same(
    decision: Decision, now: list[Node], ref: str | None
) -> None:
    again = for_redrawn(decision, page(SAVE), page(*now))
    assert getattr(again, "ref", None) == ref


def rows(*items: tuple[str, str], role: str = "row") -> Observation:
    """A button that is called the same in each row."""
    made = [
        Node(role, children=(Node("cell", text), Node("button", "Edit", ref=ref, tag="button")))
        for text, ref in items
    ]
    return page(*made)


def test_of_several_alike_it_is_the_one_in_the_same_row() -> None:
    before = rows(("Ada", "e1"), ("Bob", "e2"))
    moved = rows(("Bob", "e8"), ("Eve", "e9"), ("Ada", "e7"))
    again = for_redrawn(Click(ref="e2"), before, moved)
    assert getattr(again, "ref", None) == "e8"
    assert for_redrawn(Click(ref="e2"), before, rows(("Ada", "e7"), ("Eve", "e8"))) is None
    twice = rows(("Bob", "e7"), ("Bob", "e8"))
    assert for_redrawn(Click(ref="e2"), before, twice) is None


def test_outside_of_rows_it_is_the_one_in_the_same_place_among_as_many() -> None:
    before = rows(("", "e1"), ("", "e2"), role="group")
    again = for_redrawn(Click(ref="e2"), before, rows(("", "e7"), ("", "e8"), role="group"))
    assert getattr(again, "ref", None) == "e8"
    more = rows(("", "e7"), ("", "e8"), ("", "e9"), role="group")
    assert for_redrawn(Click(ref="e2"), before, more) is None


def test_both_ends_of_a_drag_are_found_again() -> None:
    before = page(SAVE, Node("generic", "Card", ref="e4"))
    now = page(Node("button", "Save", ref="e8", tag="button"), Node("generic", "Card", ref="e9"))
    again = for_redrawn(Drag(ref="e4", to_ref="e3"), before, now)
    assert (getattr(again, "ref", None), getattr(again, "to_ref", None)) == ("e9", "e8")


def test_a_button_that_typing_draws_anew_is_clicked_all_the_same(errand: Errand) -> None:
    def fill_and_save(request: PlanRequest) -> list[Decision]:
        refs = {node.role: str(node.ref) for node in request.observation.root.walk() if node.ref}
        return [InputText(ref=refs["textbox"], text="Ada"), Click(ref=refs["button"])]

    result = errand.script("/redrawn", [fill_and_save, [Complete(shows="saved")]])
    assert result.status == "completed", result.steps[0].result
    assert result.steps[0].status == "completed"
