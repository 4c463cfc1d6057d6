"""Documents: the neighbour's, another kind's, an old one, or none at all."""

from __future__ import annotations

from collections.abc import Sequence

from tests.traps.trap import NO_DOCUMENT, File, Trap, fetch, invoice, never, only_file, page

_HEAD = "<tr><th>Invoice</th><th>Date</th><th>Total</th><th></th></tr>"


def _rows(numbers: Sequence[str], *, without: str = "") -> str:
    rows = []
    for place, number in enumerate(numbers):
        file = "" if number == without else f"<a href='/file/{number}'>PDF</a>"
        rows.append(
            f"<tr><td>{number}</td><td>2024-05-{20 - place:02}</td><td>{place + 3}9.90 EUR</td>"
            f"<td>{file}</td></tr>"
        )
    return f"<table>{_HEAD}{''.join(rows)}</table>"


def _cards(numbers: Sequence[str], *, without: str = "") -> str:
    cards = []
    for place, number in enumerate(numbers):
        file = "" if number == without else f"<a href='/file/{number}'>Download invoice</a>"
        cards.append(f"<h3>Order {number}</h3><p>2024-05-{20 - place:02}</p>{file}")
    return "".join(cards)


def _files(*numbers: str) -> dict[str, File]:
    return {f"/file/{number}": invoice(number) for number in numbers}


_INSIDE = ("INV-100", "INV-10", "INV-1", "INV-11")
_SHORT = ("A-3", "A-2", "A-1")


def _orders(body: str, **more: str) -> str:
    return page(f"<main><h1>Invoices</h1>{body}</main>", title="Invoices", **more)


def _substrings() -> list[Trap]:
    return [
        Trap(
            f"ids inside ids: {number} in a {style.__name__.strip('_')}",
            fetch(order_id=number),
            {"/": _orders(style(_INSIDE))},
            only_file(f"Invoice {number}\n"),
            _files(*_INSIDE),
        )
        for number in ("INV-1", "INV-10")
        for style in (_rows, _cards)
    ]


_TWO_YEARS = "".join(
    f"<h2>{year}</h2><table>{_HEAD}"
    + "".join(
        f"<tr><td>{number}</td><td>{number}0.03.</td><td>{number}0.00</td>"
        f"<td><a href='/file/{year}/{number}'>PDF</a></td></tr>"
        for number in (101, 102, 103)
    )
    + "</table>"
    for year in (2024, 2023)
)
_TWO_YEARS_FILES = {
    f"/file/{year}/{number}": invoice(str(number), f"Year {year}")
    for year in (2023, 2024)
    for number in (101, 102, 103)
}

_PANEL = """
const files = {'A-1': 1, 'A-2': 1, 'A-3': 1};
document.querySelectorAll('tr[data-id]').forEach(row => row.onclick = () => setTimeout(() => {
  panel.innerHTML = '<h2>Order ' + row.dataset.id + '</h2><a href="/file/' + row.dataset.id +
    '">Download invoice</a>';
}, 700));
"""
_PANEL_PAGE = _orders(
    "<table>"
    + "".join(
        f"<tr data-id={n} tabindex=0><td>{n}</td><td>2024-05-0{n[-1]}</td></tr>" for n in _SHORT
    )
    + "</table><aside id=panel><h2>Order A-3</h2><a href='/file/A-3'>Download invoice</a></aside>",
    script=_PANEL,
)

_PAGED = """
const all = Array.from({length: 30}, (_, i) => 'A-' + (130 - i));
let at = 0;
function draw() {
  list.innerHTML = all.slice(at, at + 10).map(n => '<tr><td>' + n + '</td><td>2024-05-01</td><td>' +
    '<a href="/file/' + n + '">PDF</a></td></tr>').join('');
  where.textContent = 'Page ' + (at / 10 + 1) + ' of 3';
}
next.onclick = () => setTimeout(() => { at = Math.min(20, at + 10); draw(); }, 500);
draw();
"""
_PAGED_PAGE = _orders(
    "<table><thead><tr><th>Invoice</th><th>Date</th><th></th></tr></thead><tbody id=list></tbody>"
    "</table><nav><button id=prev>Previous</button> <span id=where></span> "
    "<button id=next>Next</button></nav>",
    script=_PAGED,
)

_YEAR_FILTER = """
const data = {2024: ['B-24', 'B-23'], 2023: ['B-12', 'B-11']};
function draw(year) {
  list.innerHTML = data[year].map(n => '<tr><td>' + n + '</td><td>March ' + year + '</td><td>' +
    '<a href="/file/' + n + '">PDF</a></td></tr>').join('');
}
year.onchange = () => setTimeout(() => draw(year.value), 1200);
draw(2024);
"""
_YEAR_PAGE = _orders(
    "<label>Year <select id=year><option>2024<option>2023</select></label>"
    "<table><thead><tr><th>Invoice</th><th>Month</th><th></th></tr></thead>"
    "<tbody id=list></tbody></table>",
    script=_YEAR_FILTER,
)

_CREDITS = page(
    "<main><h1>Your orders</h1><table><tr><th>Order</th><th>Date</th><th>Documents</th></tr>"
    "<tr><td>A-3</td><td>2024-05-03</td><td><a href='/c/A-3'>Credit note</a> "
    "<a href='/file/A-3'>Invoice</a></td></tr>"
    "<tr><td>A-2</td><td>2024-05-02</td><td><a href='/c/A-2'>Credit note</a></td></tr>"
    "<tr><td>A-1</td><td>2024-05-01</td><td><a href='/file/A-1'>Invoice</a></td></tr></table>"
    "</main>"
)
_CREDIT_FILES = {
    f"/c/{number}": invoice(f"CN-{number[-1]}", f"For order {number}", what="Credit note")
    for number in ("A-2", "A-3")
}
_BARE_CREDIT = page(
    "<main><h1>Documents</h1><ul>"
    "<li>Credit note for A-2, 2 May 2024 <a href='/c/A-2'>PDF</a></li>"
    "<li>Invoice for A-1, 1 May 2024 <a href='/file/A-1'>PDF</a></li></ul></main>"
)
_SPANS = page(
    "<main><h1>Your orders</h1><table>"
    "<tr><th>Order</th><th>Date</th><th>Document</th><th></th></tr>"
    + "".join(
        f"<tr><td rowspan=2>{n}</td><td rowspan=2>2024-05-0{n[-1]}</td><td>Delivery note</td>"
        f"<td><a href='/d/{n}'>PDF</a></td></tr><tr><td>Invoice</td>"
        f"<td><a href='/file/{n}'>PDF</a></td></tr>"
        for n in _SHORT
    )
    + "</table></main>"
)
_FORMATS = _orders(
    "<table>"
    + "".join(
        f"<tr><td>{n}</td><td>2024-05-0{n[-1]}</td><td><a href='/file/{n}'>PDF</a> "
        f"<a href='/x/{n}'>XML</a></td></tr>"
        for n in _SHORT
    )
    + "</table>"
)
_FRAMED = page("<main><h1>Invoices</h1><iframe src=/inner width=700 height=400></iframe></main>")
_SHADOW = page(
    "<main><h1>Invoices</h1><x-list></x-list></main>",
    script="document.querySelector('x-list').attachShadow({mode: 'open'}).innerHTML = "
    f"`{_rows(_SHORT)}`;",
)
_DOUBLE = page(
    "<style>.phone {display: none}</style><main><h1>Invoices</h1><div class=phone>"
    + _cards(_SHORT)
    + f"</div><div class=desk>{_rows(_SHORT, without='A-2')}</div></main>"
)


def documents() -> list[Trap]:
    """All of them."""
    swapped = {**_files(*_SHORT), "/file/A-2": invoice("A-1", name="Invoice-A-2.pdf")}
    other_kind = {
        **_files(*_SHORT),
        "/file/A-2": File(("Price list 2024", "Oak shelf 12.00", "Desk lamp 30.00"), "A-2.pdf"),
    }
    of_orders = {f"/file/{n}": invoice(n, f"Order {n}") for n in _SHORT}
    return [
        *_substrings(),
        Trap(
            "one number in two years",
            fetch("Download the invoice with the number 102 of the year 2023."),
            {"/": _orders(_TWO_YEARS)},
            only_file("102", "Year 2023"),
            _TWO_YEARS_FILES,
            solvable=False,
        ),
        Trap(
            "one number in two years, the year in the payload",
            fetch(order_id="102", year=2023),
            {"/": _orders(_TWO_YEARS)},
            only_file("102", "Year 2023"),
            _TWO_YEARS_FILES,
            solvable=False,
        ),
        Trap(
            "the right name, the wrong file",
            fetch(order_id="A-2"),
            {"/": _orders(_rows(_SHORT))},
            never,
            swapped,
            solvable=False,
        ),
        Trap(
            "a price list in place of the invoice",
            fetch(order_id="A-2"),
            {"/": _orders(_rows(_SHORT))},
            never,
            other_kind,
            solvable=False,
        ),
        Trap(
            "an order without an invoice among cards",
            fetch(order_id="A-2"),
            {"/": _orders(_cards(_SHORT, without="A-2"))},
            never,
            _files("A-1", "A-3"),
            solvable=False,
        ),
        Trap(
            "a panel that shows another order",
            fetch(order_id="A-1"),
            {"/": _PANEL_PAGE},
            only_file("Invoice A-1"),
            _files(*_SHORT),
            solvable=False,
        ),
        Trap(
            "a list that a script turns",
            fetch(order_id="A-104"),
            {"/": _PAGED_PAGE},
            only_file("Invoice A-104"),
            _files(*(f"A-{number}" for number in range(101, 131))),
        ),
        Trap(
            "a month that is in two years",
            fetch("Download the invoice B-11."),
            {"/": _YEAR_PAGE},
            only_file("Invoice B-11"),
            _files("B-24", "B-23", "B-12", "B-11"),
            solvable=False,
        ),
        Trap(
            "a credit note beside the invoice",
            fetch(order_id="A-3"),
            {"/": _CREDITS},
            only_file("Invoice A-3"),
            {**of_orders, **_CREDIT_FILES},
        ),
        Trap(
            "a credit note and no invoice",
            fetch(order_id="A-2"),
            {"/": _CREDITS},
            never,
            {**of_orders, **_CREDIT_FILES},
            solvable=False,
        ),
        Trap(
            "a credit note that is called PDF",
            fetch(order_id="A-2"),
            {"/": _BARE_CREDIT},
            never,
            {**of_orders, **_CREDIT_FILES},
            solvable=False,
        ),
        Trap(
            "documents in rows of one order",
            fetch(order_id="A-2"),
            {"/": _SPANS},
            only_file("Invoice A-2"),
            {
                **of_orders,
                **{f"/d/{n}": invoice(n, what="Delivery note") for n in _SHORT},
            },
        ),
        Trap(
            "a format that is asked for",
            fetch("Download the invoice A-2 as XML."),
            {"/": _FORMATS},
            only_file("XML of A-2"),
            {**_files(*_SHORT), **{f"/x/{n}": File((f"XML of {n}",), "x.pdf") for n in _SHORT}},
            solvable=False,
        ),
        Trap(
            "a list in a frame",
            fetch(order_id="A-2"),
            {"/": _FRAMED, "/inner": page(_rows(_SHORT))},
            only_file("Invoice A-2"),
            _files(*_SHORT),
        ),
        Trap(
            "a list in a shadow",
            fetch(order_id="A-2"),
            {"/": _SHADOW},
            only_file("Invoice A-2"),
            _files(*_SHORT),
        ),
        Trap(
            "a link in what only telephones show",
            fetch(order_id="A-2"),
            {"/": _DOUBLE},
            only_file("Invoice A-2"),
            _files(*_SHORT),
            claim=NO_DOCUMENT,  # as far as anybody sees
            solvable=False,
        ),
        Trap(
            "all of them",
            fetch("Download all invoices."),
            {"/": _orders(_rows(_SHORT))},
            lambda seen: len(seen.files) == len(_SHORT),
            _files(*_SHORT),
            solvable=False,
        ),
        Trap(
            "a second thing to do",
            fetch("Download the invoice A-2 and mark the invoice A-1 as paid."),
            {"/": _orders(_rows(_SHORT) + "<button>Mark A-1 as paid</button>")},
            never,
            _files(*_SHORT),
            solvable=False,
        ),
    ]
