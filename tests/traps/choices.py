"""Documents of one list of which a goal names one, in one of many ways."""

from __future__ import annotations

from urllib.parse import quote

from tests.traps.trap import NOT_FOUND, File, Happened, Trap, fetch, invoice, never, only_file, page

_ROWS = (
    ("R-104", "2024-04-28", "17.50"),
    ("R-103", "2024-04-02", "7.50"),
    ("R-102", "2024-03-11", "107.50"),
    ("R-101", "2023-04-19", "7.05"),
)
_FILES = {
    f"/file/{number}": invoice(number, f"Date: {day}", f"Total: {total}")
    for number, day, total in _ROWS
}
_HEAD = "<tr><th>Invoice</th><th>Date</th><th>Total</th><th></th></tr>"
_LIST = f"<table>{_HEAD}" + "".join(
    f"<tr><td>{number}</td><td>{day}</td><td>{total} EUR</td>"
    f"<td><a href='/file/{number}'>PDF</a></td></tr>"
    for number, day, total in _ROWS
)
_PAGE = page(f"<main><h1>Invoices</h1>{_LIST}</table></main>", title="Invoices")

_DONE = {
    "Download the third invoice.": "R-102",
    "Download the oldest invoice.": "R-101",
    "Download the second newest invoice.": "R-103",
    "Download the invoice of April 2023.": "R-101",
    "Download the invoice with the total 7.50.": "R-103",
    "Download the invoice from 04/02/2024.": "R-103",
    "Download the invoice r-103.": "R-103",
    "Lade die älteste Rechnung herunter.": "R-101",
    "Lade die Rechnung vom 2. April 2024 herunter.": "R-103",
    "Téléchargez la facture de mars 2024.": "R-102",
    "Descargue la tercera factura.": "R-102",
    "Download de oudste factuur.": "R-101",
}
_LEFT = dict.fromkeys(
    (
        "Download the last invoice in the list.",
        "Download all invoices except R-101.",
        "Download the first two invoices.",
        "Download every second invoice.",
        "Download the newest invoice below 10 EUR.",
        "Download the invoice R-103 in English.",
        "Download the invoice of April.",
        "Download the invoice next to R-103.",
        "Download the invoice which isn't R-104.",
        "Download the most expensive invoice.",
        "Download the delivery note of R-103.",
        "Download the unpaid invoice.",
    ),
    "",
) | {"Download the invoice R-10.": NOT_FOUND}
"""Goals that can't be done there, and the code that is right."""
_NUMBERS = {
    "12": ("0012", "112", "12", "12-A"),
    "2023": ("2024", "2023", "2022"),
    "A/3": ("A/33", "A/3", "A/1"),
    "LMNOP": ("LMNOPQ", "LMNOP", "KLMNO"),
    "RE 2024 / 7": ("RE 2024 / 77", "RE 2024 / 7", "RE 2023 / 7"),
    "#12": ("#123", "#12", "#1"),
    "0012": ("12", "0012", "112"),
    "1.2": ("1.20", "1.2", "11.2"),
    "Ä-5": ("A-5", "Ä-5", "Ü-5"),
}


def _numbered(wanted: str, numbers: tuple[str, ...], *, there: bool) -> Trap:
    listed = [one for one in numbers if there or one != wanted]
    rows = "".join(
        f"<tr><td>{one}</td><td>2024-05-{20 - place:02}</td><td>{place + 2} pcs</td>"
        f"<td><a href='/f/{quote(one, safe='')}'>PDF</a></td></tr>"
        for place, one in enumerate(listed)
    )
    return Trap(
        f"the number {wanted}, {'among others' if there else 'which is not there'}",
        fetch(order_id=wanted),
        {"/": page(f"<main><h1>Invoices</h1><table>{_HEAD}{rows}</table></main>")},
        only_file(f"Invoice {wanted}\n") if there else never,
        {f"/f/{quote(one, safe='')}": invoice(one, "Quantity 12", "Year 2023") for one in listed},
        claim="" if there else NOT_FOUND,
        solvable=there,
    )


_UNLIKE = {
    "de": (
        "Rechnung",
        "Lade die Rechnung der Bestellung A-2 herunter.",
        (
            "Stornorechnung",
            "Proformarechnung",
            "Mahnung zur Rechnung",
            "Auftragsbestätigung",
            "Lieferschein",
            "Angebot",
            "Kontoauszug",
        ),
    ),
    "en": (
        "Invoice",
        "",
        (
            "Proforma invoice",
            "Draft invoice",
            "Cancellation invoice",
            "Sample invoice",
            "Reminder for the invoice",
            "Statement of account",
            "Order confirmation",
            "Delivery note",
            "Packing slip",
            "Quote",
            "Return label",
            "Terms and conditions",
        ),
    ),
    "fr": (
        "Facture",
        "Téléchargez la facture de la commande A-2.",
        ("Facture d'avoir", "Facture pro forma"),
    ),
    "es": (
        "Factura",
        "Descargue la factura del pedido A-2.",
        ("Factura rectificativa", "Factura proforma"),
    ),
    "nl": ("Factuur", "Download de factuur van bestelling A-2.", ("Creditfactuur",)),
}
_SHORT = ("A-3", "A-2", "A-1")


def _document(kind: str, number: str) -> File:
    return File((kind, f"{kind} {number}", f"Order {number}"), "document.pdf")


def _unlike(lang: str, own: str, goal: str, other: str, *, hidden: bool, beside: bool) -> Trap:
    def cell(number: str) -> str:
        mine = f"<a href='/file/{number}'>{'PDF' if hidden else own}</a>"
        foreign = f"<a href='/other/{number}'>{'PDF' if hidden else other}</a> "
        return foreign + mine if beside else foreign if number == "A-2" else mine

    rows = "".join(
        f"<tr><td>{one}</td><td>2024-05-0{one[-1]}</td><td>{cell(one)}</td></tr>" for one in _SHORT
    )

    def is_own(seen: Happened) -> bool:
        return bool(seen.files) and seen.files[0].startswith(f"{own}\n{own} A-2")

    where = "beside the invoice" if beside else "called PDF" if hidden else "alone"
    return Trap(
        f"{other} {where}",
        fetch(goal, order_id="A-2"),
        {"/": page(f"<main><h1>Documents</h1><table>{rows}</table></main>", lang=lang)},
        (lambda seen: bool(seen.files) and seen.files[0].startswith(f"{own}\n{own} A-2"))
        if beside
        else never,
        {
            **{f"/file/{one}": _document(own, one) for one in _SHORT},
            **{f"/other/{one}": _document(other, one) for one in _SHORT},
        },
        solvable=beside,
    )


def _contents() -> list[Trap]:
    page_of_login = b"<!doctype html><html><h1>Sign in</h1><input type=password></html>"
    contents = {
        "a login page": File(name="A-2.pdf", other=page_of_login),
        "a login page, said to be bytes": File((), "A-2.pdf", page_of_login, "application/x-pdf"),
        "a sentence": File(name="A-2.pdf", other=b"Invoice A-2 not found"),
        "nothing": File(name="A-2.pdf", other=b"\n"),
        "the beginning of a PDF": File(name="A-2.pdf", other=b"%PDF-1.4\n%..."),
        "an error in JSON": File(name="A-2.pdf", other=b'{"error": "Invoice A-2 not found"}'),
    }
    rows = "".join(
        f"<tr><td>{one}</td><td><a href='/file/{one}'>PDF</a></td></tr>" for one in _SHORT
    )
    return [
        Trap(
            f"a file that holds {name}",
            fetch(order_id="A-2"),
            {"/": page(f"<main><h1>Invoices</h1><table>{rows}</table></main>")},
            never,
            {"/file/A-1": invoice("A-1"), "/file/A-3": invoice("A-3"), "/file/A-2": content},
            solvable=False,
        )
        for name, content in contents.items()
    ]


def choices() -> list[Trap]:
    """All of them."""
    done = [
        Trap(goal, fetch(goal), {"/": _PAGE}, only_file(f"Invoice {number}\n"), _FILES)
        for goal, number in _DONE.items()
    ]
    left = [
        Trap(goal, fetch(goal), {"/": _PAGE}, never, _FILES, claim=claim, solvable=False)
        for goal, claim in _LEFT.items()
    ]
    numbered = [
        _numbered(wanted, numbers, there=there)
        for wanted, numbers in _NUMBERS.items()
        for there in (True, False)
    ]
    unlike = [
        _unlike(lang, own, goal, other, hidden=hidden, beside=beside)
        for lang, (own, goal, others) in _UNLIKE.items()
        for other in others
        for hidden, beside in ((False, False), (True, False), (False, True))
    ]
    return [*done, *left, *numbered, *unlike, *_contents()]
