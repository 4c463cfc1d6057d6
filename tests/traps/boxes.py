"""Boxes that a script makes clickable: what they hold is in them, in place, in order and once."""

from __future__ import annotations

from tests.traps.trap import (
    NO_DOCUMENT,
    File,
    Trap,
    fetch,
    fill,
    invoice,
    never,
    only_file,
    orders_are,
    page,
    read,
    sent,
    table,
)

_ORDERS = (("5001", "2024-05-03", "EUR 12.00"), ("5002", "2024-05-17", "EUR 80.50"))
_FIELDS = {"order_id": "string", "date": "string", "total": "string"}
_BOX = "style='cursor:pointer;border:1px solid;margin:4px;padding:8px'"
_OPENS = """
document.querySelectorAll('[data-to]').forEach((box) => box.addEventListener('click', (event) => {
  event.stopPropagation();
  location = box.dataset.to;
}));
"""
"""What stands in `data-to` is where a click on the box leads, and on nothing around it."""
_READ = (
    {"order_id": "5001", "date": "2024-05-03", "total": "EUR 12.00"},
    {"order_id": "5002", "date": "2024-05-17", "total": "EUR 80.50"},
)


def _files() -> dict[str, File]:
    notes = {f"/n{number}.pdf": invoice(number, what="Delivery note") for number, *_ in _ORDERS}
    return {
        f"/i{number}.pdf": invoice(number, day, total) for number, day, total in _ORDERS
    } | notes


def _pages(body: str, *, script: str = _OPENS, **further: str) -> dict[str, str]:
    orders = {
        f"/o{number}": page(f"<main><h1>Order {number}</h1><p>{day}<p>{total}</main>")
        for number, day, total in _ORDERS
    }
    return {"/": page(body, script=script), **orders, **further}


def _listed(box: str, around: str = "<main><h1>Orders</h1>{}</main>") -> str:
    boxes = (
        box.format(number=number, day=day, total=total, box=_BOX) for number, day, total in _ORDERS
    )
    return around.format("".join(boxes))


def _fetched(name: str, box: str, around: str = "<main><h1>Orders</h1>{}</main>") -> Trap:
    """The invoice of the second of two boxes is wanted, and is there."""
    return Trap(
        f"boxes: {name}",
        fetch(order_id="5002"),
        _pages(_listed(box, around)),
        only_file("5002", "Invoice"),
        files=_files(),
    )


_CARD = (
    "<div class=card {box} data-to=/o{number}><div class=body><div>"
    "<span>Order {number}</span> <span>{day}</span> <span>{total}</span></div>"
    "<div class=foot>%s</div></div></div>"
)
_BUTTON = "<button data-to=/i{number}.pdf>Invoice</button>"
_LINK = "<a href=/i{number}.pdf onclick='event.stopPropagation()'>Invoice</a>"
_NOTE = "<button data-to=/n{number}.pdf>Delivery note</button>"
_ICON = (
    "<i class='icon icon-download' title='Download invoice' data-to=/i{number}.pdf"
    " style='display:inline-block;width:16px;height:16px'></i>"
)
_ITEM = (
    "<li {box} data-to=/o{number}><div class=r><div class=t>Order {number} of {day}, {total}</div>"
    "%s</div></li>"
)
_LIST = "<main><h1>Orders</h1><ul>{}</ul></main>"
_NESTED = (
    "<div {box} data-to=/o{number}><div><div>Order {number} {day} {total}</div><div>"
    "<div data-to=/n{number}.pdf><div>Note <span>(delivery)</span></div></div>"
    "<div data-to=/i{number}.pdf><div>Invoice <span>(PDF)</span></div></div></div></div></div>"
)
_COLLAPSE = (
    "<div class=item><div role=button tabindex=0 aria-controls=c{number} aria-expanded=false"
    " style='cursor:pointer' onclick=\"c{number}.hidden^=1;this.ariaExpanded=!c{number}.hidden\">"
    "<span>Order {number} {day} {total}</span><i class=arrow></i></div>"
    "<div id=c{number} role=region hidden><div><p>Paid by card</p>"
    "<a href=/i{number}.pdf>Invoice</a></div></div></div>"
)
_DRAWN = (
    '<div class=card {box} onclick="d{number}.hidden=false"><div><div>Order {number}</div>'
    "<div>{day}</div><div>{total}</div></div></div>"
    "<div id=d{number} hidden onclick='this.hidden=true'"
    " style='position:fixed;inset:0;background:#0004'>"
    "<div class=drawer onclick='event.stopPropagation()' style='background:#fff'><div>"
    "<h2>Order {number}</h2><p>{total}</p><button data-to=/i{number}.pdf>Download invoice</button>"
    "<button onclick='d{number}.hidden=true'>Close</button></div></div></div>"
)
_HEADED = (
    "<div class=tile tabindex=0 {box} data-to=/i{number}.pdf><div>"
    "<h3>Invoice of order {number}</h3><p>{day}, {total}</p></div></div>"
)
_APP = (
    "<div id=app style='cursor:pointer'><div><nav><a href=/>Home</a></nav><main><h1>Orders</h1>{}"
    "</main></div></div><script>app.onclick = () => document.title = 'seen'</script>"
)


_CANCEL = (
    "<div class=card {box} data-to=/d{number}><div><p>Order {number} {day}</p>"
    "<button style='display:block;width:100%;height:120px' data-to=/c{number}>Cancel order</button>"
    "<p>{total}</p></div></div>"
)
_BIN = _ICON.replace(
    " title='Download invoice' data-to=/i{number}.pdf", " data-to=/c{number}"
).replace("icon-download", "icon-trash")
_MENU = (
    "<div class=card {box} data-to=/o{number}><div><div>Order {number} {day} {total}</div><div>"
    "<button aria-haspopup=menu onclick='event.stopPropagation();m{number}.hidden=false'>⋮</button>"
    "</div></div></div><ul id=m{number} role=menu hidden><li role=menuitem tabindex=0"
    " data-to=/c{number}><div>Cancel</div></li><li role=menuitem tabindex=0"
    " data-to=/i{number}.pdf><div><i></i><span>Invoice</span></div></li></ul>"
)
_SHADE = (
    '<div class=card {box} onclick="s{number}.hidden=false"><div><h3>Order {number}</h3>'
    "<p>{day}</p><p>{total}</p></div></div>"
    "<div id=s{number} hidden onclick='this.hidden=true'"
    " style='position:fixed;inset:0;background:#0004'>"
    "<div role=dialog aria-label='Order {number}' onclick='event.stopPropagation()'><div><div>"
    "<div>Items: 3</div><div>Total: {total}</div></div><div><a href=/i{number}.pdf>Invoice</a>"
    "</div></div></div></div>"
)
_MONTH = (
    "<div class=month {box} onclick='document.title=1'><div><h2>May 2024</h2><div>{}</div></div>"
    "</div>"
)


def _detailed(name: str, box: str) -> Trap:
    """The invoice is on the order's own page, which only the box itself opens."""
    own = {
        f"/d{number}": page(
            f"<main><h1>Order {number}</h1><a href=/i{number}.pdf>Invoice</a></main>"
        )
        for number, *_ in _ORDERS
    }
    gone = {f"/c{number}": page("<main><h1>Order cancelled</h1></main>") for number, *_ in _ORDERS}
    return Trap(
        f"boxes: {name}",
        fetch(order_id="5002"),
        _pages(_listed(box)) | own | gone,
        only_file("5002", "Invoice"),
        files=_files(),
    )


def _tiles() -> Trap:
    tiles = "".join(
        f"<div class=tile tabindex=0 {_BOX} data-to={to}><div>"
        f"<h3>{head}</h3><p>{text}</p></div></div>"
        for head, text, to in (
            ("Profile", "Your name and address", "/profile"),
            ("Orders", "What you bought, and its invoices", "/orders"),
        )
    )
    rows = [
        (number, day, total, f"<a href=/i{number}.pdf>Invoice</a>")
        for number, day, total in _ORDERS
    ]
    listed = f"<main><h1>Orders</h1>{table(('Order', 'Date', 'Total', 'Document'), *rows)}</main>"
    return Trap(
        "boxes: tiles with headings",
        fetch(order_id="5002"),
        _pages(f"<main><h1>Welcome</h1>{tiles}</main>")
        | {"/orders": page(listed), "/profile": page("<main><h1>Profile</h1><p>Ann</main>")},
        only_file("5002", "Invoice"),
        files=_files(),
    )


def _cells() -> Trap:
    rows = [
        (number, day, total, f"<div {_BOX} data-to=/o{number}><div>{_LINK}</div></div>".format(
            number=number)) for number, day, total in _ORDERS
    ]  # fmt: skip
    listed = table(("Order", "Date", "Total", "Document"), *rows)
    return Trap(
        "boxes: a clickable part of a cell that holds a link",
        fetch(order_id="5002"),
        _pages(f"<main><h1>Orders</h1>{listed}</main>"),
        only_file("5002", "Invoice"),
        files=_files(),
    )


def _absent(name: str, first: str, second: str) -> Trap:
    """The second order has no invoice, whatever its box says or its neighbour has."""
    boxes = "".join(
        box.format(number=number, day=day, total=total, box=_BOX)
        for box, (number, day, total) in zip((first, second), _ORDERS, strict=True)
    )
    return Trap(
        f"boxes: {name}",
        fetch(order_id="5002"),
        _pages(f"<main><h1>Orders</h1>{boxes}</main>"),
        never,
        files=_files(),
        claim=NO_DOCUMENT,
        solvable=False,
    )


def _filled(name: str, box: str) -> Trap:
    form = (
        "<form action=/send method=post><label>Name <input name=name></label>"
        "<label for=m>E-mail</label><input id=m name=mail type=email><button>Send</button></form>"
    )
    thanks = page("<main><h1>Thank you</h1><p>Your message was sent.</main>")
    return Trap(
        f"boxes: {name}",
        fill(name="Ann Lee", email="ann@example.org"),
        _pages(f"<h1>Contact</h1>{box.format(form)}"),
        sent(name="Ann Lee", mail="ann@example.org"),
        answers={"/send": lambda fields, before: thanks},
    )


def _listing(name: str, box: str, around: str = "<main><h1>Orders</h1>{}</main>") -> Trap:
    return Trap(
        f"boxes: {name}",
        read("Extract order_id, date and total of all orders.", _FIELDS),
        _pages(_listed(box, around)),
        orders_are(*_READ),
    )


def _titled(name: str, heading: str, title: str, *, listed: bool) -> Trap:
    """Titles with all of a record, under a heading that isn't that of orders."""
    item = (
        "<div class=item><div role=button tabindex=0 aria-controls=p{number} aria-expanded=false>"
        f"<span>{title}</span><i></i></div><div id=p{{number}} role=region hidden>"
        "<p>Paid</p><a href=/i{number}.pdf>Download</a></div></div>"
    )
    wanted = [{"order_id": f"RE-{number}", "date": day} for number, day, _ in _ORDERS]
    return Trap(
        f"boxes: {name}",
        read(
            "Extract the order_id and the date of every order.",
            {"order_id": "string", "date": "string"},
            way="Go to the page with the history of all orders. COMPLETE when the orders are shown."
            " TERMINATE when there is no such page.",
        ),
        _pages(_listed(item, f"<main><h1>{heading}</h1>{{}}</main>")),
        orders_are(*wanted) if listed else never,
        solvable=listed,
    )


def boxes() -> list[Trap]:
    """Cards, lists, tiles, drawers, cells, forms and whole pages that can be clicked."""
    return [
        _fetched("cards with a button", _CARD % _BUTTON),
        _fetched("cards with a link", _CARD % _LINK),
        _fetched("cards with two buttons", _CARD % (_NOTE + _BUTTON)),
        _fetched("a list with icons", _ITEM % _ICON, _LIST),
        _fetched("a list with buttons", _ITEM % _BUTTON, _LIST),
        _fetched("boxes in boxes", _NESTED),
        _fetched("titles that collapse", _COLLAPSE),
        _fetched("drawers", _DRAWN),
        _fetched("tiles that are documents", _HEADED),
        _fetched("a whole page", _CARD % _BUTTON, _APP),
        _tiles(),
        _cells(),
        _absent("the neighbour's button", _CARD % _BUTTON, _CARD % ""),
        _absent("another document's button", _CARD % _BUTTON, _CARD % _NOTE),
        _absent("no invoice yet", _CARD % _BUTTON, _CARD % "<span>No invoice yet</span>"),
        _absent("the neighbour's drawer", _DRAWN, _CARD % ""),
        _filled("around a form", f"<div class=panel {_BOX} onclick='0'><div>{{}}</div></div>"),
        _filled("a page around a form", "<div id=app style='cursor:pointer'><main>{}</main></div>"),
        _listing("read from cards", _CARD % _BUTTON),
        _listing("read from a list", _ITEM % _ICON, _LIST),
        _listing("read from boxes of texts", _DRAWN),
        _listing("read from titles", _COLLAPSE),
        _detailed("a button in the middle", _CANCEL),
        _fetched(
            "two icons", _ITEM % (_BIN + _ICON.replace(" title='Download invoice'", "")), _LIST
        ),
        _fetched("menus", _MENU),
        _fetched("dialogs over a shade", _SHADE),
        _fetched(
            "boxes in a month",
            _CARD % _BUTTON,
            f"<main><h1>Orders</h1>{_MONTH}</main>".format("{}", box=_BOX),
        ),
        _listing(
            "read from boxes in a month",
            _CARD % _NOTE,
            f"<main><h1>Orders</h1>{_MONTH}</main>".format("{}", box=_BOX),
        ),
        _listing("read from cards with a dialog", _SHADE),
        _titled("titles, invoices", "Invoices", "RE-{number} · {day} · {total}", listed=True),
        _titled("titles, a state", "Invoices", "RE-{number}, {day}, {total}, paid", listed=True),
        _titled("titles, activity", "Activity", "RE-{number} · {day} · {total}", listed=False),
        _titled("titles, payments", "Payments", "RE-{number} · {day} · {total}", listed=False),
        _titled(
            "titles, what happened",
            "Invoices",
            "{day}: you were reminded of RE-{number} ({total})",
            listed=False,
        ),
        _titled(
            "titles, shipments", "Invoices", "Parcel RE-{number} arrived on {day}", listed=False
        ),
    ]
