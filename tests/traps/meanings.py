"""Values that mean something else: of another year, cut off, only expected, one's own address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from skyvern_dagster.agent.planner import Goal
from tests.traps.trap import TODAY, Trap, orders_are, page, read, table

_NET = {"order_id": "string", "net": "number", "gross": "number"}
_TOTAL = {"order_id": "string", "total": "number"}
_ITEM = {"order_id": "string", "description": "string"}
_DELIVERED = {"order_id": "string", "delivery_date": "string"}
_TEXT = {"type": "string"}
_YEARS = (
    "<table><thead><tr><th rowspan=2>Order<th colspan=2>2023<th colspan=2>2024<tr><th>Net<th>Gross"
    "<th>Net<th>Gross<tbody><tr><td>A-1<td>1.00<td>1.20<td>10.00<td>12.00<tr><td>A-2<td>2.00<td>"
    "2.40<td>20.00<td>24.00</table>"
)
_QUARTERS = (
    "<table><tr><th rowspan=2>Order<th colspan=2>Q1<th colspan=2>Q2<tr><th>Qty<th>Total<th>Qty<th>"
    "Total<tr><td>A-1<td>1<td>5.00<td>2<td>6.00<tr><td>A-2<td>3<td>7.00<td>4<td>8.00</table>"
)
_BY_WHOM = (
    "<table><tr><th rowspan=2>Order<th colspan=2>Ordered<th colspan=2>Delivered<tr><th>Date<th>By"
    "<th>Date<th>By<tr><td>A-1<td>2024-05-01<td>Ada<td>2024-05-09<td>Bob<tr><td>A-2<td>2024-05-02"
    "<td>Cy<td>2024-05-08<td>Di</table>"
)
_DELIVERIES = "<ul><li>Order A-1<br>Delivered: 9 May 2024<li>Order A-2<br>{}: 1 July 2024</ul>"
_BUYER_AND_SELLER = (
    "<h1>Order A-1</h1><dl><dt>Customer<dd>Ada<dt>E-mail<dd>ada@home.example</dl><h2>Seller</h2><p>"
    "Oak Ltd</p><p>sales@oak.example</p>"
)
_NUMBERED = "<h1>Order</h1><dl><dt>Order number<dd>A-1</dl>"


def _list(
    name: str,
    fields: Mapping[str, str],
    body: str,
    *wanted: Sequence[Any],
    lang: str = "en",
) -> Trap:
    right = orders_are(*(dict(zip(fields, each, strict=True)) for each in wanted))
    pages = {"/": page(f"<main><h1>Orders</h1>{body}</main>", lang=lang)}
    return Trap(f"meaning: {name}", read("Extract all orders.", fields), pages, right)


def _page(name: str, body: str, lang: str = "en", **wanted: str | None) -> Trap:
    """Single values; where none can be read, an honest end is right, too."""
    schema = {"type": "object", "properties": dict.fromkeys(wanted, _TEXT)}
    goal = Goal(data_extraction_goal="Extract the data.", data_schema=schema, today=TODAY)
    return Trap(
        f"meaning: {name}", goal, {"/": page(f"<main>{body}</main>", lang=lang)},
        lambda seen: seen.extracted == wanted, solvable=any(wanted.values()),
    )  # fmt: skip


def _alike() -> list[Trap]:
    named = {"order_id": "string", "net_2023": "number", "gross_2024": "number"}
    planned = (
        "<table><tr><th rowspan=2>Order<th colspan=2>Amount<tr><th>Planned<th>Actual<tr><td>A-1<td>"
        "5.00<td>6.00<tr><td>A-2<td>7.00<td>8.00</table>"
    )
    return [
        _list("two years, of which none is told", _NET, _YEARS, ("A-1", None, None),
              ("A-2", None, None)),
        _list("two years, told by the fields", named, _YEARS, ("A-1", 1.0, 12.0),
              ("A-2", 2.0, 24.0)),
        _list("years in one row of heads", _TOTAL, table(("Order", "Total 2023", "Total 2024"),
              ("A-1", "1.00", "2.00"), ("A-2", "3.00", "4.00")), ("A-1", None), ("A-2", None)),
        _list("quarters", _TOTAL, _QUARTERS, ("A-1", None), ("A-2", None)),
        _list("planned or actual", {"order_id": "string", "actual_amount": "number"}, planned,
              ("A-1", 6.0), ("A-2", 8.0)),
        _list("days under two heads", {"order_id": "string", "order_date": "string"}, _BY_WHOM,
              ("A-1", "2024-05-01"), ("A-2", "2024-05-02")),
        _list("days under two heads, the second", _DELIVERED, _BY_WHOM, ("A-1", "2024-05-09"),
              ("A-2", "2024-05-08")),
    ]  # fmt: skip


def _cut_off() -> list[Trap]:
    heads = ("Order", "Item")

    def cut(name: str, item: str, wanted: str | None) -> Trap:
        body = table(heads, ("A-1", item), ("A-2", "Lamp"))
        return _list(f"cut off, {name}", _ITEM, body, ("A-1", wanted), ("A-2", "Lamp"))

    long = "<div style='width:50px;overflow:hidden;text-overflow:ellipsis'>Desk of oak</div>"
    return [
        cut("with an ellipsis", "Desk, oak…", None),
        cut("with dots", "Desk made of solid o...", None),
        _list("cut off, and whole in its title", _ITEM, table(heads, ("A-1", "Desk, oak…"))
              .replace("<td>Desk", "<td title='Desk, oak, 120 cm'>Desk"), ("A-1",
              "Desk, oak, 120 cm")),
        cut("by CSS", long, "Desk of oak"),
        _list("cut off, numbers", _TOTAL, table(("Order", "Total"), ("A-1000…", "1.00"),
              ("A-2000…", "2.00")), (None, 1.0), (None, 2.0)),
        _page("cut off, a single one", "<h1>Order A-1</h1><dl><dt>Customer<dd>Ada Lovelace<dt>"
              "Description<dd>A desk made of oak and… <button>Show more</button></dl>",
              description=None, customer_name="Ada Lovelace"),
        _page("parted by a line break", "<h1>Order A-1</h1><dl><dt>Customer<dd>Ada Lovelace<dt>"
              "Address<dd>Old Road<br>Vienna</dl>", customer_name="Ada Lovelace",
              address="Old Road Vienna"),
    ]  # fmt: skip


def _expected() -> list[Trap]:
    happened, none = ("A-1", "2024-05-09"), ("A-2", None)

    def intable(name: str, told: str, head: str = "Delivered", lang: str = "en") -> Trap:
        body = table(("Order", head), ("A-1", "2024-05-09"), ("A-2", told))
        return _list(f"expected, {name}", _DELIVERED, body, happened, none, lang=lang)

    expected = {"order_id": "string", "expected_delivery": "string"}
    return [
        intable("in a cell", "expected 1 July 2024"),
        intable("not before", "not before 2024-07-01"),
        intable("in French", "prévue le 1 juillet 2024", "Livrée le", "fr"),
        _list("expected, on cards", _DELIVERED, _DELIVERIES.format("Expected delivery"), happened,
              none),
        _list("expected, and asked for", expected, _DELIVERIES.format("Expected delivery"),
              ("A-1", None), ("A-2", "2024-07-01")),
        _list("expected, all of them", _DELIVERED, table(("Order", "Estimated delivery"),
              ("A-1", "2024-07-09"), ("A-2", "2024-07-01")), ("A-1", "2024-07-09"),
              ("A-2", "2024-07-01")),
        _page("expected, a single one", f"{_NUMBERED}<dl><dt>Estimated delivery<dd>1 July 2024"
              "</dl>", order_number="A-1", delivered_on=None),
    ]  # fmt: skip


def _addresses() -> list[Trap]:
    form = "<form><label>E-mail <input type=email value=ada@home.example></label></form>"
    german = (
        "<h1>Bestellung</h1><dl><dt>Bestellnummer<dd>A-1</dl><h2>Rechnungsadresse</h2><p>Ada "
        "Lovelace<br>ada@home.example</p><h2>Verkäufer</h2><p>Eiche GmbH<br>"
        "verkauf@eiche.example</p>"
    )
    return [
        _page("an address, the seller's", _BUYER_AND_SELLER, seller_email="sales@oak.example"),
        _page("an address, the customer's", _BUYER_AND_SELLER, customer_email="ada@home.example"),
        _page("an address, one's own", "<h1>Fair</h1><p>Your e-mail: ada@home.example</p><p>"
              "Organiser: Fairs Ltd, Berlin</p>", contact_email=None),
        _page("an address that something was sent to", f"{_NUMBERED}<p>A confirmation was sent to "
              "ada@home.example.</p>", contact_email=None, order_number="A-1"),
        _page("an address in a field", _NUMBERED + form, contact_email=None, order_number="A-1"),
        _page("an address in German", german, "de", kontakt_email="verkauf@eiche.example",
              bestellnummer="A-1"),
    ]  # fmt: skip


def meanings() -> list[Trap]:
    """Values of another year, cut off, only expected, or another's."""
    return [*_alike(), *_cut_off(), *_expected(), *_addresses()]
