"""The order of blocks: lists, graphs by ``next_block_label``, branches, and what can't be."""

from __future__ import annotations

from typing import Any

import pytest

from skyvern_dagster.workflow.findings import InvalidDefinitionError
from skyvern_dagster.workflow.flow import FlowNode, make_flow
from tests.compiler.definitions import (
    branch,
    conditional,
    given,
    loop,
    otherwise,
    upload,
    while_loop,
    workflow,
)


def test_a_list_is_carried_out_as_it_stands() -> None:
    flow = make_flow((FlowNode("a"), FlowNode("b"), FlowNode("c")))

    assert flow.order == ("a", "b", "c")
    assert [flow.after(label) for label in flow.order] == ["b", "c", None]


def test_labels_say_what_comes_next() -> None:
    flow = make_flow((FlowNode("a", "c"), FlowNode("b"), FlowNode("c", "b")))

    assert flow.order == ("a", "c", "b")
    assert not flow.problems


def test_a_graph_may_stand_in_any_order() -> None:
    flow = make_flow((FlowNode("c"), FlowNode("a", "b"), FlowNode("b", "c")))

    assert flow.order == ("a", "b", "c")
    assert not flow.problems


def test_blocks_above_a_conditional_follow_each_other() -> None:
    nodes = (FlowNode("a"), FlowNode("b"), FlowNode("ask", None, ("x", None)), FlowNode("x"))
    flow = make_flow(nodes)

    assert flow.order == ("a", "b", "ask", "x")
    assert not flow.problems
    behind = make_flow((*nodes, FlowNode("y")))
    assert [each.label for each in behind.problems] == ["y"]


def test_branches_come_together_where_the_conditional_goes_on() -> None:
    nodes = (
        FlowNode("ask", "end", ("left", "right", None)),
        FlowNode("left"),
        FlowNode("right", "again"),
        FlowNode("again", None, ("deep", None)),
        FlowNode("deep"),
        FlowNode("end"),
    )
    flow = make_flow(nodes)

    assert flow.branches == {"ask": ("left", "right", "end"), "again": ("deep", "end")}
    assert {flow.after(label) for label in ("left", "deep", "again")} == {"end"}
    assert flow.always_before["end"] == {"ask"}
    assert flow.always_before["deep"] == {"ask", "right", "again"}


def test_an_inner_conditional_goes_on_at_its_own_block_first() -> None:
    nodes = (
        FlowNode("ask", "end", ("inner", None)),
        FlowNode("inner", "both", ("x", "y")),
        FlowNode("x"),
        FlowNode("y"),
        FlowNode("both"),
        FlowNode("end"),
    )
    flow = make_flow(nodes)

    assert [flow.after(label) for label in ("x", "y", "both")] == ["both", "both", "end"]


def test_the_finally_block_is_no_part_of_the_order() -> None:
    flow = make_flow((FlowNode("a", "last"), FlowNode("last"), FlowNode("b")), "last")

    assert flow.order == ("a", "b")


@pytest.mark.parametrize(
    ("blocks", "messages"),
    [
        ([upload("a", next_block_label="x")], ["there is no block 'x' beside this one"]),
        (
            [upload("a", next_block_label="b"), upload("b", next_block_label="a")],
            ["the blocks go round in a circle: a -> b -> a"],
        ),
        (
            [upload("a", next_block_label="c"), upload("b", next_block_label="c"), upload("c")],
            ["it is never reached"],
        ),
        (
            [conditional("ask", branch("{{ n }}", "nowhere"), otherwise()), upload("a")],
            ["there is no block 'nowhere' beside this one", "it is never reached"],
        ),
        (
            [loop("l", "n", upload("inside", next_block_label="out")), upload("out")],
            ["there is no block 'out' beside this one"],
        ),
        ([conditional("ask", otherwise(), otherwise())], ["only one branch may have"]),
        ([conditional("ask", {"next_block_label": None})], ["a branch has criteria, or"]),
    ],
)
def test_what_can_t_be_carried_out(blocks: list[dict[str, Any]], messages: list[str]) -> None:
    with pytest.raises(InvalidDefinitionError) as caught:
        workflow(blocks, [given("n", "json", [])])

    assert len(caught.value.findings) == len(messages)
    for finding, message in zip(caught.value.findings, messages, strict=True):
        assert message in finding.message
        assert finding.position.line


def test_a_finally_label_that_there_is_not() -> None:
    with pytest.raises(InvalidDefinitionError, match=r"there is no block 'b'.*top level"):
        workflow([upload("a")], finally_block_label="b")


def test_what_does_something_else_than_meant_is_a_warning() -> None:
    made = workflow(
        [
            conditional("ask", branch("n > 3"), branch("yes"), otherwise(), next_block_label="w"),
            while_loop("w", "{{ current_index < 2 }}"),
        ]
    )

    assert [finding.message for finding in made.warnings] == [
        "the block judges its conditions, and no language model is configured here: it will fail",
        "'n > 3' is a statement, which a model has to judge",
        "the loop has no blocks: it does nothing",
    ]
