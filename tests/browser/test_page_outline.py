"""What a model is shown of a page: the laws of trimming, without a browser."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyvern_dagster.browser.observation import Node, Observation, Option
from skyvern_dagster.browser.page_outline import page_outline, words_of


def page(*nodes: Node) -> Observation:
    return Observation("https://shop.example/", "Shop", Node("document", children=nodes))


def table(rows: int) -> Node:
    head = Node("row", children=(Node("columnheader", "Order"), Node("columnheader", "Paper")))
    body = tuple(
        Node("row", children=(
            Node("cell", f"LF-{1000 + n}"),
            Node("cell", children=(Node("link", "Invoice", ref=f"e{n}", url="https://shop.example/i"),)),
        ))
        for n in range(rows)
    )  # fmt: skip
    return Node("table", children=(Node("rowgroup", children=(head, *body)),))


YEARS = (Option("2023", "a"), Option("2024", "b", selected=True))
NODES = st.recursive(
    st.builds(
        Node,
        st.sampled_from(["text", "link", "button", "textbox", "heading", "paragraph", "cell"]),
        st.text('abc "<>\n', max_size=12),
        ref=st.none() | st.sampled_from(["e1", "e2", "f1e3"]),
        in_viewport=st.booleans(),
    ),
    lambda inner: st.builds(
        Node,
        st.sampled_from(["generic", "row", "list", "listitem", "table", "dialog", "main"]),
        st.text("abc", max_size=4),
        children=st.lists(inner, max_size=5).map(tuple),
    ),
    max_leaves=20,
)


@given(st.lists(NODES, max_size=6), st.integers(1, 400))
def test_the_budget_holds(nodes: list[Node], tokens: int) -> None:
    shown = page_outline(page(*nodes), ["abc"], tokens)
    gaps = [line for line in shown.text.splitlines() if "left out" in line]
    kept = [line for line in shown.text.splitlines() if "left out" not in line]
    assert len("\n".join(kept)) <= tokens * 4
    assert bool(gaps) is not shown.complete


@given(st.lists(NODES, max_size=6))
def test_every_control_is_shown_where_there_is_room(nodes: list[Node]) -> None:
    shown = page_outline(page(*nodes), [], 100_000, all_rows=True)
    assert shown.complete
    controls = {
        node.ref
        for each in nodes
        for node in each.walk()
        if node.ref and node.role in ("link", "button", "textbox")
    }
    assert {ref for ref in controls if f"[{ref}]" not in shown.text} == set()


CELLS = st.text('15.0|\\ a"', max_size=6)


@given(st.lists(CELLS, min_size=2, max_size=6), st.sampled_from(["cell", "gridcell"]))
def test_a_bar_per_cell_whatever_is_in_them(texts: list[str], role: str) -> None:
    row = Node("row", children=tuple(Node(role, text) for text in texts))
    shown = page_outline(page(Node("table", children=(row,))), [], 4000).text
    cells = [each.strip().replace("\\|", "|") for each in re.split(r"(?<!\\)\|", shown)]
    assert cells == [" ".join(text.split()) for text in texts]


def test_a_number_that_its_neighbour_has_too_is_another_number() -> None:
    texts = ("15", "5", "5", "100456", "4")
    shown = page_outline(page(*(Node("paragraph", text=text) for text in texts)), [], 100)
    assert tuple(shown.text.splitlines()) == texts


def test_a_long_table_keeps_header_first_rows_and_the_row_that_is_meant() -> None:
    shown = page_outline(page(table(200)), words_of(["Invoice of LF-1150"]), 4000)
    lines = shown.text.splitlines()
    assert lines[0] == "Order | Paper"
    assert "LF-1000" in lines[1]
    assert [line for line in lines if "LF-1150" in line] == ['LF-1150 | link "Invoice" [e150] /i']
    assert len(lines) < 20
    assert "139 lines with 139 controls left out" in shown.text
    assert not shown.complete


def test_for_reading_all_rows_stay_as_far_as_the_budget_goes() -> None:
    assert page_outline(page(table(200)), [], 4000, all_rows=True).complete
    assert not page_outline(page(table(200)), [], 400, all_rows=True).complete


def test_a_control_that_the_goal_names_stays_among_thousands() -> None:
    buttons = [Node("button", f"Action {n}", ref=f"e{n}") for n in range(5000)]
    shown = page_outline(
        page(*buttons, Node("button", "Export ledger", ref="e9")), ["ledger"], 1000
    )
    assert 'button "Export ledger" [e9]' in shown.text


@pytest.mark.parametrize(
    ("node", "line"),
    [
        (Node("textbox", "E-mail", ref="e1", value="a@b", input_type="email", required=True),
         'textbox "E-mail" [e1] ="a@b" type=email required'),
        (Node("combobox", "Year", ref="e1", options=YEARS),
         'combobox "Year" [e1] ="2024" (2023, 2024)'),
        (Node("link", 'The "best"', ref="e1", url="https://shop.example/a"),
         "link \"The 'best'\" [e1] /a"),
        (Node("link", "Long", ref="e1", url="https://shop.example/" + "a" * 90),
         'link "Long" [e1]'),
        (Node("link", "Far", ref="e1", url="/product?" + "a" * 90), 'link "Far" [e1]'),
        (Node("button", "Off", ref="e1", disabled=True, covered=True),
         'button "Off" [e1] disabled covered'),
        (Node("generic", text="Menu", ref="e1", clickable=True), 'clickable "Menu" [e1]'),
        (Node("heading", "Orders", level=1), "# Orders"),
        (Node("checkbox", "Terms", ref="e1", checked=True), 'checkbox "Terms" [e1] checked'),
    ],
)  # fmt: skip
def test_a_control_says_what_a_planner_needs(node: Node, line: str) -> None:
    assert page_outline(page(node), [], 100).text == line


def test_a_label_is_not_repeated_before_its_field() -> None:
    shown = page_outline(page(Node("text", "User"), Node("textbox", "User", ref="e1")), [], 100)
    assert shown.text == 'textbox "User" [e1]'


def test_what_a_link_is_within_its_page_is_told() -> None:
    links = {
        "https://shop.example/list?a=1#": "#",
        "https://shop.example/#/orders": "/#/orders",
        "https://shop.example/faq#prices": "/faq#prices",
    }
    nodes = [Node("link", "To", ref="e1", url=url) for url in links]
    shown = page_outline(page(*nodes), [], 500).text
    assert [line.rpartition(" ")[2] for line in shown.splitlines()] == list(links.values())


def test_the_lines_of_a_text_stay_lines() -> None:
    node = Node("textbox", "Text", ref="e1", tag="textarea", value="one  two\nthree")
    assert page_outline(page(node), [], 500).text == 'textbox "Text" [e1] ="one two\\nthree"'


def test_the_options_of_a_list_are_told_once() -> None:
    inside = tuple(Node("option", one.label, ref=f"e{at}") for at, one in enumerate(YEARS, 2))
    node = Node("listbox", "Year", ref="e1", options=YEARS, children=inside)
    shown = page_outline(page(node), [], 500).text
    assert shown == 'listbox "Year" [e1] ="2024" (2023, 2024)'
