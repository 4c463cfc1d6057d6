from __future__ import annotations

import pytest

from skyvern_dagster.agent.decisions import Back, Click, Complete, Decision, InputText
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


def test_a_button_that_typing_draws_anew_is_clicked_all_the_same(errand: Errand) -> None:
    def fill_and_save(request: PlanRequest) -> list[Decision]:
        refs = {node.role: str(node.ref) for node in request.observation.root.walk() if node.ref}
        return [InputText(ref=refs["textbox"], text="Ada"), Click(ref=refs["button"])]

    result = errand.script("/redrawn", [fill_and_save, [Complete(shows="saved")]])
    assert result.status == "completed", result.steps[0].result
    assert result.steps[0].status == "completed"
