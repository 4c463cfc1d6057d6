"""What comes in a document's place: a page, an archive, another customer's, the last month's."""

from __future__ import annotations

import io
import zipfile

from tests.traps.trap import NOT_FOUND, File, Trap, fetch, invoice, never, only_file, page

_NUMBERS = ("A-3", "A-2", "A-1")
_MONTHS = ("May", "April", "March", "February")
_MENU = """
document.querySelectorAll('button').forEach(one => one.onclick = () => setTimeout(() => {
  m.hidden = false;
  m.querySelector('a').href = '/f/' + one.dataset.n;
}, 300));
"""


def _page(heading: str, body: str, **more: str) -> str:
    return page(f"<main><h1>{heading}</h1>{body}</main>", title=heading, **more)


def _orders(label: str) -> str:
    return _page("My orders", "".join(
        f"<section><h2>Order {one}</h2><p>Placed on 2024-05-0{one[-1]}</p>"
        f"<a href='/f/{one}'>{label}</a></section>" for one in _NUMBERS
    ))  # fmt: skip


def _html(text: str) -> File:
    content = f"<!doctype html><html><body>{text}</body></html>".encode()
    return File(other=content, name="invoice.html", media_type="text/html")


def _archive(*files: File) -> File:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.writestr(file.name, file.content())
    return File(other=packed.getvalue(), name="invoice.zip", media_type="application/zip")


def _in_its_place() -> list[Trap]:
    number = "A-2"
    pages = {"/": _orders("Get invoice")}

    def come(name: str, file: File, *, right: bool = False, **payload: str) -> Trap:
        others = {f"/f/{one}": invoice(one) for one in _NUMBERS if one != number}
        return Trap(
            f"paper: {name}", fetch(order_id=number, **payload), pages,
            only_file(number) if right else never, {**others, f"/f/{number}": file},
            solvable=right,
        )  # fmt: skip

    own = ("Invoice A-2", "Bill to: Miller GmbH, Berlin", "Total 5.00")
    return [
        come("a page that makes it", _html("<h1>Invoice A-2</h1><p>Your invoice is being prepared. "
             "Please come back in a few minutes.</p>")),
        come("a page that makes it, in German", _html("<h1>Rechnung A-2</h1><p>Die Rechnung wird "
             "gerade erstellt.</p>")),
        come("a page without it", _html("<h1>Order A-2</h1><p>The invoice for this order is no "
             "longer available.</p>")),
        come("a login", _html("<h1>Invoice A-2</h1><form><input type=password></form>")),
        come("an empty page", _html("")),
        come("a page that is one", _html("<h1>Invoice A-2</h1><table><tr><td>Desk<td>49.90 EUR<tr>"
             "<td>Total<td>49.90 EUR</table><p>The lamp is no longer available.</p>"), right=True),
        come("a PDF that says no", File(("Invoice A-2", "This invoice is not available yet."))),
        come("an archive of nothing", _archive()),
        come("an archive with another's", _archive(invoice("A-1"))),
        come("an archive with its own", _archive(invoice(number)), right=True),
        come("another customer's", File(own), customer="Smith Ltd"),
        come("its customer's", File(own), right=True, customer="Miller"),
    ]  # fmt: skip


def _statements() -> list[Trap]:
    pages = {"/": _page("Statements", "<ul>" + "".join(
        f"<li>{one} 2024 <a href='/s/{one}'>Download statement</a></li>" for one in _MONTHS
    ) + "</ul>")}  # fmt: skip

    def files(**other: str) -> dict[str, File]:
        says = {one: other.get(one, one) for one in _MONTHS}
        return {
            f"/s/{one}": File(("Account statement", f"1 {said} 2024 - 28 {said} 2024"))
            for one, said in says.items()
        }

    goals = {
        "March": (fetch("Download the statement of March 2024."), "March"),
        "a period": (fetch("Download the statement for the period.", period="2024-03"), "March"),
        "a month and a year": (fetch("Download the statement.", month="April", year=2024), "April"),
        "June": (fetch("Download the statement of June 2024."), ""),
        "a quarter": (fetch("Download the statement of Q1 2024."), ""),
        "two months": (fetch("Download the statements of March and April 2024."), ""),
    }
    goal = goals["March"][0]
    return [
        *(
            Trap(f"statement: {name}", goal, pages, only_file(month) if month else never, files(),
                 claim=NOT_FOUND if name == "June" else "", solvable=bool(month))
            for name, (goal, month) in goals.items()
        ),
        Trap("statement: February's in March's place", goal, pages, never,
             files(March="February"), solvable=False),
    ]  # fmt: skip


def _kinds() -> list[Trap]:
    """Three documents of each order, of which the goal names one."""
    rows = "".join(
        f"<tr><td>{one}<td><a href='/f/{one}'>PDF</a> <a href='/x/{one}'>XML</a> <a "
        f"href='/d/{one}'>Delivery note</a></tr>" for one in _NUMBERS
    )  # fmt: skip
    pages = {"/": _page("Orders", f"<table><tr><th>Order<th>Documents</tr>{rows}</table>")}
    files = {f"/f/{one}": invoice(one) for one in _NUMBERS}
    files |= {f"/d/{one}": invoice(one, what="Delivery note") for one in _NUMBERS}
    files |= {
        f"/x/{one}": File(other=f"<inv>XML {one}</inv>".encode(), name=f"{one}.xml",
                          media_type="application/xml") for one in _NUMBERS
    }  # fmt: skip
    years = (2024, 2023, 2022)
    listed = _page("Statements", "".join(
        f"<p>Annual statement {year} <a href='/s/{year}'>PDF</a></p>" for year in years
    ))  # fmt: skip
    note = fetch("Download the delivery note of order A-2.")
    return [
        Trap("paper: the data of an invoice", fetch("Download the XML of invoice A-2."), pages,
             lambda seen: len(seen.files) == 1 and "XML A-2" in seen.files[0], files),
        Trap("paper: a delivery note", note, pages, only_file("Delivery note A-2"), files),
        Trap("paper: an invoice in a delivery note's place", note, pages, never,
             {**files, "/d/A-2": invoice("A-2")}, solvable=False),
        Trap("paper: a year that is given", fetch("Download the annual statement.", year=2023),
             {"/": listed}, only_file("2023"),
             {f"/s/{year}": File(("Annual statement", f"Year {year}")) for year in years}),
    ]  # fmt: skip


def _places() -> list[Trap]:
    menu = page(
        "<main><h1>Invoices</h1><table><tr><th>Invoice<th><tr><td>A-3<td><button data-n=A-3 "
        "aria-label=Actions aria-haspopup=menu>⋮</button><tr><td>A-1<td><button data-n=A-1 "
        "aria-label=Actions aria-haspopup=menu>⋮</button></table></main><div id=m role=menu hidden>"
        "<a role=menuitem href=/f/A-3>Download PDF</a><a role=menuitem href=/x>Delete</a></div>",
        script=_MENU,
    )
    both = _page(
        "Purchases", "<table><tr><th>Purchase<th>Documents<tr><td>P-3<td><a href=/i>Invoice</a> <a "
        "href=/r>Receipt</a></table>",
    )  # fmt: skip
    parts = _page(
        "Invoices", "<table><tr><th>Invoice<th>Order<th>Date<th><tr><td>INV-71<td>A-7<td>2024-05-01"
        "<td><a href=/i>PDF</a><tr><td>INV-72<td>A-7<td>2024-05-09<td><a href=/r>PDF</a></table>",
    )  # fmt: skip
    months = enumerate(("May", "April", "March"), 1)
    folded = _page("Billing", "".join(
        f"<details><summary>{month} 2024</summary><table><tr><th>No.<th><tr><td>{at}-2<td><a "
        f"href=/f/{at}-2>PDF</a><tr><td>{at}-1<td><a href=/f/{at}-1>PDF</a></table></details>"
        for at, month in months
    ))  # fmt: skip
    turns = {
        f"/?p={at}": _page("Invoices", f"<table><tr><th>Invoice<th><tr><td>L-{at}1<td><a href=/f/L-"
        f"{at}1>PDF</a></table><nav><a href='/?p={at % 3 + 1}'>Next</a></nav>") for at in (1, 2, 3)
    }  # fmt: skip
    turns["/"] = turns["/?p=1"]
    kinds = {"/i": invoice("P-3"), "/r": invoice("P-3", what="Receipt")}
    of_order = {"/i": invoice("INV-71", "Order A-7"), "/r": invoice("INV-72", "Order A-7")}
    last = {"/f/L-31": invoice("L-31")}
    return [
        Trap("paper: a menu beside the list", fetch(order_id="A-1"), {"/": menu},
             only_file("Invoice A-1"), {f"/f/{one}": invoice(one) for one in ("A-1", "A-3")}),
        Trap("paper: a receipt beside the invoice",
             fetch("Download the receipt of purchase P-3."), {"/": both}, only_file("Receipt P-3"),
             kinds),
        Trap("paper: two for one order", fetch(order_id="A-7"), {"/": parts}, never, of_order,
             solvable=False),
        Trap("paper: a number that is empty", fetch("Download the invoice.", item=""),
             {"/": parts}, never, of_order, solvable=False),
        Trap("paper: two for one order, of one day",
             fetch("Download the invoice of order A-7 from 9 May 2024."), {"/": parts},
             only_file("INV-72"), of_order),
        Trap("paper: two for one order, and its number",
             fetch(item={"order": "A-7", "invoice": "INV-72"}), {"/": parts}, only_file("INV-72"),
             of_order),
        Trap("paper: folded months", fetch(invoice_number="2-1"), {"/": folded},
             only_file("Invoice 2-1"), {f"/f/{at}-{k}": invoice(f"{at}-{k}") for at in (1, 2, 3)
                                        for k in (1, 2)}),
        Trap("paper: pages in a ring", fetch(order_id="L-31"), turns, only_file("L-31"), last),
        Trap("paper: pages in a ring, and no such number", fetch(order_id="L-41"), turns, never,
             last, solvable=False),
    ]  # fmt: skip


def papers() -> list[Trap]:
    """All of them."""
    return [*_in_its_place(), *_statements(), *_kinds(), *_places()]
