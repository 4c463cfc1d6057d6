"""One document of a list over three years, named in ways that are easily half understood."""

from __future__ import annotations

from tests.traps.trap import NOT_FOUND, Trap, fetch, invoice, never, only_file, page

_ROWS = (
    ("R-205", "2024-06-02", "310.00", "open"),
    ("R-204", "2024-05-12", "45.00", "paid"),
    ("R-203", "2024-03-01", "120.00", "open"),
    ("R-202", "2023-12-28", "99.00", "paid"),
    ("R-201", "2023-12-03", "80.00", "paid"),
    ("R-200", "2022-12-15", "15.00", "paid"),
)
_FILES = {
    f"/file/{number}": invoice(number, f"Date: {day}", f"Total: {total} EUR")
    for number, day, total, _ in _ROWS
}
_HEAD = "<tr><th>Invoice</th><th>Date</th><th>Total</th><th>Status</th><th></th></tr>"
_PAGE = page(
    f"<main><h1>Invoices</h1><table>{_HEAD}"
    + "".join(
        f"<tr><td>{number}</td><td>{day}</td><td>{total} EUR</td><td>{status}</td>"
        f"<td><a href='/file/{number}'>PDF</a></td></tr>"
        for number, day, total, status in _ROWS
    )
    + "</table></main>",
    title="Invoices",
)

_DONE = {
    "Download the newest invoice.": "R-205",
    "Download the invoice of December 2022.": "R-200",
    "Download the invoice from 3 December 2023.": "R-201",
    "Download the invoice dated 03.12.2023.": "R-201",
    "Download the invoice for 45 EUR.": "R-204",
    "Download the invoice with 120,00 EUR.": "R-203",
    "Lade die neueste Rechnung herunter.": "R-205",
    "Télécharge la facture la plus récente.": "R-205",
    "Descarga la factura más reciente.": "R-205",
    "Download de nieuwste factuur.": "R-205",
}
"""Those that are to be done."""

_RIGHT = {
    "Download the newest paid invoice.": "R-204",
    "Download the second newest unpaid invoice.": "R-203",
    "Download the oldest unpaid invoice.": "R-203",
    "Download the only unpaid invoice of June.": "R-205",
    "Download the second last invoice.": "R-201",
    "Download the last but one invoice.": "R-201",
    "Download the invoice dated 12/03/2023.": "R-201",
    "Download the invoice with a total between 90 and 110 EUR.": "R-202",
    "Download the invoice over 300 EUR.": "R-205",
    "Download the cheapest invoice.": "R-200",
    "Download the latest invoice from 2023.": "R-202",
    "Download the first invoice of 2023.": "R-201",
    "Download the invoice of the first quarter of 2024.": "R-203",
    "Download the invoice before R-203.": "R-202",
    "Download the invoice after R-203.": "R-204",
    "Download neither R-203 nor R-204, but R-205.": "R-205",
    "Do not download R-204, download R-203.": "R-203",
    "Download the invoice 203.": "R-203",
    "Lade die vorletzte Rechnung herunter.": "R-201",
    "Lade die Rechnung über 45 EUR herunter.": "R-204",
    "Lade die offene Rechnung vom März herunter.": "R-203",
    "Télécharge l'avant-dernière facture.": "R-201",
    "Descarga la penúltima factura.": "R-201",
    "Download de op één na nieuwste factuur.": "R-204",
}
"""What they mean, where they are done."""

_NEVER = (
    "Download the December invoice.",
    "Download the invoice of last December.",
    "Download the invoice from yesterday.",
    "Download the invoice of week 18.",
    "Download the invoice R-206.",
    "Download all invoices but the newest.",
    "Download every invoice except R-203.",
    "Download the invoices R-203 to R-205.",
    "Download the invoice and the credit note of R-204.",
    "Download invoice R-204 twice.",
    "Download R-204's invoice unless it is paid.",
    "Lade alle Rechnungen außer R-203 herunter.",
)
"""Several are meant, or none is there, or it isn't known which."""

_NOT_THERE = frozenset({"Download the invoice from yesterday.", "Download the invoice R-206."})
"""Of the one page that there is, it can be said."""


def picks() -> list[Trap]:
    """All of them."""
    meant = [(goal, number, True) for goal, number in _DONE.items()]
    meant += [(goal, number, False) for goal, number in _RIGHT.items()]
    return [
        *(
            Trap(
                f"pick: {goal}", fetch(goal), {"/": _PAGE}, only_file(f"Invoice {number}\n"),
                _FILES, solvable=solvable,
            )
            for goal, number, solvable in meant
        ),
        *(
            Trap(
                f"pick: {goal}", fetch(goal), {"/": _PAGE}, never, _FILES,
                claim=NOT_FOUND if goal in _NOT_THERE else "", solvable=False,
            )
            for goal in _NEVER
        ),
    ]  # fmt: skip
