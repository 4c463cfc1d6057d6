"""Tables as sites have them: days of two readings, cells that span, units, sums, named periods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.traps.trap import Trap, never, orders_are, page, read, table

_DAYS = {"order_id": "string", "order_date": "string"}
_TOTALS = {"order_id": "string", "total": "number"}
_BOTH = {"order_id": "string", "net": "number", "gross": "number"}
_PAID = {"order_id": "string", "paid": "boolean"}
_DOUBTFUL = (("A-1", "05/04/2024"), ("A-2", "06/03/2024"))
_DAY_FIRST = (("A-1", "2024-04-05"), ("A-2", "2024-03-06"))
_MONTH_FIRST = (("A-1", "2024-05-04"), ("A-2", "2024-06-03"))
_NOT_KNOWN = (("A-1", None), ("A-2", None))
_PLACED = (
    ("A-6", "2024-06-10"), ("A-5", "2024-05-31"), ("A-4", "2024-05-14"), ("A-3", "2024-04-01"),
    ("A-2", "2024-03-31"), ("A-1", "2023-12-31"),
)  # fmt: skip
_BOOLEANS = (("A-1", True), ("A-2", False))


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return table(heads, *rows)


def _one(
    name: str,
    fields: dict[str, str],
    body: str,
    *wanted: Sequence[Any],
    lang: str = "en",
    goal: str = "Extract all orders.",
    solvable: bool = True,
) -> Trap:
    right = orders_are(*(dict(zip(fields, each, strict=True)) for each in wanted))
    return Trap(
        f"reading: {name}", read(goal, fields),
        {"/": page(f"<main><h1>Orders</h1>{body}</main>", lang=lang)},
        right if wanted else never, solvable=solvable and bool(wanted),
    )  # fmt: skip


def _days() -> list[Trap]:
    heads = ("Order", "Date")
    doubtful = _table(heads, _DOUBTFUL)

    def with_row(number: str, day: str) -> str:
        return _table(heads, [*_DOUBTFUL, (number, day)])

    ago = [("A-1", "<time datetime=2024-04-05T10:00>2 months ago</time>"), ("A-2", "3 days ago")]
    return [
        _one("days that may be two", _DAYS, doubtful, *_NOT_KNOWN),
        _one("days, told by another row", _DAYS, with_row("A-3", "25/02/2024"), *_DAY_FIRST,
             ("A-3", "2024-02-25")),
        _one("days, told by an American row", _DAYS, with_row("A-3", "02/25/2024"), *_MONTH_FIRST,
             ("A-3", "2024-02-25")),
        _one("days, told below", _DAYS, f"{doubtful}<p>Last updated: 05/28/2024</p>",
             *_MONTH_FIRST),
        _one("days that contradict each other", _DAYS,
             _table(heads, [*_DOUBTFUL, ("A-3", "25/02/2024"), ("A-4", "02/26/2024")]),
             *_NOT_KNOWN, ("A-3", "2024-02-25"), ("A-4", "2024-02-26")),
        _one("days of Britain", _DAYS, doubtful, *_DAY_FIRST, lang="en-GB"),
        _one("days of America", _DAYS, doubtful, *_MONTH_FIRST, lang="en-US"),
        _one("days, told by the head", _DAYS, _table(("Order", "Date (DD/MM/YYYY)"), _DOUBTFUL),
             *_DAY_FIRST),
        _one("days, told to the month, and by their element", _DAYS, _table(heads, ago),
             ("A-1", "2024-04-05"), ("A-2", "2024-06-12")),
        _one("days, told to the month", _DAYS, _table(heads, [("A-1", "2 months ago"),
             ("A-2", "3 days ago")]), ("A-1", None), ("A-2", "2024-06-12")),
        _one("days under years", _DAYS, "<table><tr><th>Order<th>Date<tr><th colspan=2>2024<tr><td>"
             "A-1<td>5 Apr<tr><th colspan=2>2023<tr><td>A-2<td>6 Mar</table>",
             ("A-1", "2024-04-05"), ("A-2", "2023-03-06")),
        _one("a day that isn't there", {"order_id": "string", "due_date": "string"},
             _table(("Order", "Ordered"), _PLACED), *((one, None) for one, _ in _PLACED)),
        _one("days of several kinds",
             {**_DAYS, "delivery_date": "string", "due_date": "string"},
             _table(("Order", "Ordered", "Due", "Delivered"),
                    [("A-1", "2024-04-05", "2024-05-05", ""),
                     ("A-2", "2024-03-06", "2024-04-06", "2024-03-09")]),
             ("A-1", "2024-04-05", None, "2024-05-05"),
             ("A-2", "2024-03-06", "2024-03-09", "2024-04-06")),
    ]  # fmt: skip


def _cells() -> list[Trap]:
    heads = ("Order", "Net", "Gross")
    first, second = ("A-1", 10.0, 12.0), ("A-2", 20.0, 24.0)
    head = "<tr><th>Order<th>Net<th>Gross<tr><td>A-1<td>10.00<td>12.00"
    return [
        _one("two rows of heads", _BOTH, "<table><tr><th rowspan=2>Order<th colspan=2>Amount<tr>"
             "<th>Net<th>Gross<tr><td>A-1<td>10.00<td>12.00<tr><td>A-2<td>20.00<td>24.00</table>",
             first, second),
        _one("a cell over two columns", _BOTH,
             f"<table>{head}<tr><td>A-2<td colspan=2>cancelled</table>", first,
             ("A-2", None, None)),
        _one("a cell less", _BOTH, f"<table>{head}<tr><td>A-2<td>20.00</table>", first,
             ("A-2", 20.0, None)),
        _one("a table that is turned", _BOTH, "<table><tr><th>Order<td>A-1<td>A-2<tr><th>Net<td>"
             "10.00<td>20.00<tr><th>Gross<td>12.00<td>24.00</table>", first, second),
        _one("a sum that counts", _TOTALS, "<table><thead><tr><th>Order<th>Total<tbody><tr><td>A-1"
             "<td>1.00<tr><td>A-2<td>2.00<tfoot><tr><td>2 orders<td>3.00</table>", ("A-1", 1.0),
             ("A-2", 2.0)),
        _one("rows that are hidden", _TOTALS, "<table><tr><th>Order<th>Total<tr><td>A-1<td>1.00"
             "<tr style='display:none'><td>A-9<td>9.00<tr hidden><td>A-8<td>8.00</table>",
             ("A-1", 1.0)),
        _one("articles of one order", {"order_id": "string", "item": "string"},
             _table(("Order", "Item"), [("A-1", "Desk"), ("A-1", "Lamp"), ("A-1", "Chair")]),
             ("A-1", "Desk"), ("A-1", "Lamp"), ("A-1", "Chair")),
        _one("notes between rows", _TOTALS, "<table><tr><th>Order<th>Total<tr><td>A-1<td>1.00<tr>"
             "<td colspan=2>Items: Desk, Lamp. Sent with A-77<tr><td>A-2<td>2.00</table>",
             ("A-1", 1.0), ("A-2", 2.0)),
        _one("nothing for a total", _TOTALS, _table(("Order", "Total"), [("A-1", "–"),
             ("A-2", "0.00"), ("A-3", "n/a")]), ("A-1", None), ("A-2", 0.0), ("A-3", None)),
        _one("values in fields", _BOTH, _table(heads, [("A-1", "<input value=10.00 readonly>",
             "<input value=12.00>"), ("A-2", "20.00", "24.00")]), first, second),
        _one("ticks", _PAID, _table(("Order", "Paid"), [("A-1", "✓"), ("A-2", "✗")]), *_BOOLEANS),
        _one("pictures of ticks", _PAID, _table(("Order", "Paid"), [("A-1", "<img alt=Yes src=x>"),
             ("A-2", "<span role=img aria-label=No></span>")]), *_BOOLEANS),
    ]  # fmt: skip


def _numbers() -> list[Trap]:
    money = {**_TOTALS, "currency": "string"}
    heavy = {"order_id": "string", "weight_kg": "number"}
    return [
        _one("a thousand, or decimals", _TOTALS, _table(("Order", "Total"), [("A-1", "1.234"),
             ("A-2", "2.500")]), *_NOT_KNOWN),
        _one("thousands in German", _TOTALS, _table(("Bestellung", "Betrag"), [("A-1", "1.234"),
             ("A-2", "2.500")]), ("A-1", 1234.0), ("A-2", 2500.0), lang="de"),
        _one("narrow spaces", _TOTALS, _table(("Commande", "Montant"), [("A-1", "1 234,50 €"),
             ("A-2", "1&#8239;000 €")]), ("A-1", 1234.5), ("A-2", 1000.0), lang="fr"),
        _one("signs before and behind", _TOTALS, _table(("Order", "Total"), [("A-1", "- 12.00 EUR"),
             ("A-2", "EUR -5.00"), ("A-3", "5.00- EUR")]), ("A-1", -12.0), ("A-2", -5.0),
             ("A-3", -5.0)),
        _one("in thousands", _TOTALS, _table(("Order", "Total (in thousands)"), [("A-1", "15"),
             ("A-2", "8")]), *_NOT_KNOWN),
        _one("a price that holds no longer", _TOTALS, _table(("Order", "Total"),
             [("A-1", "<del>9.00</del>"), ("A-2", "8.00")]), ("A-1", None), ("A-2", 8.0)),
        _one("two units", heavy, _table(("Order", "Weight"), [("A-1", "1.5 kg"),
             ("A-2", "800 g")]), ("A-1", 1.5), ("A-2", 0.8)),
        _one("a unit in the head", heavy, _table(("Order", "Weight (g)"), [("A-1", "1500"),
             ("A-2", "800")]), ("A-1", 1.5), ("A-2", 0.8)),
        _one("what isn't a weight", heavy, _table(("Order", "Weight"), [("A-1", "1.5 kg"),
             ("A-2", "3 min")]), ("A-1", 1.5), ("A-2", None)),
        _one("what isn't exact", _TOTALS, _table(("Order", "Total"), [("A-1", "approx. 100"),
             ("A-2", "< 50"), ("A-3", "from 10.00"), ("A-4", "12.00 + tax"), ("A-5", "9.00")]),
             *((one, None) for one in ("A-1", "A-2", "A-3", "A-4")), ("A-5", 9.0)),
        _one("a year that only a head names", {"month": "string", "revenue": "number"},
             _table(("Month", "2023", "2024"), [("January", "10.00", "11.00")]),
             goal="Extract the revenue per month of 2024."),
        _one("three currencies", money, _table(("Order", "Total"), [("A-1", "€ 12.00"),
             ("A-2", "$13.00"), ("A-3", "CHF 14.00")]), ("A-1", 12.0, "EUR"), ("A-2", 13.0, "USD"),
             ("A-3", 14.0, "CHF")),
        _one("another currency", {"order_id": "string", "total_usd": "number"},
             _table(("Order", "Total"), [("A-1", "€ 12.00"), ("A-2", "$13.00")]), ("A-1", None),
             ("A-2", 13.0)),
    ]  # fmt: skip


def _periods() -> list[Trap]:
    """Which of six orders are of the days that a goal names; none where no planner has to know."""
    goals = {
        "Extract all orders of last month.": "54",
        "Extract all orders of the previous month.": "54",
        "Extract all orders of the past 2 months.": "654",
        "Extrahiere alle Bestellungen vom letzten Monat.": "54",
        "Extrait toutes les commandes du mois dernier.": "54",
        "Extrae todos los pedidos del mes pasado.": "54",
        "Haal alle bestellingen van vorige maand op.": "54",
        "Extract all orders of Q2 2024.": "6543",
        "Extrahiere alle Bestellungen aus dem 2. Quartal.": "6543",
        "Estrai gli ordini del primo trimestre 2024.": "2",
        "Extract all orders since April.": "6543",
        "Extract all orders since May.": "654",
        "Extract all orders of December.": "1",
        "Extract all orders before April 2024.": "21",
        "Extract all orders from April to May 2024.": "543",
        "Extract all orders between 31 March and 14 May 2024.": "432",
        "Extraia todos os pedidos de maio de 2024.": "54",
        "Extract all orders of last year.": "1",
        "Extract all orders of 2023.": "1",
        "Extract the last two orders.": "65",
        "Extract all orders since Easter.": "",
        "Extract all orders until the end of April.": "",
        "Extract all orders since the beginning of the year.": "",
        "Extract the orders of March and May.": "",
    }
    return [
        _one(f"periods: {goal}", _DAYS, _table(("Order", "Date"), _PLACED),
             *(one for one in _PLACED if one[0][-1] in meant), goal=goal)
        for goal, meant in goals.items()
    ]  # fmt: skip


def readings() -> list[Trap]:
    """All of them."""
    return [*_days(), *_cells(), *_numbers(), *_periods()]
