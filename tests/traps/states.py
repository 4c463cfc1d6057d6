"""Records of one state that a goal asks for, where lists say it of each, of some or of none."""

from __future__ import annotations

from collections.abc import Sequence

from tests.traps.trap import Trap, never, orders_are, page, read, table

_FIELDS = {"order_id": "string", "total": "number"}
_HEADS = ("Order", "Total", "Status")
_MIXED = (("A-3", "3.00", "Paid"), ("A-2", "2.00", "Unpaid"), ("A-1", "1.00", "Paid"))
_SELECT = (
    "<select aria-label=Status{}><option>All<option>Unpaid<option>Paid</select><table><tr><th>Order"
    "<th>Total<tr data-s=Unpaid><td>A-3<td>3.00<tr data-s=Paid><td>A-2<td>2.00</table>"
)
_HIDING = (
    " onchange=\"setTimeout(()=>{for(const r of document.querySelectorAll('tr[data-s]'))r.hidden="
    "this.value!='All'&&r.dataset.s!=this.value},600)\""
)
_LINKS = "<p><a href=/ {}>All</a> <a href=/o {}>Open</a> <a href=/p>Paid</a></p>"


def _main(body: str, lang: str = "en") -> str:
    return page(f"<main><h1>Orders</h1>{body}</main>", lang=lang)


def _of(
    name: str,
    state: str,
    body: str,
    *numbers: int,
    goal: str = "Extract all {} orders.",
    pages: dict[str, str] | None = None,
) -> Trap:
    wanted = ({"order_id": f"A-{one}", "total": float(one)} for one in numbers)
    return Trap(
        f"state: {name}", read(goal.format(state), _FIELDS), {"/": _main(body), **(pages or {})},
        orders_are(*wanted) if numbers else never, solvable=bool(numbers),
    )  # fmt: skip


def _rows(*states: str) -> Sequence[tuple[str, str, str]]:
    count = len(states)
    return [(f"A-{count - at}", f"{count - at}.00", one) for at, one in enumerate(states)]


def states() -> list[Trap]:
    """In columns, on cards, over pages, and by filters."""
    mixed = table(_HEADS, *_MIXED)
    cards = "".join(
        f"<article><h2>Order {one}</h2><p>{total} EUR</p><p>Status: {state}</p></article>"
        for one, total, state in _MIXED
    )
    two = table(("Order", "Total", "Payment", "Delivery"), ("A-2", "2.00", "Paid", "Open"),
                ("A-1", "1.00", "Open", "Delivered"))  # fmt: skip
    current = "aria-current=page"
    all_links = _LINKS.format(current, "") + table(_HEADS[:2], ("A-2", "2.00"), ("A-1", "1.00"))
    open_links = _LINKS.format("", current) + table(_HEADS[:2], ("A-1", "1.00"))
    next_page = {"/2": _main(table(_HEADS, ("A-2", "2.00", "Paid"), ("A-1", "1.00", "Unpaid")))}
    first = table(_HEADS, ("A-4", "4.00", "Unpaid"), ("A-3", "3.00", "Paid"))
    french = table(("Order", "Total", "Statut"), ("A-2", "2,00", "Payée"), ("A-1", "1,00",
                   "Impayée"))  # fmt: skip
    return [
        _of("paid", "paid", mixed, 3, 1),
        _of("unpaid", "unpaid", mixed, 2),
        _of("on cards", "paid", cards, 3, 1),
        _of("not paid", "paid", mixed, 2, goal="Extract all orders that are not {}."),
        _of("with a status", "Paid", mixed, 3, 1, goal="Extract all orders with status {}."),
        _of("behind the name", "impayées", french, 1, goal="Extrais toutes les commandes {}."),
        _of("over two pages", "unpaid", f"{first}<a href=/2>Next</a>", 4, 1, pages=next_page),
        _of("in part", "paid", table(_HEADS, *_rows("Paid", "Partially paid"))),
        _of("overdue, and unpaid", "unpaid", table(_HEADS, *_rows("Unpaid", "Overdue", "Paid"))),
        _of("one that isn't told", "paid", table(_HEADS, *_rows("Paid", ""))),
        _of("no overdue one is told", "overdue", table(_HEADS, *_rows("Paid", "Open"))),
        _of("two states", "open", two),
        _of("the latest of a state", "unpaid", mixed, goal="Extract the latest 2 {} orders."),
        _of("of a customer, too", "unpaid", mixed, goal="Extract all {} orders of Miller."),
        _of("a filter by script", "unpaid", _SELECT.format(_HIDING), 3),
        _of("a filter that does nothing", "unpaid", _SELECT.format("")),
        _of("a filter of links", "open", all_links, 1, pages={"/o": _main(open_links)}),
    ]
