"""Documents that a message or a list of documents offers, and numbers told by their end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tests.traps.trap import File, Trap, fetch, invoice, never, only_file, page, table

_GOAL = "Download the invoice of order A-1."
_FILES = {
    "/i1": invoice("INV-1", "Order A-1"), "/i2": invoice("INV-2", "Order A-2"),
    "/d1": invoice("D-1", what="Delivery note"), "/d2": invoice("D-2", what="Delivery note"),
}  # fmt: skip


def _main(body: str, script: str = "") -> str:
    return page(f"<main>{body}</main>", script=script)


def _orders(cell: Callable[[int], str]) -> str:
    rows = ((f"A-{one}", f"{one}0.00 EUR", cell(one)) for one in (2, 1))
    return f"<h1>Orders</h1>{table(('Order', 'Total', ''), *rows)}"


def _one(
    name: str,
    body: str,
    right: str,
    *,
    goal: str = _GOAL,
    script: str = "",
    files: Mapping[str, File] | None = None,
) -> Trap:
    served = {**_FILES, **(files or {})}
    return Trap(
        f"offer: {name}", fetch(goal), {"/": _main(body, script)},
        only_file(right) if right else never, served, solvable=bool(right),
    )  # fmt: skip


def _in_messages() -> list[Trap]:
    asking = _orders(lambda one: f"<button onclick='go({one})'>Get invoice</button>")
    asking += "<div id=t></div>"

    def said(text: str, wait: int = 1000) -> str:
        return f"function go(n){{setTimeout(()=>{{t.innerHTML={text}}},{wait})}}"

    ready = "'<p role=status>Your invoice is ready. <a href=/i'+n+'>Download</a></p>'"
    others = "'<p role=status>Your invoice is ready. <a href=/i2>Download</a></p>'"
    failed = "'<p role=alert>The invoice could not be created. <a href=/i1>Download help</a></p>'"
    mailed = "'<p role=status>Your invoice was sent to you. <a href=/help>Settings</a></p>'"
    request = (
        "<h1>Order A-1</h1><button onclick=\"setTimeout(()=>{t.innerHTML='<p>Your document is "
        "ready: <a href=/i1>invoice-A-1.pdf</a></p>'},1200)\">Request invoice</button><div id=t>"
        "</div>"
    )
    return [
        _one("a message with its link", asking, "INV-1", script=said(ready)),
        _one("a message that is late", asking, "INV-1", script=said(ready, 2200)),
        _one("a message with another's link", asking, "", script=said(others)),
        _one("a message of a failure", asking, "", script=said(failed)),
        _one("a message of a mail", asking, "", script=said(mailed)),
        _one("a document that is asked for", request, "INV-1", goal="Download the invoice."),
    ]


def _options(one: int, *labels: tuple[str, str], other: str = "") -> str:
    listed = "".join(f"<option value={path}{one}>{label}" for path, label in labels)
    return (
        "<select aria-label=Documents onchange='if(this.value)location=this.value'><option value=''"
        f">Download…{listed}{other}</select>"
    )


def _in_lists() -> list[Trap]:
    both = (("/d", "Delivery note"), ("/i", "Invoice (PDF)"))
    proforma = (("/p", "Proforma invoice"), ("/i", "Invoice (PDF)"))
    behind = (
        "<select aria-label=Documents id=s{0}><option value=/d{0}>Delivery note<option value=/i{0}>"
        "Invoice (PDF)</select> <button onclick='location=s{0}.value'>Go</button>"
    )
    return [
        _one("a list of documents", _orders(lambda one: _options(one, *both)), "INV-1"),
        _one("another of a list", _orders(lambda one: _options(one, *both)), "D-1",
             goal="Download the delivery note of order A-1."),
        _one("a list without it", _orders(lambda one: _options(one, both[0])), ""),
        _one("a list that brings another's", _orders(lambda one: _options(
            one, other="<option value=/i2>Invoice")), ""),
        _one("a list with a pro forma", _orders(lambda one: _options(one, *proforma)), "INV-1",
             files={"/p1": invoice("PF-1", what="Proforma invoice")}),
        _one("a list with a button", _orders(behind.format), "INV-1"),
    ]  # fmt: skip


def _by_end(name: str, numbers: Sequence[str], right: str) -> Trap:
    rows = ((one, f"<a href=/f{at}>PDF</a>") for at, one in enumerate(numbers))
    files = {f"/f{at}": File((f"Invoice {one}", "Total 5.00")) for at, one in enumerate(numbers)}
    body = f"<h1>Invoices</h1>{table(('Invoice', ''), *rows)}"
    return _one(name, body, right, goal="Download invoice no. 17.", files=files)


def _of_several() -> list[Trap]:
    void, valid = invoice("I-30", "Order A-1", "VOID"), invoice("I-40", "Order A-1")
    files = {"/v": void, "/w": valid, "/x": invoice("I-41", "Order A-1")}
    link = "<a href=/{}>PDF</a>"
    heads = ("Document", "Date", "Status", "")
    old = ("Invoice I-30", "3 June 2024", "Cancelled", link.format("v"))
    new = ("Invoice I-40", "3 May 2024", "Issued", link.format("w"))
    both = table(heads, old, new)
    two = "<h1>Order A-1</h1><ul>" + "".join(
        f"<li>Invoice {number} <a href=/{path}>Download</a>"
        for number, path in (("I-40", "w"), ("I-41", "x"))
    )
    return [
        _one("one that was cancelled, and its successor", f"<h1>Order A-1</h1>{both}", "I-40",
             files=files),
        _one("the latest, which was cancelled", f"<h1>Invoices</h1>{both}", "",
             goal="Download the latest invoice.", files=files),
        _one("the latest, which is void by its stamp",
             f"<h1>Invoices</h1>{table(heads, (*old[:2], '', old[3]), new)}", "",
             goal="Download the latest invoice.", files=files),
        _one("two invoices of one order", two, "", files=files),
    ]  # fmt: skip


def offers() -> list[Trap]:
    """In messages, in lists of documents, beside cancelled ones, and numbers by their end."""
    return [
        *_in_messages(),
        *_in_lists(),
        *_of_several(),
        _by_end("a number by its end", ("INV-0117", "INV-0170", "INV-0017"), "INV-0017"),
        _by_end("a number of a year", ("2024/117", "2024/17", "2024/16"), "2024/17"),
        _by_end("a number itself", ("117", "17", "INV-17"), "Invoice 17\n"),
        _by_end("a number of two years", ("2024/17", "2023/17"), ""),
        _by_end("only longer numbers", ("INV-0117", "INV-0170", "2024/171"), ""),
    ]
