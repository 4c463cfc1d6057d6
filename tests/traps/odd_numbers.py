"""Numbers of odd forms in lists of several shapes: another record's file, and files of several."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Sequence

from tests.traps.trap import File, Trap, fetch, never, only_file, page, table

_SERIES = {
    "letters": ("LMNOP", "LMNOPQ", "KLMNO", "LMN"),
    "points": ("1.2", "1.2.1", "11.2", "1.21"),
    "mixed": ("B2", "B2B", "AB2", "B-2"),
    "underscores": ("x_1", "x_11", "x_1_2", "xx_1"),
    "noughts": ("00017", "17", "0017", "000170"),
    "years": ("2023", "2024", "20231", "12023"),
}
_INVOICE = "Download the invoice of order A-1."


def _link(place: int, label: str = "Invoice") -> str:
    return f"<a href=/f/{place}>{label}</a>"


def _cards(numbers: Sequence[str]) -> str:
    return "".join(
        f"<article><h3>Order {one}</h3><p>3 May 2024 · 5.00 EUR</p>{_link(at)}</article>"
        for at, one in enumerate(numbers)
    )


def _first_column(numbers: Sequence[str]) -> str:
    return table(("", "Order", "Items"), *((_link(at), one, "3") for at, one in enumerate(numbers)))


def _terms(numbers: Sequence[str]) -> str:
    said = (f"<dt>{one}<dd>3 items, {_link(at)}" for at, one in enumerate(numbers))
    return f"<dl>{''.join(said)}</dl>"


def _below_link(numbers: Sequence[str]) -> str:
    said = (f"<li>{_link(at)}<br>Order {one}<br>3 items" for at, one in enumerate(numbers))
    return f"<ul>{''.join(said)}</ul>"


_SHAPES: dict[str, Callable[[Sequence[str]], str]] = {
    "cards": _cards, "a first column": _first_column, "terms": _terms, "below a link": _below_link,
}  # fmt: skip


def _in_lists() -> list[Trap]:
    chance, found = random.Random(7), list[Trap]()
    for series, numbers in _SERIES.items():
        for shape, drawn in _SHAPES.items():
            wanted = chance.choice(numbers)
            for absent in (False, True):
                shown = [one for one in numbers if not (absent and one == wanted)]
                files = {
                    f"/f/{at}": File(("Invoice", f"Order: {one}", "Total 5.00 EUR"))
                    for at, one in enumerate(shown)
                }
                name = f"odd number: {series} in {shape}{', absent' if absent else ''}"
                right = never if absent else only_file(f"Order: {wanted}\n")
                pages = {"/": page(f"<main><h1>Orders</h1>{drawn(shown)}</main>")}
                found.append(Trap(name, fetch(order_id=wanted), pages, right, files,
                                  solvable=not absent))  # fmt: skip
    return found


def _archive(*files: File) -> File:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number, one in enumerate(files):
            archive.writestr(f"{number}.pdf", one.content())
    return File(name="invoice.zip", other=packed.getvalue(), media_type="application/zip")


def _files() -> list[Trap]:
    own, other = (File(("Invoice", f"Order A-{one}")) for one in (1, 2))
    orders = table(("Order", ""), ("A-2", "<a href=/2>Invoice</a>"),
                   ("A-1", "<a href=/1>Invoice</a>"))  # fmt: skip
    pages = {"/": page(f"<main><h1>Orders</h1>{orders}</main>")}
    failed = File(("Error 500", "The report could not be rendered."))
    terms = File(("Terms and conditions",))
    return [
        Trap(f"odd file: {name}", fetch(_INVOICE), pages, right, {"/1": file, "/2": other},
             solvable=right is not never)
        for name, file, right in (
            ("an archive with terms", _archive(own, terms), only_file("Order A-1")),
            ("an archive of several orders", _archive(own, other), never),
            ("an error as PDF", failed, never),
        )
    ]  # fmt: skip


def odd_numbers() -> list[Trap]:
    """Of rows, cards, terms and items; and archives."""
    return [*_in_lists(), *_files()]
