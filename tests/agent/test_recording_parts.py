"""The parts of a recording: variables in texts, elements found again, what stays apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyvern_dagster.agent.planners.replay.elements import describe, find
from skyvern_dagster.agent.planners.replay.recording import (
    Effect,
    Element,
    RecordedAction,
    RecordedStep,
    Recording,
    read_recording,
)
from skyvern_dagster.agent.variables import Variables
from skyvern_dagster.browser.observation import Node, Observation
from skyvern_dagster.errors import PlannerError

VALUES = st.text(st.characters(categories=["L", "Nd"]), min_size=3, max_size=8)
ORDER = Variables({"order": "LF-7"})


@given(VALUES, st.text(max_size=20))
def test_what_is_lifted_can_be_filled_in_again(value: str, around: str) -> None:
    variables = Variables({"order_id": value})
    text = f"{around} {value} {around}"
    lifted = variables.lift(text)
    assert "{{ order_id }}" in lifted
    assert variables.fill(lifted).casefold() == text.casefold()


@pytest.mark.parametrize(
    ("values", "text", "lifted"),
    [
        ({"id": "LF-7"}, "Order LF-7, LF-77", "Order {{ id }}, LF-77"),
        ({"id": "7"}, "Order 7", "Order 7"),
        ({"a": "LF-7", "b": "LF-7"}, "LF-7", "{{ a }}"),
        ({"q": "a b"}, "/s?q=a%20b", "/s?q={{ q }}"),
        ({"short": "2024", "long": "2024-04"}, "2024-04 2024", "{{ long }} {{ short }}"),
    ],
)
def test_only_whole_values_become_variables(values: dict[str, str], text: str, lifted: str) -> None:
    assert Variables(values).lift(text) == lifted


@pytest.mark.parametrize(
    ("recorded", "url", "same"),
    [
        ("/orders/{{ order }}", "https://a/orders/LF-7?x=1", True),
        ("/orders/{{ order }}", "https://a/orders/LF-8", False),
        ("/s/*/orders", "https://a/s/991/orders", True),
        ("/orders", "https://a/orders/", False),
        ("/", "https://a", True),
    ],
)
def test_addresses_are_the_same_where_only_what_varies_differs(
    recorded: str, url: str, same: bool
) -> None:
    assert ORDER.is_at(recorded, url) is same


def orders(*ids: str, name: str = "Invoice", extra: tuple[Node, ...] = ()) -> Observation:
    rows = tuple(
        Node("row", children=(Node("cell", each), Node("cell", children=(
            Node("link", name, ref=f"e{index}", tag="a", url=f"https://a/{each}/pdf"),))))
        for index, each in enumerate(ids)
    )  # fmt: skip
    table = Node("table", children=rows)
    heading = Node("heading", "Your orders", level=1)
    return Observation("https://a/", "A", Node("document", children=(heading, table, *extra)))


def test_the_same_element_is_found_in_another_row() -> None:
    element = describe("e1", orders("LF-6", "LF-7", "LF-8"), ORDER)
    assert element is not None
    assert (element.row, element.url) == (("{{ order }}",), "/{{ order }}/pdf")
    assert find(element, orders("LF-9", "LF-8", "LF-7"), ORDER) == "e2"
    assert find(element, orders("LF-9", "LF-8"), ORDER) is None
    assert find(element, orders("LF-7", "LF-8"), Variables({"order": "LF-8"})) == "e1"


@pytest.mark.parametrize(
    "now",
    [
        orders("LF-7", name="Delivery note"),
        orders("LF-6"),
        Observation("https://a/", "A", Node("document")),
    ],
    ids=["renamed", "other rows", "empty"],
)
def test_what_is_not_there_is_not_found(now: Observation) -> None:
    element = describe("e0", orders("LF-7"), ORDER)
    assert element is not None
    assert find(element, now, ORDER) is None


def test_several_that_fit_equally_are_none_unless_there_are_as_many_as_there_were() -> None:
    def buttons(count: int) -> Observation:
        nodes = tuple(Node("button", "Add", ref=f"e{n}", tag="button") for n in range(count))
        return Observation("https://a/", "A", Node("document", children=nodes))

    element = describe("e1", buttons(3), Variables({}))
    assert element is not None
    assert (element.nth, element.among) == (2, 3)
    assert find(element, buttons(3), Variables({})) == "e1"
    assert find(element, buttons(2), Variables({})) is None


@pytest.mark.parametrize("nth", [1, 2])
def test_a_box_is_found_that_stood_beside_what_it_holds_when_it_was_recorded(nth: int) -> None:
    parts = (Node("text", name="Order LF-7"), Node("button", name="Invoice", ref="e9"))
    box = Node("generic", ref="x1", tag="div", clickable=True, children=parts)
    recorded = Element(
        role="generic", name="Order {{ order }} Invoice", tag="div", nth=nth, among=2
    )
    page = Observation("https://a/", "A", Node("document", children=(box,)))
    assert find(recorded, page, ORDER) == "x1"


def test_an_unknown_variable_is_an_error_not_a_guess() -> None:
    element = Element(role="link", name="{{ gone }}", tag="a")
    with pytest.raises(LookupError):
        find(element, orders("LF-7"), ORDER)


def test_a_recording_reads_as_it_was_written() -> None:
    element = Element(role="link", name="{{ order }}", row=("{{ order }}",), nth=2, among=3)
    action = RecordedAction(do="click", element=element, effect=Effect(url="/a", changes=True))
    recording = Recording(
        workflow="w", block="b", site="s", goal="g", bound=("order",), values={"order": "x"},
        steps=(RecordedStep(at="/", planner="llm", actions=(action,)),),
    )  # fmt: skip
    assert read_recording(recording.as_yaml(), "here") == recording


@pytest.mark.parametrize("text", ["", "[]", "version: 2", "steps: [", "version: 1\nsteps: []"])
def test_what_is_no_recording_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(PlannerError, match="recording here can't be read"):
        read_recording(text, "here")
