"""Laws of reading records, over tables that no shop ever had."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from skyvern_dagster.browser.observation import Node, Observation
from tests.agent.heuristic.answers import extracted, planned
from tests.agent.heuristic.goals import list_goal

CALM = settings(deadline=None, max_examples=25)
ID_NAMES = ("Order number", "Bestellnummer", "N° de commande", "Número de pedido", "Bestelnummer")
DATE_NAMES = ("Order date", "Bestelldatum", "Date de commande", "Fecha de pedido", "Besteldatum")
OTHERS = {
    "Delivered on": "9 June 2024",
    "Tracking number": "1Z999AA10123456784",
    "Total": "€ 12.50",
    "Status": "Shipped",
    "Items": "3",
    "Customer number": "20044871",
}


@dataclass(frozen=True)
class Sheet:
    """A table of orders with its columns in some order."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, date], ...]

    def cells(self, row: tuple[int, date]) -> list[str]:
        values = dict(OTHERS)
        values.update(dict.fromkeys(ID_NAMES, f"#{row[0]}"))
        values.update(dict.fromkeys(DATE_NAMES, f"{row[1]:%d.%m.%Y}"))
        return [values[name] for name in self.columns]

    @property
    def expected(self) -> list[tuple[str, str]]:
        return [(str(number), day.isoformat()) for number, day in self.rows]


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    language = draw(st.integers(0, len(ID_NAMES) - 1))
    extra = draw(st.lists(st.sampled_from(sorted(OTHERS)), unique=True))
    columns = draw(st.permutations([ID_NAMES[language], DATE_NAMES[language], *extra]))
    numbers = draw(st.lists(st.integers(10_000, 9_999_999), min_size=2, max_size=8, unique=True))
    days = st.dates(date(2020, 1, 1), date(2024, 6, 1))
    return Sheet(tuple(columns), tuple((number, draw(days)) for number in numbers))


def seen(body: Node) -> Observation:
    heading = Node("heading", name="Orders", level=1)
    root = Node("document", children=(heading, body))
    return Observation("https://shop.example/orders", "Orders", root)


def read(body: Node) -> list[tuple[str, str]]:
    data = extracted(planned(list_goal(), seen(body)))
    return [(one["order_id"], one["order_date"]) for one in data["order_ids"]]


@CALM
@given(sheets())
def test_a_table_is_read_whatever_the_order_of_its_columns(sheet: Sheet) -> None:
    head = Node("row", children=tuple(Node("columnheader", name=name) for name in sheet.columns))
    rows = [
        Node("row", children=tuple(Node("cell", name=text) for text in sheet.cells(row)))
        for row in sheet.rows
    ]
    assert read(Node("table", children=(head, *rows))) == sheet.expected


@CALM
@given(sheets())
def test_labelled_cards_are_read_like_the_table(sheet: Sheet) -> None:
    cards = []
    for row in sheet.rows:
        pairs = zip(sheet.columns, sheet.cells(row), strict=True)
        fields = tuple(
            Node("generic", children=(Node("generic", text=name), Node("generic", text=text)))
            for name, text in pairs
        )
        cards.append(Node("generic", children=fields))
    assert read(Node("generic", children=tuple(cards))) == sheet.expected


@CALM
@given(sheets())
def test_a_definition_list_is_read_like_the_table(sheet: Sheet) -> None:
    parts: list[Node] = []
    for row in sheet.rows:
        for name, text in zip(sheet.columns, sheet.cells(row), strict=True):
            parts += [Node("term", text=name), Node("definition", text=text)]
    assert read(Node("generic", children=tuple(parts))) == sheet.expected
