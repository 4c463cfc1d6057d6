"""Records of which the goal says two things, periods that a file says otherwise, folds in folds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.traps.trap import File, Trap, fetch, invoice, never, only_file, page, table

_ROWS = (
    ("Oak Ltd", "3 May 2024", "9.00 EUR"),
    ("Pine GmbH", "7 May 2024", "7.50 EUR"),
    ("Oak Ltd", "3 April 2024", "7.50 EUR"),
    ("Elm SA", "2 March 2024", "1.00 EUR"),
)
_CHOSEN: Mapping[str, str] = {
    "Download the invoice of May 2024 for Oak Ltd.": "3 May 2024",
    "Download the invoice of May 2024 for Pine GmbH.": "7 May 2024",
    "Download the invoice of April 2024 for Pine GmbH.": "",
    "Download the invoice of March 2024 for Oak Ltd.": "",
    "Download the invoice with the total 7.50 EUR for Elm SA.": "",
    "Download the invoice of 7 May 2024 for Oak Ltd.": "",
    "Download the invoice of March 2024.": "2 March 2024",
}
"""Goals, and a text of the right file; empty where no record is both."""
_PERIODS: Mapping[str, tuple[str, Sequence[str], bool]] = {
    "a quarter": ("Q3 2023", ("Q3 2023",), True),
    "a quarter of another year": ("Q3 2023", ("Q3 2022",), False),
    "a quarter in days": ("Q3 2023", ("1 July 2023 - 30 September 2023",), True),
    "the next quarter in days": ("Q3 2023", ("1 October 2023 - 31 December 2023",), False),
    "a year": ("2022", ("1 January 2022 - 31 December 2022", "Issued 5 January 2023"), True),
    "another year": ("2022", ("Annual statement 2021",), False),
}
"""What is asked for, what the file says, and whether it is right."""


def _link(path: str, label: str = "Invoice (PDF)") -> str:
    return f"<a href={path}>{label}</a>"


def _two_things() -> list[Trap]:
    rows = [(*row, _link(f"/{number}")) for number, row in enumerate(_ROWS)]
    files = {
        f"/{number}": invoice(f"INV-{number}0", *row, name=f"document-{number}.pdf")
        for number, row in enumerate(_ROWS)
    }
    body = page(f"<h1>Invoices</h1>{table(('Customer', 'Date', 'Total', ''), *rows)}")
    return [
        Trap(f"told apart: {goal}", fetch(goal), {"/": body},
             only_file(text) if text else never, files, solvable=bool(text))
        for goal, text in _CHOSEN.items()
    ]  # fmt: skip


def _periods() -> list[Trap]:
    listed: list[Trap] = []
    for name, (period, lines, right) in _PERIODS.items():
        rows = [(one, _link(f"/{number}", "PDF")) for number, one in enumerate(("Other", period))]
        body = page(f"<h1>Statements</h1>{table(('Period', ''), *rows)}")
        goal = fetch(f"Download the statement of {period}.")
        check = only_file(lines[0]) if right else never
        files = {"/1": File(("Account statement", *lines))}
        listed.append(Trap(f"told apart: {name}", goal, {"/": body}, check, files, solvable=right))
    return listed


def _ways() -> list[Trap]:
    files = {f"/{number}": invoice(f"INV-{number}", f"Order A-{number}") for number in (1, 2)}
    folds = "<details><summary>2024</summary>{}</details>"
    month = "<details><summary>{}</summary><p>Order A-{} {}</p></details>"
    months = "".join(
        month.format(name, number, _link(f"/{number}"))
        for name, number in (("May", 2), ("April", 1))
    )
    folded = page(f"<h1>Orders</h1>{folds.format(months)}")
    buttons = "".join(
        f"<tr><td>A-{number}<td><button onclick='show({number})'>Documents</button>"
        for number in (2, 1)
    )
    shown = "<div role=dialog id=d hidden aria-label=Documents></div>"
    dialog = f"<table><tr><th>Order<th>{buttons}</table>{shown}"
    script = (
        "function show(n){d.hidden=false;d.innerHTML='<p>Loading…</p>';setTimeout(()=>d.innerHTML="
        "'<a href=/'+n+'>Invoice (PDF)</a><button>Close</button>',900)}"
    )
    french = table(("Facture", ""), ("F-2024-0117", _link("/1")), ("F-2024-0017", _link("/2")))
    bills = {"/2": invoice("F-2024-0017", what="Facture")}
    wanted = fetch("Download the invoice of order A-1.")
    return [
        Trap("told apart: folded in a fold", wanted, {"/": folded},
             only_file("Order A-1"), files),
        Trap("told apart: not in any fold", fetch("Download the invoice of order A-3."),
             {"/": folded}, never, files, solvable=False),
        Trap("told apart: a dialog that asks for its link", wanted,
             {"/": page(f"<h1>Orders</h1>{dialog}", script=script)}, only_file("Order A-1"), files),
        Trap("told apart: n° 17", fetch("Télécharge la facture n° 17."),
             {"/": page(f"<h1>Factures</h1>{french}", lang="fr")}, only_file("F-2024-0017"), bills),
    ]  # fmt: skip


def told_apart() -> list[Trap]:
    """Goals that say two things of a record, files of other periods, records in folds."""
    return [*_two_things(), *_periods(), *_ways()]
