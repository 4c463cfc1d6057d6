"""A record of a page, read as texts in named places and as values: one record, two readings."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from skyvern_dagster.browser.observation import Node, Observation
from skyvern_dagster.reading.amounts import Amount
from skyvern_dagster.reading.facts import Kind
from skyvern_dagster.reading.page_cells import PageCells
from skyvern_dagster.reading.record import Record

TODAY = date(2024, 6, 15)
WORDS = st.text("abcdefgh", min_size=1, max_size=8)


def row(role: str, *texts: str) -> Node:
    return Node(role="row", children=tuple(Node(role=role, name=text) for text in texts))


def table(header: tuple[str, ...], *rows: Node) -> Node:
    return Node(role="table", name="Orders", children=(row("columnheader", *header), *rows))


def page(*parts: Node) -> Observation:
    root = Node(role="document", children=parts)
    return Observation(url="https://shop.example/orders", title="Orders", root=root)


def cells(record: Record) -> dict[str, str]:
    return {cell.label: cell.text for cell in record.cells}


def test_a_row_is_cells_by_name_and_values_with_meaning() -> None:
    line = row("cell", "#10432", "12 May 2024", "49,90 €")
    seen = page(
        Node(role="heading", name="Your orders", level=1), table(("Order", "Date", "Total"), line)
    )
    (orders,) = PageCells.of(seen, TODAY, str).sets
    (record,) = orders.records
    assert (orders.name, orders.under, orders.labels) == (
        "Orders", "Your orders", ("Order", "Date", "Total"),
    )  # fmt: skip
    assert cells(record) == {"Order": "#10432", "Date": "12 May 2024", "Total": "49,90 €"}
    values = {fact.column: fact.value for fact in record.facts if fact.kind is Kind.AMOUNT}
    assert isinstance(values["Total"], Amount)
    assert values["Total"].value == Decimal("49.90")


def test_columns_of_one_name_or_none_go_by_their_number() -> None:
    seen = page(table(("Price", "", "Price"), row("cell", "1", "2", "3")))
    (prices,) = PageCells.of(seen, TODAY, str).sets
    assert cells(prices.records[0]) == {"#1": "1", "#2": "2", "#3": "3"}
    assert prices.columns == ("Price", "", "Price")


def test_a_table_with_a_row_of_another_width_has_no_certain_places() -> None:
    odd = table(("Order", "Total"), row("cell", "1", "2"), row("cell", "3"))
    assert PageCells.of(page(odd), TODAY, str).sets == ()


def test_secrets_are_masked_before_a_text_is_taken_apart() -> None:
    items = tuple(
        Node(role="listitem", children=(Node(role="text", text=text),))
        for text in ("hidden: word 7", "Total: 8")
    )
    seen = page(Node(role="list", children=items))
    read = PageCells.of(seen, TODAY, lambda text: text.replace("hidden: word", "***"))
    assert [cell.text for one in read.sets[0].records for cell in one.cells] == ["*** 7", "8"]


def test_what_is_read_from_records_can_be_left_out_of_the_page() -> None:
    seen = page(
        Node(role="heading", name="Orders", level=1), table(("Order",), row("cell", "10432"))
    )
    read = PageCells.of(seen, TODAY, str)
    assert "10432" in {cell.text for cell in read.cells()}
    assert [cell.text for cell in read.cells(without=read.sets)] == ["Orders"]


@settings(deadline=None)
@given(
    st.lists(st.lists(WORDS, min_size=3, max_size=3), min_size=1, max_size=5),
    st.lists(WORDS, min_size=3, max_size=3, unique=True),
)
def test_every_cell_of_every_row_stands_under_its_own_column(
    body: list[list[str]], header: list[str]
) -> None:
    seen = page(table(tuple(header), *(row("cell", *line) for line in body)))
    (read,) = PageCells.of(seen, TODAY, str).sets
    assert [[cells(one)[name] for name in header] for one in read.records] == body
