"""Whose document it is: another customer's, year's or number's; one that can't be had."""

from __future__ import annotations

from tests.traps.trap import NOT_FOUND, File, Trap, fetch, never, only_file, page

_SWITCH = (
    "<header>Account: <select onchange=\"location='/?acc='+this.value\"><option value=1 {}>Miller "
    "GmbH<option value=2 {}>Smith Ltd</select></header><main><h1>Invoices of {}</h1><table><tr>"
    "<th>No"
    "<th>Date<th></tr><tr><td>1001<td>2024-05-01<td><a href={}>PDF</a></tr></table></main>"
)
_YEARS = (
    "<main><h1>Facturen</h1><label>Jaar <select id=j><option>2024<option>2023<option>2022</select>"
    "</label><table id=t></table></main>"
)
_SHOW_YEAR = """
const d={2024:[['N24-2','3 mei 2024'],['N24-1','3 feb. 2024']],
  2023:[['N23-2','3 mei 2023'],['N23-1','3 feb. 2023']],2022:[['N22-1','3 mei 2022']]};
const draw=()=>{t.innerHTML='<tr><th>Factuur<th>Datum<th></tr>'+d[j.value].map(x=>
  `<tr><td>${x[0]}<td>${x[1]}<td><a href="/n/${x[0]}" download>Downloaden</a>`).join('')};
j.onchange=()=>{t.innerHTML='<tr><td>Laden…';setTimeout(draw,700)};draw();
"""
_BILLS = {"2023-70": ("März 2024", "1.234,50"), "2023-07": ("Februar 2024", "234,50"),
          "2023-7": ("Jänner 2024", "34,50")}  # fmt: skip
_OFF = (
    "<main><h1>Orders</h1><table><tr><th>Order<th>Date<th></tr><tr><td>A-1<td>2024-05-01<td><a "
    "href=/1>Download invoice</a></tr><tr><td>A-2<td>2024-05-02<td><button disabled>Download "
    "invoice"
    "</button></tr></table></main>"
)
_TABS = (
    "<main><h1>Área de cliente</h1><div role=tablist><button role=tab aria-selected=true id=t1 "
    "aria-controls=p1>Datos</button><button role=tab aria-selected=false id=t2 aria-controls=p2>"
    "Facturas</button></div><div role=tabpanel id=p1>Nombre: Ana</div><div role=tabpanel id=p2 "
    "hidden>"
    "<ul><li>Factura A2024/003 – 5 de abril de 2024 – 1.234,50 € <a href=/x/3 target=_blank>Ver PDF"
    "</a><li>Factura A2024/002 – 5 de marzo de 2024 – 234,50 € <a href=/x/2 target=_blank>Ver "
    "PDF</a>"
    "</ul></div></main>"
)
_TURN_TAB = """
for (const t of document.querySelectorAll('[role=tab]')) t.onclick = () => {
  for (const o of document.querySelectorAll('[role=tab]')) {
    o.setAttribute('aria-selected', o === t);
    document.getElementById(o.getAttribute('aria-controls')).hidden = o !== t;
  }
};
"""


def _says(*lines: str) -> File:
    return File(lines)


def _accounts() -> list[Trap]:
    miller = page(_SWITCH.format("selected", "", "Miller GmbH", "/m"))
    smith = page(_SWITCH.format("", "selected", "Smith Ltd", "/s"))
    pages = {"/": miller, "/?acc=1": miller, "/?acc=2": smith}
    files = {
        "/m": _says("Invoice 1001", "Miller GmbH"), "/s": _says("Invoice 1001", "Smith Ltd"),
    }  # fmt: skip
    goals = {
        "in the goal": fetch("Download the invoice 1001 of Smith Ltd."),
        "in the payload": fetch(invoice_number="1001", customer="Smith Ltd"),
        "the latest of it": fetch(
            "Download the latest invoice of the given account.", account="Smith Ltd"
        ),
    }
    return [
        Trap(f"whose: an account, {name}", goal, pages, only_file("Smith"), files)
        for name, goal in goals.items()
    ]


def _years() -> list[Trap]:
    goals = {
        "Download de factuur N23-1.": "N23-1",
        "Download de factuur van mei 2023.": "N23-2",
        "Download de factuur van 3 mei 2022.": "N22-1",
        "Download de factuur van mei 2024.": "N24-2",
    }
    numbers = ("N24-2", "N24-1", "N23-2", "N23-1", "N22-1")
    files = {f"/n/{one}": _says(f"Factuur {one}") for one in numbers}
    pages = {"/": page(_YEARS, lang="nl", script=_SHOW_YEAR)}
    return [
        Trap(f"whose: {goal}", fetch(goal), pages, only_file(f"Factuur {number}"), files)
        for goal, number in goals.items()
    ]


def _numbers() -> list[Trap]:
    rows = "".join(
        f"<tr><td>{month}<td>{one}<td>{sum_} €<td><a href='/dl/{one}'><img alt='Rechnung als PDF "
        "öffnen' src=x.png width=16 height=16></a></tr>"
        for one, (month, sum_) in _BILLS.items()
    )
    head = "<tr><th>Monat<th>Rechnungsnr.<th>Betrag<th></tr>"
    pages = {
        "/": page(f"<main><h1>Meine Rechnungen</h1><table>{head}{rows}</table></main>", lang="de")
    }
    files = {f"/dl/{one}": _says("Stromwerk", f"Rechnung Nr. {one}") for one in _BILLS}
    goals = {
        "a number like a month": (fetch(invoice_number="2023-07"), "2023-07"),
        "a number within another": (fetch("Lade die Rechnung 2023-7 herunter."), "2023-7"),
        "a month of Austria's": (fetch("Lade die Rechnung vom Januar 2024 herunter."), "2023-7"),
        "an amount": (fetch("Download the bill with the amount 234.50."), "2023-07"),
    }
    missing = fetch(invoice_number="2023-0")
    return [
        *(
            Trap(f"whose: {name}", goal, pages, only_file(f"Nr. {one}\n"), files)
            for name, (goal, one) in goals.items()
        ),
        Trap(
            "whose: a number that isn't there",
            missing,
            pages,
            never,
            files,
            claim=NOT_FOUND,
            solvable=False,
        ),
    ]


def _referring() -> list[Trap]:
    listed = page(
        "<main><h1>Documents</h1><ul><li>Invoice INV-31 <a href=/a>PDF</a><li>Invoice INV-30 <a "
        "href=/b>PDF</a></ul></main>"
    )
    says = {
        "replaces": ("Invoice INV-31", "Replaces invoice INV-30", "Total 5.00"),
        "points to": ("Invoice INV-29", "See also: INV-30", "Total 5.00"),
        "follows": ("Rechnung INV-31", "Vorherige Rechnung: INV-30", "Summe 5,00"),
    }
    own = ("Invoice INV-30", "Corrects: INV-31", "Total 5.00")
    goal = fetch("Download the invoice INV-30.")
    return [
        *(
            Trap(f"whose: one that {name} it", goal, {"/": listed}, never,
                 {"/a": _says("Invoice INV-31"), "/b": _says(*lines)}, solvable=False)
            for name, lines in says.items()
        ),
        Trap("whose: one that corrects another", goal, {"/": listed}, only_file(own[0]),
             {"/a": _says("Invoice INV-31"), "/b": _says(*own)}),
    ]  # fmt: skip


def _out_of_reach() -> list[Trap]:
    files = {"/1": _says("Invoice A-1")}
    tabs = {"/": page(_TABS, lang="es", script=_TURN_TAB)}
    spanish = {f"/x/{one}": _says(f"Factura A2024/00{one}") for one in (2, 3)}
    return [
        Trap("whose: the latest, which is out of use", fetch("Download the latest invoice."),
             {"/": page(_OFF)}, never, files, solvable=False),
        Trap("whose: a dash before an amount", fetch("Descarga la factura de 1.234,50 €."), tabs,
             only_file("Factura A2024/003"), spanish),
    ]  # fmt: skip


def _dead_end() -> list[Trap]:
    menu = (
        "<nav><a href=/>Home</a><a href=/profilo>Profilo</a><a href=/fatture>Le mie fatture</a>"
        "</nav>"
    )
    table = (
        "<table><thead><tr><th>Numero<th>Data<th>Documento<tbody><tr><td>12/2024<td>15 marzo "
        "2024<td>"
        "<a href=/d/2>Scarica</a><tr><td>1/2024<td>15 gennaio 2024<td><a href=/d/1>Scarica</a>"
        "</table>"
    )
    pages = {
        "/": page(f"{menu}<main><h1>Benvenuto Mario</h1></main>", lang="it"),
        "/fatture": page(f"{menu}<main><h1>Le mie fatture</h1>{table}</main>", lang="it"),
        "/profilo": page("<main><h1>Profilo</h1></main>", lang="it"),
    }
    files = {"/d/1": _says("Fattura n. 1/2024"), "/d/2": _says("Fattura n. 12/2024")}
    right = only_file("n. 1/2024")
    return [Trap("whose: behind a dead end", fetch(order_id="1/2024"), pages, right, files)]


def accounts() -> list[Trap]:
    """All of them."""
    return [*_accounts(), *_years(), *_numbers(), *_referring(), *_out_of_reach(), *_dead_end()]
