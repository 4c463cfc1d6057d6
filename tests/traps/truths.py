"""Yes and no in several languages, and totals in two currencies."""

from __future__ import annotations

from typing import Any

from skyvern_dagster.agent.planner import Goal
from tests.traps.trap import TODAY, Trap, orders_are, page, read, table

_HEADS = ("Order", "Total EUR", "Total USD")
_ROWS = (("A-2", "20.00", "21.60"), ("A-1", "10.00", "10.80"))


def _said(name: str, field: str, label: str, said: str, value: bool | None, lang: str) -> Trap:
    """What is read for a field that is true or false, beside a number."""
    properties = {"number": {"type": "string"}, field: {"type": "boolean"}}
    goal = Goal(
        data_extraction_goal="Extract the data.", today=TODAY,
        data_schema={"type": "object", "properties": properties},
    )  # fmt: skip
    body = f"<h1>F-1</h1><dl><dt>Number<dd>F-1<dt>{label}<dd>{said}</dl>"
    wanted: dict[str, Any] = {"number": "F-1", field: value}
    return Trap(
        f"truth: {name}", goal, {"/": page(f"<main>{body}</main>", lang=lang)},
        lambda seen: seen.extracted == wanted,
    )  # fmt: skip


def _totals(name: str, field: str, first: float | None, second: float | None) -> Trap:
    rows = ({"order_id": "A-2", field: first}, {"order_id": "A-1", field: second})
    body = f"<main><h1>Orders</h1>{table(_HEADS, *_ROWS)}</main>"
    goal = read("Extract all orders.", {"order_id": "string", field: "number"})
    return Trap(f"truth: {name}", goal, {"/": page(body)}, orders_are(*rows))


def _bookings() -> Trap:
    """What an account holds before and after is no booking."""
    rows = (("1 May 2024", "Opening balance", "100.00"), ("3 May 2024", "Rent", "-50.00"),
            ("31 May 2024", "Closing balance", "50.00"))  # fmt: skip
    body = f"<main><h1>Bookings</h1>{table(('Date', 'Text', 'Amount'), *rows)}</main>"
    goal = read("Extract all bookings.", {"date": "string", "amount": "number"})
    right = orders_are({"date": "2024-05-03", "amount": -50.0})
    return Trap("truth: balances beside bookings", goal, {"/": page(body)}, right)


def truths() -> list[Trap]:
    """Booleans, totals and balances."""
    return [
        _said("German", "paid", "Bezahlt", "ja", True, "de"),
        _said("French", "paid", "Payée", "oui", True, "fr"),
        _said("Polish", "oplacona", "Opłacona", "tak", True, "pl"),
        _said("partly", "paid", "Bezahlt", "teilweise", None, "de"),
        _said("of the opposite", "paid", "Offen", "ja", None, "de"),
        _totals("of one currency", "total_usd", 21.6, 10.8),
        _totals("of two currencies", "total", None, None),
        _bookings(),
    ]
