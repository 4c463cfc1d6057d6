"""Lists: parts that don't come, rows that are none, values that mean something else."""

from __future__ import annotations

from typing import Any

from skyvern_dagster.agent.planner import Goal
from tests.traps.trap import TODAY, Trap, never, orders_are, page, read

_ID_DAY = {"order_id": "string", "order_date": "iso-8601-formatted-date"}
_ID_TOTAL = {"order_id": "string", "total": "number"}
_ALL = "Extract the id and the date of every order, from all pages of the list."
_TOTALS = "Extract the id and the total of every order."


def _order(number: int) -> dict[str, Any]:
    return {"order_id": f"A-{1000 + number}", "order_date": f"2024-05-{number:02}"}


def _row(number: int) -> str:
    one = _order(number)
    return f"<tr><td>{one['order_id']}</td><td>{one['order_date']}</td><td>paid</td></tr>"


def _orders(*numbers: int) -> Any:
    return orders_are(*(_order(number) for number in numbers))


_HEAD = "<tr><th>Order</th><th>Date</th><th>Status</th></tr>"


def _table(*numbers: int, more: str = "") -> str:
    return f"<table>{_HEAD}{''.join(map(_row, numbers))}</table>{more}"


def _page(body: str, script: str = "", lang: str = "en") -> str:
    return page(f"<main><h1>Orders</h1>{body}</main>", title="Orders", script=script, lang=lang)


_MORE_SCRIPT = """
let at = 1;
const rows = %s;
more.onclick = () => setTimeout(() => {
  if (%s) { note.textContent = 'More orders could not be loaded. Please try again later.'; return; }
  list.insertAdjacentHTML('beforeend', rows[at] || ''); at++;
  if (at >= rows.length) more.remove();
}, 300);
list.innerHTML = rows[0];
"""


def _growing(parts: list[str], failing: str = "false") -> str:
    import json

    return _page(
        f"<table><thead>{_HEAD}</thead><tbody id=list></tbody></table><p id=note></p>"
        "<button id=more>Load more</button>",
        _MORE_SCRIPT % (json.dumps(parts), failing),
    )


def _part(*numbers: int) -> str:
    return "".join(map(_row, numbers))


_SCROLLING = """
const rows = [%s];
let at = 0;
function grow() {
  if (at >= rows.length) return;
  list.insertAdjacentHTML('beforeend', rows[at]); at++;
}
grow();
window.onscroll = () => {
  if (innerHeight + scrollY > document.body.scrollHeight - 50) setTimeout(grow, 300);
};
"""


def _scrolling() -> str:
    def tall(*numbers: int) -> str:
        return _part(*numbers).replace("<tr>", "<tr style='height: 120px'>")

    rows = ", ".join(f"`{tall(*part)}`" for part in (range(20, 10, -1), range(11, 4, -1)))
    return _page(f"<table><thead>{_HEAD}</thead><tbody id=list></tbody></table>", _SCROLLING % rows)


def _status_rows() -> str:
    told = (("A-1004", "open", "120.00"), ("A-1003", "paid", "80.00"), ("A-1002", "open", "15.00"))
    rows = "".join(
        f"<tr><td>{number}</td><td>2024-05-0{number[-1]}</td><td>"
        f"{'Miller' if state == 'paid' else 'Smith'}"
        f"</td><td>{state}</td><td>{total}</td></tr>"
        for number, state, total in told
    )
    head = "<tr><th>Order</th><th>Date</th><th>Customer</th><th>Status</th><th>Total</th></tr>"
    return _page(f"<table>{head}{rows}</table>")


def _some(*numbers: int) -> Any:
    return _orders(*numbers)


def _restricted() -> list[Trap]:
    wanted = (
        ("Extract the id and the date of all unpaid orders.", (4, 2)),
        ("Extract the id and the date of every order with the status open.", (4, 2)),
        ("Extract the id and date of the orders of the customer Miller.", (3,)),
        ("Extract the id and date of every order over 50 EUR.", (4, 3)),
        ("Extract the id and date of the two most expensive orders.", (4, 3)),
        ("Extract the id and date of all orders that are not paid yet.", (4, 2)),
        ("Extract the id and date of all orders except A-1003.", (4, 2)),
        ("Extrahiere Nummer und Datum aller offenen Bestellungen.", (4, 2)),
        ("Extract the id and date of orders whose total is below 100.", (3, 2)),
        ("Extract the id and date of every order from Miller.", (3,)),
    )
    return [
        Trap(
            f"some of them: {goal}", read(goal, _ID_DAY), {"/": _status_rows()}, _some(*numbers),
            solvable=False,
        )
        for goal, numbers in wanted
    ]  # fmt: skip


def _way(way: str, right: Any, solvable: bool = False) -> Trap:
    return Trap(
        f"a way: {way}", read(_ALL, _ID_DAY, way=way), {"/": _status_rows()}, right,
        solvable=solvable,
    )  # fmt: skip


def _totals(name: str, lang: str, told: tuple[str, ...], values: tuple[float, ...]) -> Trap:
    rows = "".join(
        f"<tr><td>A-100{place}</td><td>{total}</td></tr>" for place, total in enumerate(told)
    )
    wanted = [{"order_id": f"A-100{place}", "total": value} for place, value in enumerate(values)]
    body = f"<table><tr><th>Order</th><th>Total</th></tr>{rows}</table>"
    return Trap(name, read(_TOTALS, _ID_TOTAL), {"/": _page(body, lang=lang)}, orders_are(*wanted))


def _one(properties: dict[str, str], wanted: str) -> Goal:
    schema = {
        "type": "object",
        "properties": {name: {"type": kind} for name, kind in properties.items()},
    }
    return Goal(data_extraction_goal=wanted, data_schema=schema, today=TODAY)


_SUMS = (
    "<dl><dt>Subtotal</dt><dd>100.00 EUR</dd><dt>Shipping</dt><dd>5.00 EUR</dd>"
    "<dt>VAT</dt><dd>21.00 EUR</dd><dt>Total</dt><dd>126.00 EUR</dd></dl>"
)


def lists() -> list[Trap]:
    """All of them."""
    return [
        *_restricted(),
        _way("Sort the list by total and take the first two.", _orders(4, 3)),
        _way("Only look at the orders of Smith.", _orders(4, 2)),
        _way("Go to the archive of orders.", never),
        Trap(
            "more that isn't shown",
            read(_ALL, _ID_DAY),
            {"/": _page(_table(9, 8, 7, more="<p>Showing 1 - 3 of 9 orders</p>"))},
            never,
            solvable=False,
        ),
        Trap(
            "days that may go on where the page ends",
            read("Extract the id and the date of every order placed since 2024-05-03.", _ID_DAY),
            {"/": _page(_table(9, 8, 7, more="<p>Showing 1 - 3 of 9 orders</p>"))},
            never,
            solvable=False,
        ),
        Trap(
            "days that end where the page shows others",
            read("Extract the id and the date of every order placed since 2024-05-08.", _ID_DAY),
            {"/": _page(_table(9, 8, 7, more="<p>Showing 1 - 3 of 9 orders</p>"))},
            _orders(9, 8),
        ),
        Trap(
            "more that doesn't load",
            read(_ALL, _ID_DAY),
            {"/": _growing([_part(9, 8), _part(7, 6)], "true")},
            never,
            solvable=False,
        ),
        Trap(
            "parts that overlap",
            read(_ALL, _ID_DAY),
            {"/": _growing([_part(9, 8, 7), _part(7, 6, 5), _part(5, 4)])},
            _orders(9, 8, 7, 6, 5, 4),
        ),
        Trap(
            "scrolling, with parts that overlap",
            read(_ALL, _ID_DAY),
            {"/": _scrolling()},
            _orders(*range(5, 21)),
        ),
        Trap(
            "heads that repeat",
            read(_ALL, _ID_DAY),
            {"/": _page(f"<table>{_HEAD}{_part(9, 8)}{_HEAD}{_part(7, 6)}</table>")},
            _orders(9, 8, 7, 6),
        ),
        Trap(
            "heads that repeat as cells",
            read(_ALL, _ID_DAY),
            {
                "/": _page(
                    f"<table>{_HEAD}{_part(9, 8)}{_HEAD.replace('th>', 'td>')}{_part(7, 6)}</table>"
                )
            },
            _orders(9, 8, 7, 6),
        ),
        Trap(
            "a sum below",
            read(_TOTALS, _ID_TOTAL),
            {
                "/": _page(
                    "<table><tr><th>Order</th><th>Total</th></tr><tr><td>A-1002</td><td>20.00</td>"
                    "</tr><tr><td>A-1001</td><td>10.00</td></tr><tr><td>Total</td><td>30.00</td>"
                    "</tr></table>"
                )
            },
            orders_are({"order_id": "A-1002", "total": 20}, {"order_id": "A-1001", "total": 10}),
        ),
        Trap(
            "a sum below that counts",
            read(_ALL, _ID_DAY),
            {
                "/": _page(
                    f"<table>{_HEAD}{_part(9, 8)}<tr><td>2 orders</td><td>as of 2024-06-14</td>"
                    "<td></td></tr></table>"
                )
            },
            _orders(9, 8),
        ),
        Trap(
            "one list twice, once for telephones",
            read(_ALL, _ID_DAY),
            {
                "/": _page(
                    "<style>.phone {display: none}</style><ul class=phone>"
                    "<li>A-1009 2024-05-09</li>"
                    f"<li>A-1008 2024-05-08</li></ul>{_table(9, 8)}"
                )
            },
            _orders(9, 8),
        ),
        Trap(
            "one list twice, both shown",
            read(_ALL, _ID_DAY),
            {
                "/": _page(
                    "<section><h2>Recent orders</h2><ul><li>A-1009 2024-05-09</li>"
                    f"<li>A-1008 2024-05-08</li></ul></section><h2>All orders</h2>{_table(9, 8, 7)}"
                )
            },
            _orders(9, 8, 7),
        ),
        Trap(
            "empty for a moment",
            read(_ALL, _ID_DAY),
            {
                "/": _page(
                    "<div id=list><p>You have no orders yet.</p></div>",
                    f"setTimeout(() => list.innerHTML = `{_table(9, 8)}`, 1500)",
                )
            },
            _orders(9, 8),
            solvable=False,
        ),
        Trap(
            "a session that ends between two pages",
            read(_ALL, _ID_DAY),
            {
                "/": _page(
                    _table(
                        9, 8, more="<nav><b>1</b> <a href='/2'>2</a> <a href='/2'>Next</a></nav>"
                    )
                ),
                "/2": page(
                    "<h1>Sign in</h1><p>Your session has expired.</p><form method=post>"
                    "<label>E-mail <input name=u></label><label>Password "
                    "<input type=password name=p></label><button>Sign in</button></form>"
                ),
            },
            never,
            solvable=False,
        ),
        Trap(
            "a page that is broken between two pages",
            read(_ALL, _ID_DAY),
            {
                "/": _page(
                    _table(
                        9, 8, more="<nav><b>1</b> <a href='/2'>2</a> <a href='/2'>Next</a></nav>"
                    )
                ),
                "/2": page("<h1>Orders</h1><p>Sorry, something went wrong.</p>"),
            },
            never,
            solvable=False,
        ),
        Trap(
            "a next page that isn't there",
            read(_ALL, _ID_DAY),
            {
                "/": _page(
                    _table(
                        9, 8, more="<nav><b>1</b> <a href='/2'>2</a> <a href='/2'>Next</a></nav>"
                    )
                )
            },
            never,
            solvable=False,
        ),
        _totals(
            "totals in German", "de", ("1.234,56 €", "12,00 €", "1.000 €"), (1234.56, 12, 1000)
        ),
        _totals(
            "totals in French", "fr", ("1 234,56 €", "12,00 €", "900,5 €"), (1234.56, 12, 900.5)
        ),
        _totals(
            "totals in Swiss", "de-CH", ("CHF 1'234.56", "CHF 12.00", "CHF 7.-"), (1234.56, 12, 7)
        ),
        _totals("totals in Indian", "en-IN", ("₹1,23,456.50", "₹12.00", "₹99"), (123456.5, 12, 99)),
        _totals("totals that are negative", "en", ("-12.50", "(7.00)", "3.00"), (-12.5, -7, 3)),
        Trap(
            "the total among sums",
            _one({"total": "number"}, "Extract the total of the order."),
            {"/": page(f"<main><h1>Order A-1</h1>{_SUMS}</main>")},
            lambda seen: seen.extracted == {"total": 126},
        ),
        Trap(
            "a number that isn't there",
            _one(
                {"phone": "string", "order_number": "string"},
                "Extract the order number and the phone number.",
            ),
            {"/": page("<main><h1>Order A-77</h1><p>Fax: +43 1 5550 199</p></main>")},
            lambda seen: seen.extracted == {"phone": None, "order_number": "A-77"},
        ),
        Trap(
            "balances of two months",
            _one({"balance": "number"}, "Extract the balance of May 2024."),
            {
                "/": page(
                    "<main><h1>Statement</h1><h2>June 2024</h2><p>Balance: 10.00</p>"
                    "<h2>May 2024</h2><p>Balance: 20.00</p></main>"
                )
            },
            lambda seen: seen.extracted == {"balance": 20},
            solvable=False,
        ),
    ]
