"""Data that a model read off a page is read again without it; never wrong, else not at all."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from skyvern_dagster.agent.planner import Goal, PlanRequest
from skyvern_dagster.agent.planners.replay.data_mapping.learning import learn
from skyvern_dagster.agent.planners.replay.data_mapping.mapping import DataMapping
from skyvern_dagster.agent.planners.replay.data_mapping.reader import read_again
from skyvern_dagster.agent.variables import Variables
from skyvern_dagster.browser.observation import Node, Observation
from skyvern_dagster.errors import PageDiffersError

NO_FACTS = Variables({})
HEADERS = ("Order no.", "Order date", "Due date", "Amount", "Status")
KEYS = ("order_no", "order_date", "due_date", "amount", "status")
ROW = ("R-1003", "03/14/2024", "04/02/2024", "$1,234.50", "Open")
OTHER = ("R-1004", "03/20/2024", "04/12/2024", "$80.00", "Paid")


def table(headers: Any, rows: Any, *around: Node) -> Observation:
    head = Node("row", children=tuple(Node("columnheader", each) for each in headers))
    body = [Node("row", children=tuple(Node("cell", each) for each in row)) for row in rows]
    heading = Node("heading", "Your orders", level=1)
    link = Node("link", "Log out", ref="e1", url="https://a/out")
    grid = Node("table", children=(head, *body))
    return Observation("https://a/", "A", Node("document", children=(heading, link, *around, grid)))


def page(*nodes: Node) -> Observation:
    return Observation("https://a/", "A", Node("document", children=nodes))


def request(seen: Observation, goal: str = "Extract all orders", schema: Any = None) -> PlanRequest:
    return PlanRequest(Goal(data_extraction_goal=goal, data_schema=schema), seen)


def learnt(data: Any, seen: Observation, goal: str = "Extract all orders") -> DataMapping | None:
    return learn(data, request(seen, goal), NO_FACTS)


def meant(row: Any) -> dict[str, Any]:
    """What a model makes of a row."""
    number, ordered, due, amount, status = row

    def iso(text: str) -> str:
        month, day, year = text.split("/")
        return f"{year}-{month}-{day}"

    value = float(amount.strip("$").replace(",", ""))
    return dict(zip(KEYS, (number, iso(ordered), iso(due), value, status), strict=True))


DAYS = st.dates(date(1990, 1, 1), date(2099, 1, 1)).map(lambda day: f"{day:%m/%d/%Y}")
ROWS = st.tuples(
    st.integers(1000, 99999).map(lambda number: f"R-{number}"),
    DAYS,
    DAYS,
    st.integers(0, 10**7).map(lambda cents: f"${cents / 100:,.2f}"),
    st.sampled_from(["Open", "Paid", "In dispute"]),
)
TABLES = st.lists(ROWS, min_size=1, max_size=5)


@settings(deadline=None)
@given(TABLES, TABLES, st.permutations(range(5)))
def test_other_rows_in_another_order_of_columns_are_read_right_or_not_at_all(
    then: Any, now: Any, order: list[int]
) -> None:
    reading = learnt({"orders": [meant(row) for row in then]}, table(HEADERS, then))
    assume(reading is not None)
    assert reading is not None
    moved = table([HEADERS[each] for each in order], [[row[each] for each in order] for row in now])
    try:
        again = read_again(reading, request(moved), NO_FACTS)
    except PageDiffersError:
        return
    assert again == {"orders": [meant(row) for row in now]}


def test_what_is_learnt_from_two_plain_rows_reads_others() -> None:
    """The law above would hold for a reader that never reads."""
    reading = learnt([meant(ROW), meant(OTHER)], table(HEADERS, [ROW, OTHER]))
    assert reading is not None
    new = ("R-7", "12/31/2025", "01/30/2026", "$12,000.00", "Open")
    assert read_again(reading, request(table(HEADERS, [new])), NO_FACTS) == [meant(new)]
    kept = reading.model_dump_json()
    assert not [text for text in (*ROW, *OTHER) if text in kept]


def _but(at: int, text: str) -> list[tuple[str, ...]]:
    return [ROW, tuple(text if index == at else each for index, each in enumerate(OTHER))]


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        (table((*HEADERS, "Tax"), [(*ROW, "1")]), "no table"),
        (table(HEADERS[:-1], [ROW[:-1]]), "no table"),
        (table(("Bestellnr.", "Datum", "Fällig", "Betrag", "Status"), [ROW]), "no table"),
        (table(HEADERS, []), "has no rows"),
        (table(HEADERS, [ROW, ("No more orders",)]), "no table"),
        (table(HEADERS, _but(0, "")), "'Order no.' is empty"),
        (table(HEADERS, _but(0, "n/a")), "doesn't look like"),
        (table(HEADERS, _but(0, "R-8 (cancelled)")), "doesn't look like"),
        (table(HEADERS, _but(1, "20/03/2024")), "no month where it was"),
        (table(HEADERS, _but(1, "yesterday")), "no date"),
        (table(HEADERS, _but(3, "80,00 €")), "no number between"),
        (table(HEADERS, _but(3, "$80,00")), "in no way"),
        (table(HEADERS, _but(3, "-$80.00")), "no number between"),
        (table(HEADERS, [ROW], Node("alert", "Prices in EUR")), "links, buttons"),
        (table(HEADERS, [ROW], Node("link", "Next", url="https://a/2")), "links, buttons"),
        (table(HEADERS, [ROW], Node("text", "10 of 34")), "only a part"),
        (table(HEADERS, [ROW], Node("heading", "Archive", level=2)), "no table"),
        (page(*table(HEADERS, [ROW]).root.children, table(HEADERS, [OTHER]).root.children[-1]),
         "there is 2 table"),
    ],
)  # fmt: skip
def test_a_page_that_is_another_is_told(seen: Observation, why: str) -> None:
    reading = learnt([meant(ROW), meant(OTHER)], table(HEADERS, [ROW, OTHER]))
    assert reading is not None
    with pytest.raises(PageDiffersError, match=why.replace("(", "\\(")):
        read_again(reading, request(seen), NO_FACTS)


@pytest.mark.parametrize(
    ("data", "goal"),
    [
        ([meant(ROW), meant(OTHER)], "Extract unpaid orders"),
        ([meant(ROW), meant(OTHER)], "Extract all orders of Berlin"),
        ([meant(ROW), meant(OTHER)], "Extract the orders of 2024"),
        ([meant(OTHER), meant(ROW)], "Extract all orders"),
        ([meant(ROW)], "Extract all orders"),
        ([meant(ROW) | {"amount": 1234}, meant(OTHER)], "Extract all orders"),
        ([meant(each) | {"late": True} for each in (ROW, OTHER)], "Extract all orders"),
        ({"orders": [meant(ROW), meant(OTHER)], "count": 2}, "Extract all orders"),
        ({"orders": [meant(ROW), meant(OTHER)], "total": 1314.5}, "Extract all orders"),
        ([], "Extract all orders"),
    ],
    ids=["condition", "place", "year", "sorted", "some", "rounded", "flag", "count",
         "sum", "none"],
)  # fmt: skip
def test_what_is_not_certain_is_not_learnt(data: Any, goal: str) -> None:
    assert learnt(data, table(HEADERS, [ROW, OTHER]), goal) is None


@pytest.mark.parametrize(
    ("description", "certain"),
    [("All orders", True), ("Only unpaid orders", False), ("Orders of 2024", False)],
)
def test_a_condition_may_stand_in_the_schema(description: str, certain: bool) -> None:
    entries = {"type": "array", "description": description, "items": {"type": "object"}}
    schema = {"type": "object", "properties": {"orders": entries}}
    asked = request(table(HEADERS, [ROW, OTHER]), schema=schema)
    data = {"orders": [meant(ROW), meant(OTHER)]}
    assert (learn(data, asked, NO_FACTS) is not None) is certain


@pytest.mark.parametrize(
    ("rows", "value"),
    [
        ([("05/05/2024", "1")], "2024-05-05"),
        ([("7", "7")], 7),
        ([("1.234", "x")], 1234),
        ([("Lamp", "Lamp")], "Lamp"),
    ],
    ids=["day or month", "two columns", "thousands or decimals", "which column"],
)
def test_what_can_be_read_in_two_ways_is_not_learnt(rows: Any, value: Any) -> None:
    seen = table(("A", "B"), rows)
    assert learnt([{"it": value}], seen) is None


CARDS = ("Lamp", "by Anna", "https://a/1"), ("Desk", "by Benno", "https://a/2")


def cards(*items: tuple[str, ...]) -> Observation:
    def card(name: str, maker: str = "", url: str = "") -> Node:
        parts = [Node("heading", name, level=3)]
        parts += [Node("paragraph", text=maker)] * bool(maker)
        parts += [Node("link", "More", url=url)] * bool(url)
        return Node("listitem", children=tuple(parts))

    return page(Node("list", children=tuple(card(*item) for item in items)))


def test_cards_are_read_by_what_they_consist_of() -> None:
    data = [{"name": n, "maker": m.removeprefix("by "), "url": u} for n, m, u in CARDS]
    reading = learnt(data, cards(*CARDS), "Extract all cards, name, maker, url")
    assert reading is None  # nothing on the page is called a card
    reading = learnt(data, cards(*CARDS), "Extract name, maker and url of everything")
    assert reading is not None
    new = cards(("Sofa", "by Zoe", "https://a/9"))
    expected = [{"name": "Sofa", "maker": "Zoe", "url": "https://a/9"}]
    assert read_again(reading, request(new), NO_FACTS) == expected
    for other in (("Sofa", "by Zoe"), ("Sofa",), ("Sofa", "Zoe", "https://a/9")):
        with pytest.raises(PageDiffersError):
            read_again(reading, request(cards(*CARDS, other)), NO_FACTS)


def account(name: str, balance: str, *more: Node) -> Observation:
    terms = (Node("term", text="Account holder"), Node("definition", text=name))
    row = Node("row", children=(Node("rowheader", "Balance"), Node("cell", balance)))
    plain = Node("paragraph", text="Customer number: K-1177")
    return page(Node("generic", children=terms), Node("table", children=(row,)), plain, *more)


def test_single_values_are_read_by_their_labels() -> None:
    data = {"holder": "Ann Lee", "account": {"balance": 12.5}, "customer_number": "K-1177"}
    reading = learnt(data, account("Ann Lee", "€ 12.50"), "Read the balance")
    assert reading is not None
    today = read_again(reading, request(account("Bo Ek", "€ 1,000.00")), NO_FACTS)
    assert today == {"holder": "Bo Ek", "account": {"balance": 1000.0}, "customer_number": "K-1177"}
    for other in (
        account("Ann Lee", "12.50 USD"),
        account("Ann Lee", ""),
        account("Ann Lee", "€ 1", Node("paragraph", text="Balance: € 2")),
        account("Ann Lee", "€ 1", Node("paragraph", text="Discount: € 2")),
    ):
        with pytest.raises(PageDiffersError):
            read_again(reading, request(other), NO_FACTS)


def test_a_secret_that_the_page_shows_is_masked() -> None:
    def ask(seen: Observation) -> PlanRequest:
        goal = Goal(data_extraction_goal="Read the holder")
        return PlanRequest(goal, seen, redact=lambda text: text.replace("Zq7", "*****"))

    reading = learn({"holder": "Ann"}, ask(account("Ann", "€ 1.50")), NO_FACTS)
    assert reading is not None
    again = read_again(reading, ask(account("Ann Zq7", "€ 1.50")), NO_FACTS)
    assert again == {"holder": "Ann *****"}


def test_words_that_stand_for_others_are_known_or_nothing() -> None:
    rows = [("R-1001", "Bezahlt"), ("R-1002", "Offen")]
    data = [{"order_no": "R-1001", "status": "paid"}, {"order_no": "R-1002", "status": "open"}]
    reading = learnt(data, table(("Order no.", "Status"), rows))
    assert reading is not None
    now = table(("Order no.", "Status"), [("R-1009", "OFFEN")])
    assert read_again(reading, request(now), NO_FACTS) == [{"order_no": "R-1009", "status": "open"}]
    other = table(("Order no.", "Status"), [("R-1009", "Storniert")])
    with pytest.raises(PageDiffersError, match="a word that wasn't there before"):
        read_again(reading, request(other), NO_FACTS)
