"""Lists of which only a part is shown: by their own words, by a filter, below a heading."""

from __future__ import annotations

from typing import Any

from tests.traps.trap import Trap, never, orders_are, page, read

_ID_DAY = {"order_id": "string", "order_date": "iso-8601-formatted-date"}
_ONE = "<table><tr><th>Order<th>Date</tr><tr><td>A-1<td>2024-05-01</table>"
_TWO = "<table><tr><th>Order<th>Date</tr><tr><td>A-2<td>2024-05-02<tr><td>A-1<td>2024-05-01</table>"
_BOTH = orders_are(
    {"order_id": "A-2", "order_date": "2024-05-02"}, {"order_id": "A-1", "order_date": "2024-05-01"}
)
_EVERY = "Extract the id and the date of every order."


def _list(
    name: str, body: str, right: Any = never, *, goal: str = _EVERY, script: str = "",
    more: dict[str, str] | None = None, way: str = "Go to the list of orders.",
) -> Trap:  # fmt: skip
    pages = {"/": page(f"<main><h1>Orders</h1>{body}</main>", script=script)}
    for path, other in (more or {}).items():
        pages[path] = page(f"<main><h1>Orders</h1>{other}</main>")
    return Trap(
        f"a part: {name}", read(goal, _ID_DAY, way=way), pages, right, solvable=right is not never
    )


def _told() -> list[Trap]:
    sentences = (
        "Only your 2 most recent orders are shown.",
        "Showing orders from the last 30 days.",
        "Orders older than 30 days are in the archive.",
        "Es werden nur die letzten zwei Bestellungen angezeigt.",
        "Ältere Bestellungen finden Sie in Ihren E-Mails.",
        "Seules vos 2 dernières commandes sont affichées.",
        "Se muestran solo los pedidos de los últimos 30 días.",
        "Vengono mostrati solo gli ultimi 2 ordini.",
        "Alleen de laatste 2 bestellingen worden getoond.",
        "Showing 2 of 12 orders",
        "Displaying 2 out of 12",
        "You have 12 orders. 2 are shown.",
        "2 von 12 Bestellungen",
        "Affichage de 2 commandes sur 12",
    )
    return [_list(one, f"{_TWO}<p>{one}</p>") for one in sentences]


def _whole() -> list[Trap]:
    """Sentences that mention orders and take nothing away from the list."""
    sentences = (
        "All of your orders are shown here.",
        "Only you can see your orders.",
        "Questions about older orders? Write to us.",
        "Showing 2 of 2 orders",
        "Delivery in 2 of 3 days",
    )
    return [_list(f"and yet whole: {one}", f"{_TWO}<p>{one}</p>", _BOTH) for one in sentences]


def _filtered() -> list[Trap]:
    wider = f"t.innerHTML=`{_TWO}`"
    held = (
        "<form><input type=search name=q value='A-1' aria-label='Search orders'>"
        "<button>Search</button></form>"
    )
    apply = (
        "<form action=/><label>Status <select name=s><option value=''>Any<option value=o selected>"
        f"Open</select></label><button>Apply</button></form>{_ONE}"
    )
    return [
        _list(
            "a filter that can be removed",
            f"<div id=c><span>Status: Open <button aria-label='Remove filter' onclick=\"c.remove();"
            f"{wider}\">×</button></span></div><div id=t>{_ONE}</div>", _BOTH,
        ),
        _list(
            "filters that can be cleared",
            f'<p id=c>Filtered by: Open <button onclick="c.remove();{wider}">Clear filters</button>'
            f"</p><div id=t>{_ONE}</div>", _BOTH,
        ),
        _list("a search that was made before", held + _ONE, more={"/?q=": _TWO}),
        _list("a state, and a button for it", apply, _BOTH, more={"/?s=": _TWO}),
        _list(
            "states without all of them",
            f"<label>Status <select><option selected>Open<option>Closed</select></label>{_ONE}",
        ),
        _list(
            "radio buttons",
            f"<label><input type=radio name=p checked> Last 30 days</label><label><input "
            f"type=radio "
            f'name=p onchange="{wider}"> All</label><div id=t>{_ONE}</div>', _BOTH,
        ),
        _list(
            "a box that is ticked",
            f"<label><input type=checkbox checked> Only open orders</label><div id=t>{_ONE}</div>",
        ),
    ]  # fmt: skip


def _headed() -> list[Trap]:
    open_ones = _ONE.replace("A-1", "A-9").replace("05-01", "06-01")
    body = f"<h2>Open orders</h2>{open_ones}<h2>Past orders</h2>{_TWO}"
    first = {"order_id": "A-9", "order_date": "2024-06-01"}
    rest = (
        {"order_id": "A-2", "order_date": "2024-05-02"},
        {"order_id": "A-1", "order_date": "2024-05-01"},
    )
    return [
        _list("two headings, all", body, orders_are(first, *rest)),
        _list(
            "two headings, the past ones", body, _BOTH,
            goal="Extract the id and the date of the past orders.",
        ),
        _list(
            "two headings, the open ones", body, orders_are(first),
            goal="Extract the id and the date of all open orders.",
        ),
    ]  # fmt: skip


def _turned() -> list[Trap]:
    more = f"<div id=t>{_TWO}</div><button id=n>Load more</button>"
    ended = (
        f"<div id=t>{_TWO}</div><button id=n>Next</button><div id=d role=dialog hidden>Your "
        f"session "
        "has expired. <a href=/login>Sign in</a></div>"
    )
    rows = (
        "<table><tr><th>No<th>Date<th>Amount<tr><td>12/2024<td>15 marzo 2024<td>1.234,50 €<tr><td>"
        "1/2024<td>15 gennaio 2024<td>34,50 €</table>"
    )
    numbers = orders_are(
        {"order_id": "12/2024", "order_date": "2024-03-15"},
        {"order_id": "1/2024", "order_date": "2024-01-15"},
    )
    return [
        _list("more that goes away and brings nothing", more, script="n.onclick=()=>n.remove()"),
        _list(
            "a session that ends", ended, script="n.onclick=()=>{d.hidden=false;n.disabled=true}"
        ),
        _list("numbers like pages", rows, numbers),
    ]


def partial_lists() -> list[Trap]:
    """All of them."""
    return [*_told(), *_whole(), *_filtered(), *_headed(), *_turned()]
