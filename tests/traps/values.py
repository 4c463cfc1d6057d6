"""Cells whose values can be mistaken for others, and what a list says of its length."""

from __future__ import annotations

from typing import Any

from tests.traps.trap import Trap, orders_are, page, read


def _column(
    name: str, cells: tuple[str, ...], values: tuple[Any, ...], *, lang: str = "en",
    head: str = "Total", field: str = "total", kind: str = "number",
) -> Trap:  # fmt: skip
    rows = "".join(
        f"<tr><td>A-100{place}</td><td>{cell}</td></tr>" for place, cell in enumerate(cells)
    )
    table = f"<table><tr><th>Order</th><th>{head}</th></tr>{rows}</table>"
    wanted = [{"order_id": f"A-100{place}", field: value} for place, value in enumerate(values)]
    return Trap(
        f"values: {name}",
        read(
            f"Extract the id and the {field} of every order.", {"order_id": "string", field: kind}
        ),
        {"/": page(f"<main><h1>Orders</h1>{table}</main>", title="Orders", lang=lang)},
        orders_are(*wanted),
    )


def _paid(name: str, cells: tuple[str, ...], values: tuple[bool | None, ...]) -> Trap:
    return _column(f"paid, {name}", cells, values, head="Paid", field="paid", kind="boolean")


def _days(goal: str, days: tuple[str, ...], kept: tuple[int, ...]) -> Trap:
    rows = "".join(f"<tr><td>A-{n}</td><td>{day}</td></tr>" for n, day in enumerate(days))
    return Trap(
        f"days: {goal}",
        read(goal, {"order_id": "string", "order_date": "iso-8601-formatted-date"}),
        {
            "/": page(
                f"<main><h1>Orders</h1><table><tr><th>Order</th><th>Date</th></tr>{rows}</table>"
                "</main>",
                title="Orders",
            )
        },
        orders_are(*({"order_id": f"A-{n}", "order_date": days[n]} for n in kept)),
        solvable=False,
    )


_SHOWN = ("2024-06-01", "2024-05-30", "2024-05-29")


def _counted(said: str, *, all_there: bool = False) -> Trap:
    rows = "".join(f"<tr><td>A-{n}</td><td>2024-05-0{n}</td></tr>" for n in (3, 2, 1))
    table = f"<table><tr><th>Order</th><th>Date</th></tr>{rows}</table>"
    wanted = [{"order_id": f"A-{n}", "order_date": f"2024-05-0{n}"} for n in (3, 2, 1)]
    return Trap(
        f"a list that says: {said}",
        read(
            "Extract the id and the date of every order, from all pages of the list.",
            {"order_id": "string", "order_date": "iso-8601-formatted-date"},
        ),
        {"/": page(f"<main><h1>Orders</h1>{said}{table}</main>", title="Orders")},
        orders_are(*wanted) if all_there else lambda seen: False,
        solvable=all_there,
    )


def values() -> list[Trap]:
    """All of them."""
    return [
        _column("the sign behind", ("12.50-", "7.00-", "3.00"), (-12.5, -7, 3)),
        _column("a side of the ledger", ("12.50 CR", "7.00 DR", "3.00"), (None, None, 3)),
        _column("thousands", ("1,234", "12,345,678", "999"), (1234, 12345678, 999)),
        _column("thousands in German", ("1.234", "12.345", "999"), (1234, 12345, 999), lang="de"),
        _column("three decimals", ("1.234", "12.500", "0.999"), (1.234, 12.5, 0.999)),
        _column("raised cents", ("12<sup>99</sup> €", "7<sup>50</sup> €"), (12.99, 7.5)),
        _column("a footnote", ("12.00<sup>1</sup>", "8.00", "3.00<sup>2</sup>"), (12, 8, 3)),
        _column("struck through", ("<del>20.00</del> 15.00", "<del>9.00</del> 8.00"), (15, 8)),
        _column("two prices", ("was 20.00, now 15.00", "8.00", "3.00"), (None, 8, 3)),
        _column("a range", ("10.00 - 12.00", "8.00", "3.00"), (None, 8, 3)),
        _column("a calculation", ("2 × 6.00 = 12.00", "8.00", "3.00"), (None, 8, 3)),
        _column("short for more", ("1.2k", "3.5 Mio.", "800"), (None, None, 800)),
        _column("no whole number", ("2.5", "3 pcs", "4"), (None, 3, 4), field="quantity",
                head="Quantity", kind="integer"),
        _column("an option that is chosen", (
            "<select><option>open<option selected>paid</select>",
            "<select><option selected>open<option>paid</select>",
        ), ("paid", "open"), field="status", head="Status", kind="string"),
        _column("a month", ("May 2024", "April 2024"), (None, None), field="order_date",
                head="Date", kind="iso-8601-formatted-date"),
        _paid("and its opposite", ("Paid", "Unpaid", "not paid yet"), (True, False, False)),
        _paid("in part", ("Paid", "partially paid", "pending"), (True, None, None)),
        _paid("as a box", (
            "<input type=checkbox checked disabled>", "<input type=checkbox disabled>",
        ), (True, False)),
        _days("Extract the id and the date of every order placed on a weekend.", _SHOWN, (0,)),
        _days("Extract the id and date of the orders on the second page.", _SHOWN, ()),
        _days("Extract the id and the date of every other order.", _SHOWN, (0, 2)),
        _counted("<p>14 orders</p>"),
        _counted("<h2>Orders (14)</h2>"),
        _counted("<p>Total: 9 records</p>"),
        _counted("<p>3 / 9</p>"),
        _counted("<p>3 orders</p>", all_there=True),
    ]  # fmt: skip
