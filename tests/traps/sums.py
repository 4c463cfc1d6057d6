"""Statements and bills: columns that are empty, sums below a table, cells over several rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from skyvern_dagster.agent.planner import Goal
from tests.traps.trap import TODAY, Happened, Trap, orders_are, page, read

_ID_DAY = {"order_id": "string", "order_date": "iso-8601-formatted-date"}
_STATEMENT = (
    "<main><h1>Umsätze</h1><p>Kontostand 2.345,67 €</p><table><thead><tr><th>Buchungstag<th>"
    "Wertstellung<th>Text<th>Soll<th>Haben<th>Saldo</thead><tbody><tr><td>03.06.2024<td>04.06.2024"
    "<td>Miete Juni<td>850,00<td><td>2.345,67<tr><td>01.06.2024<td>01.06.2024<td>Gehalt<td><td>"
    "2.100,00<td>3.195,67<tr><td>31.05.2024<td>31.05.2024<td>Zinsen<td>0,00<td>0,00<td>1.095,67"
    "</tbody><tfoot><tr><td colspan=3>Summe<td>850,00<td>2.100,00<td></tfoot></table></main>"
)
_BOOKED = (
    ("2024-06-03", "2024-06-04", "Miete Juni", 850.0, None, 2345.67),
    ("2024-06-01", "2024-06-01", "Gehalt", None, 2100.0, 3195.67),
    ("2024-05-31", "2024-05-31", "Zinsen", 0.0, 0.0, 1095.67),
)
_KINDS = ("iso-8601-formatted-date", "iso-8601-formatted-date", "string", *["number"] * 3)
_BILL = (
    "<main><h1>Invoice 2024-118</h1><dl><dt>Invoice date<dd>3 May 2024<dt>Due date<dd>17 May 2024"
    "<dt>Customer<dd>Ada Lovelace<dt>Customer no.<dd>118</dl><table><tr><th>Item<th>Qty<th>Unit "
    "price<th>Amount<tr><td>Lamp<td>2<td>€10.00<td>€20.00<tr><td>Bulb<td>2<td>€2.00<td>€4.00<tr>"
    "<td colspan=3>Subtotal<td>€24.00<tr><td colspan=3>VAT 20 %<td>€4.80<tr><td colspan=3>Total<td>"
    "€28.80<tr><td colspan=3>Paid<td>€8.80<tr><td colspan=3>Amount due<td>€20.00</table></main>"
)


def _statement(name: str, goal: str, fields: tuple[str, ...]) -> Trap:
    rows = [dict(zip(fields, row, strict=True)) for row in _BOOKED]
    kinds = dict(zip(fields, _KINDS, strict=True))
    pages = {"/": page(_STATEMENT, lang="de")}
    return Trap(f"sums: {name}", read(goal, kinds), pages, orders_are(*rows))


def _is(values: Mapping[str, Any]) -> Callable[[Happened], bool]:
    return lambda seen: seen.extracted == dict(values)


def _bill(name: str, **values: Any) -> Trap:
    kinds = {str: "string", float: "number", type(None): "string"}
    dates = {one: "iso-8601-formatted-date" for one in values if one.endswith("_date")}
    types = {one: kinds[type(value)] for one, value in values.items()} | dates
    goal = Goal(
        data_extraction_goal=f"Extract the {' and the '.join(values)}.".replace("_", " "),
        data_schema={
            "type": "object", "properties": {one: {"type": kind} for one, kind in types.items()}
        },
        today=TODAY,
    )  # fmt: skip
    return Trap(f"sums: {name}", goal, {"/": page(_BILL)}, _is(values))


def _spanning() -> list[Trap]:
    over_rows = (
        "<main><h1>Orders</h1><table><tr><th>Date<th>Order<th>Total<tr><td rowspan=2>2024-05-02<td>"
        "A-3<td>$30.00<tr><td>A-2<td>$20.00<tr><td>2024-05-01<td>A-1<td>$10.00</table></main>"
    )
    letters = (
        "<main><h1>Trips</h1>{}</main>".format(
            "".join(
                f"<article><b>Hotel</b><br>{day} May 2024<br>Confirmation {number}</article>"
                for number, day in (("HB-A23456", 3), ("HB-FFG9QA", 2), ("HB-CXC94A", 1))
            )
        )
    )  # fmt: skip
    days = {"A-3": "2024-05-02", "A-2": "2024-05-02", "A-1": "2024-05-01"}
    trips = {"HB-A23456": 3, "HB-FFG9QA": 2, "HB-CXC94A": 1}
    goal = "Extract the id and the date of every order."
    return [
        Trap(
            "sums: a day for two rows", read(goal, _ID_DAY), {"/": page(over_rows)},
            orders_are(*({"order_id": one, "order_date": day} for one, day in days.items())),
        ),
        Trap(
            "sums: numbers that are mostly letters", read(goal, _ID_DAY), {"/": page(letters)},
            orders_are(
                *({"order_id": one, "order_date": f"2024-05-0{day}"} for one, day in trips.items())
            ),
        ),
    ]  # fmt: skip


def sums() -> list[Trap]:
    """All of them."""
    english = ("booking_date", "value_date", "text", "debit", "credit", "balance")
    german = ("buchungstag", "wertstellung", "text", "soll", "haben", "saldo")
    wanted = "Extract booking date, value date, text, debit, credit and balance of every row."
    lies = "Lies Buchungstag, Wertstellung, Text, Soll, Haben und Saldo jeder Zeile."
    return [
        _statement("a statement", wanted, english),
        _statement("a statement, in its own words", lies, german),
        _bill("a total among others", total=28.8),
        _bill("what is due", amount_due=20.0),
        _bill("a tax beside its rate", vat=4.8, subtotal=24.0),
        _bill("days", invoice_date="2024-05-03", due_date="2024-05-17"),
        _bill("what the page doesn't say", purchase_order=None, total=28.8),
        _bill("a currency", currency="EUR", total=28.8),
        *_spanning(),
    ]
