"""Portals of banks, landlords, telecoms, hotels, marketplaces: their lists, papers and forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from skyvern_dagster.agent.planner import Goal
from tests.traps.trap import (
    TODAY,
    File,
    Happened,
    Trap,
    fetch,
    fill,
    never,
    only_file,
    orders_are,
    page,
    read,
    sent,
    table,
)

_TOTALS = {"order_id": "string", "total": "number"}
_THANKS = "<h1>Thank you!</h1><p>Your request has been received.</p>"
_NAME = "<p><label>Name <input name=n></label>"
_DAY = "<p><label>{} <input name={} type=date></label>"
_PHONES = (
    "<p><label>Phone (private) <input name=p1></label><p><label>Phone (business) <input name=p2>"
    "</label>"
)
_IBAN = "<p><label>IBAN <input name=i></label>"
_PAPERS = (
    ("D-5", "3 June 2024", "Invoice"), ("D-4", "20 May 2024", "Credit note"),
    ("D-3", "3 May 2024", "Invoice"), ("D-2", "3 April 2024", "Reminder"),
)  # fmt: skip


def _main(body: str, lang: str = "en", script: str = "") -> str:
    return page(f"<main>{body}</main>", lang=lang, script=script)


def _list(
    name: str,
    fields: Mapping[str, str],
    body: str,
    *wanted: Sequence[Any],
    goal: str = "Extract all orders.",
    lang: str = "en",
) -> Trap:
    right = orders_are(*(dict(zip(fields, each, strict=True)) for each in wanted))
    return Trap(
        f"portal: {name}", read(goal, fields), {"/": _main(body, lang)},
        right if wanted else never, solvable=bool(wanted),
    )  # fmt: skip


def _values(name: str, body: str, schema: dict[str, str], **wanted: Any) -> Trap:
    properties = {key: {"type": kind} for key, kind in schema.items()}
    goal = Goal(
        data_extraction_goal="Extract the data.", today=TODAY,
        data_schema={"type": "object", "properties": properties},
    )  # fmt: skip
    return Trap(f"portal: {name}", goal, {"/": _main(body)}, lambda seen: seen.extracted == wanted)


def _lists() -> list[Trap]:
    sides = (
        f"<h1>Activity</h1><h2>Sales</h2>{table(('Order', 'Total'), ('S-1', '5.00'))}"
        f"<h2>Purchases</h2>{table(('Order', 'Total'), ('B-1', '7.00'), ('B-2', '8.00'))}"
    )
    loading = "<h1>Orders</h1><ul>" + "".join(
        f"<li>Order A-{number} – 3 May 2024 – {number}.00 EUR" for number in range(30, 20, -1)
    )
    folded = "<h1>Orders</h1>" + "".join(
        f"<details><summary>Order A-{one}</summary><p>Total: {one}.00 EUR</p></details>"
        for one in (1, 2)
    )
    refund = table(("Order", "Total"), ("A-1", "10.00"), ("Refund for A-1", "-10.00"),
                    ("A-2", "5.00"))  # fmt: skip
    calls = table(("Date", "Number", "Cost"), ("3 May 2024", "+43 1 234567", "0.12"),
                   ("4 May 2024", "+43 1 765432", "0.40"))  # fmt: skip
    series = table(("Fatura", "Data"), ("FT 12/2024", "03/05/2024"), ("FT 11/2024", "28/04/2024"))
    return [
        _list("sold and bought", _TOTALS, sides, ("B-1", 7.0), ("B-2", 8.0),
              goal="Extract all purchases."),
        _list("a list that goes on loading", {"order_id": "string"}, f"{loading}</ul><p>Loading "
              "more…</p>"),
        _list("totals that are folded away", _TOTALS, folded),
        _list("a refund of an order", _TOTALS, f"<h1>Orders</h1>{refund}", ("A-1", 10.0),
              ("A-2", 5.0)),
        _list("telephone numbers", {"date": "string", "number": "string"},
              f"<h1>Calls</h1>{calls}", ("2024-05-03", "+43 1 234567"),
              ("2024-05-04", "+43 1 765432"), goal="Extract all calls."),
        _list("numbers of a series", {"numero_fatura": "string", "data": "string"},
              f"<h1>Faturas</h1>{series}", ("FT 12/2024", "2024-05-03"),
              ("FT 11/2024", "2024-04-28"), goal="Extraia todas as faturas.", lang="pt"),
        _values("a balance in credit", "<h1>Account</h1><dl><dt>Balance<dd>€ 45.10 CR<dt>Fee<dd>"
                "€ 8.00</dl>", {"balance": "number", "fee": "number"}, balance=None, fee=8.0),
        _values("the same address", "<h1>Order</h1><dl><dt>Order number<dd>A-1<dt>Delivery address"
                "<dd>same as billing address</dl>", {"order_number": "string",
                "delivery_address": "string"}, order_number="A-1", delivery_address=None),
    ]  # fmt: skip


def _download(
    name: str,
    goal: str,
    body: str,
    files: Mapping[str, Sequence[str]],
    *says: str,
    solvable: bool = True,
) -> Trap:
    return Trap(
        f"portal: {name}", fetch(goal), {"/": _main(body)}, only_file(*says) if says else never,
        {path: File(tuple(lines)) for path, lines in files.items()},
        solvable=solvable and bool(says),
    )  # fmt: skip


def _documents() -> list[Trap]:
    rows = [(one, day, kind, f"<a href=/{one}>Download</a>") for one, day, kind in _PAPERS]
    papers = f"<h1>Documents</h1>{table(('No.', 'Date', 'Type', ''), *rows)}"
    files = {f"/{one}": (f"{kind} {one}", day) for one, day, kind in _PAPERS}
    sellers = table(("Seller", "Item", ""), ("Pine GmbH", "Lamp", "<a href=/p>Invoice</a>"),
                     ("Oak Ltd", "Desk", "<a href=/o>Invoice</a>"))  # fmt: skip
    orders = table(("Order", ""), ("A-2", "<button onclick=d.showModal()>Documents</button>"),
                    ("A-1", "<button>Documents</button>"))  # fmt: skip

    def dialog(order: str) -> str:
        links = "<a href=/n>Delivery note</a> <a href=/i>Invoice</a>"
        return f"<h1>Orders</h1>{orders}<dialog id=d><h2>Documents of {order}</h2>{links}</dialog>"

    in_dialog = {"/n": ("Delivery note",), "/i": ("Invoice", "Total 3.00")}
    return [
        _download("a document of a month with two", "Download the document of May 2024.", papers,
                  files),
        _download("an invoice of a month with two", "Download the invoice of May 2024.", papers,
                  files, "Invoice D-3"),
        _download("a reminder", "Download the reminder of April 2024.", papers, files, "D-2"),
        _download("a seller's invoice", "Download the invoice of the seller Oak Ltd for order M-7.",
                  f"<h1>Order M-7</h1>{sellers}", {"/p": ("Invoice", "Pine GmbH", "Order M-7"),
                  "/o": ("Invoice", "Oak Ltd", "Order M-7")}, "Oak"),
        _download("a dialog of documents", "Download the invoice of order A-2.", dialog("A-2"),
                  in_dialog, "Invoice"),
        _download("a dialog of another's documents", "Download the invoice of order A-2.",
                  dialog("A-1"), in_dialog),
    ]  # fmt: skip


def _form(
    name: str,
    fields: str,
    answer: str,
    right: Callable[[Happened], bool],
    /,
    **given: Any,
) -> Trap:
    form = f"<form method=post action=/go>{fields}<p><button>Send</button></form>"
    goal = fill("Fill in the form with the given data and send it.", **given)
    return Trap(
        f"portal: {name}", goal, {"/": _main(f"<h1>Form</h1>{form}")}, right,
        answers={"/go": lambda fields, before: _main(answer)}, solvable=right is not never,
    )  # fmt: skip


def _forms() -> list[Trap]:
    stay = _DAY.format("Arrival", "a") + _DAY.format("Departure", "b")
    days = {"arrival": "2024-07-01", "departure": "2024-07-03"}
    american = "<p><label>Date (MM/DD/YYYY) <input name=d></label>"
    mandate = "<dl><dt>Name<dd>Ada<dt>IBAN<dd>AT** **** **** **** {}</dl>"
    bank = {"name": "Ada", "iban": "AT61 1904 3002 3457 3201"}

    def booked(first: str, last: str) -> str:
        said = f"Your booking is confirmed: arrival {first}, departure {last}."
        return f"<h1>Thank you!</h1><p>{said}</p>"

    def appointment(day: str) -> str:
        return f"<h1>Thank you!</h1><p>Your appointment on {day} has been booked.</p>"

    return [
        _form("its two days", stay, booked("1 July 2024", "3 July 2024"),
              sent(a="2024-07-01", b="2024-07-03"), **days),
        _form("two other days", stay, booked("2 July 2024", "4 July 2024"), never, **days),
        _form("another second day", stay, booked("1 July 2024", "4 July 2024"), never, **days),
        _form("an American day", _NAME + american, appointment("July 4, 2024"),
              sent(d="07/04/2024"), name="Ada", date="2024-07-04"),
        _form("an American day, read otherwise", _NAME + american, appointment("7 April 2024"),
              never, name="Ada", date="2024-07-04"),
        _form("a number that is hidden in part", _NAME + _IBAN, _THANKS + mandate.format("3201"),
              sent(n="Ada"), **bank),
        _form("another number, hidden in part", _NAME + _IBAN, _THANKS + mandate.format("9999"),
              never, **bank),
        _form("one of two phones", _NAME + _PHONES, _THANKS, sent(p2="0660123456"), name="Ada",
              business_phone="0660123456"),
        _form("a phone of two", _NAME + _PHONES, _THANKS, never, name="Ada", phone="0660123456"),
        _form("sent before", _NAME, "<h1>Thank you</h1><p>You have already sent this request. It "
              "was ignored.</p>", never, name="Ada"),
    ]  # fmt: skip


def portals() -> list[Trap]:
    """Lists, papers and forms as portals of many kinds have them."""
    return [*_lists(), *_documents(), *_forms()]
