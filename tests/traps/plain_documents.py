"""Several documents of a kind in one row: the plain one is meant, the one asked for, or none."""

from __future__ import annotations

from collections.abc import Sequence

from tests.traps.trap import File, Trap, fetch, never, only_file, page, table

_ORDERS = ("A-1", "A-2")
_EN = "Download the {} of order A-2."
_DE = "Lade die {} der Bestellung A-2 herunter."
_FR = "Télécharge la {} de la commande A-2."
_ES = "Descarga la {} del pedido A-2."
_HEADS = {
    "en": ("Orders", "Order", "Date", "Documents"),
    "de": ("Bestellungen", "Bestellung", "Datum", "Dokumente"),
    "fr": ("Commandes", "Commande", "Date", "Documents"),
    "es": ("Pedidos", "Pedido", "Fecha", "Documentos"),
}
_CASES: tuple[tuple[str, str, str, tuple[str, ...], int | None], ...] = (
    ("en", _EN, "invoice", ("Invoice", "Corrected invoice"), 0),
    ("en", _EN, "invoice", ("Corrected invoice", "Invoice"), 1),
    ("en", _EN, "invoice", ("Invoice (draft)", "Invoice"), 1),
    ("en", _EN, "invoice", ("Invoice - cancelled", "Invoice"), 1),
    ("en", _EN, "invoice", ("Interim invoice", "Final invoice"), None),
    ("en", _EN, "invoice", ("Original invoice", "Corrected invoice"), None),
    ("en", _EN, "invoice", ("Download replacement invoice", "Download invoice"), 1),
    ("en", _EN, "corrected invoice", ("Invoice", "Corrected invoice"), 1),
    ("en", _EN, "receipt", ("Refund receipt", "Receipt"), 1),
    ("en", _EN, "statement", ("Statement of changes", "Statement"), 1),
    ("en", _EN, "invoice", ("Invoice for goods", "Invoice for services"), None),
    ("en", _EN, "invoice for services", ("Invoice for goods", "Invoice for services"), 1),
    ("de", _DE, "Rechnung", ("Korrigierte Rechnung", "Rechnung"), 1),
    ("de", _DE, "Rechnung", ("Teilrechnung", "Rechnung"), 1),
    ("de", _DE, "Rechnung", ("Teilrechnung", "Schlussrechnung"), None),
    ("de", _DE, "Teilrechnung", ("Rechnung", "Teilrechnung"), 1),
    ("fr", _FR, "facture", ("Facture d'acompte", "Facture"), 1),
    ("fr", _FR, "facture", ("Facture d'acompte", "Facture de solde"), None),
    ("es", _ES, "factura", ("Factura rectificativa", "Factura"), 1),
)
"""Language, goal, what it asks for, the links of each row, and which one is meant."""


def _trap(lang: str, goal: str, wanted: str, links: Sequence[str], meant: int | None) -> Trap:
    title, *heads = _HEADS[lang]
    rows = [
        (number, "1.5.2024", " ".join(f"<a href=/{number}-{at}>{one}</a>"
                                      for at, one in enumerate(links)))
        for number in _ORDERS
    ]  # fmt: skip
    files = {
        f"/{number}-{at}": File((one, f"R-{number}-{at}", f"{heads[0]} {number}"))
        for number in _ORDERS
        for at, one in enumerate(links)
    }
    body = f"<main><h1>{title}</h1>{table(heads, *rows)}</main>"
    return Trap(
        f"plain: {wanted} of {', '.join(links)}",
        fetch(goal.format(wanted), order_id="A-2"),
        {"/": page(body, lang=lang)},
        never if meant is None else only_file(f"R-A-2-{meant}"),
        files=files,
        solvable=meant is not None,
    )


def plain_documents() -> list[Trap]:
    """Rows of two links each, in four languages."""
    return [_trap(*one) for one in _CASES]
