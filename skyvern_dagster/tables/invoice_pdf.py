"""The fields of an invoice's PDF: number, dates, order, currency, total."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from skyvern_dagster.errors import ArtifactError
from skyvern_dagster.reading.amounts import find_amounts, find_number
from skyvern_dagster.reading.dates import parse_date

_VALUE = r"\s*(?:[:.#]|no\.?|nr\.?)*\s*"
_LABELS: dict[str, str] = {
    "number": r"(?:invoice|rechnungs?|facture|factura|fattura|factuur|fatura)[\s-]*"
    r"(?:(?:number|no|nr|nummer|num[ée]ro|id)\b|n[°º]|#)\.?",
    "date": r"(?:invoice\s+date|date\s+of\s+invoice|issue\s+date|date\s+of\s+issue|rechnungsdatum|"
    r"date\s+de\s+(?:la\s+)?facture|date\s+de\s+facturation|fecha\s+de\s+(?:la\s+)?factura|"
    r"data\s+(?:della\s+)?fattura|factuurdatum|data\s+da\s+fatura)",
    "order": r"(?:order|bestell(?:ungs?)?|auftrags?|commande|pedido|ordine|bestelling)[\s-]*"
    r"(?:(?:number|no|nr|nummer|num[ée]ro|id)\b|n[°º]|#)\.?",
    "total": r"(?:grand\s+total|total\s+due|amount\s+due|invoice\s+total|total\s+amount|"
    r"gesamtbetrag|rechnungsbetrag|gesamtsumme|zu\s+zahlen|total\s+ttc|montant\s+total|"
    r"totale(?:\s+fattura)?|importe\s+total|totaal|total)\b",
}
_BEFORE_TOTAL = re.compile(r"(?:sub|zwischen|sous-?)[\s-]*$", re.IGNORECASE)
_CODE = re.compile(r"[A-Z0-9][A-Za-z0-9./_-]*\d[A-Za-z0-9./_-]*")


@dataclass(frozen=True)
class InvoiceFields:
    """What an invoice says of itself; ``None`` where it could not be read.

    Attributes:
        order_number: The order that it says it is for.
        currency: ISO 4217 code.
        total: What is to be paid.
        text: The whole text, for checks.
    """

    number: str | None
    date: date | None
    order_number: str | None
    currency: str | None
    total: Decimal | None
    text: str


def pdf_text(content: bytes) -> str:
    """The text of a PDF, page after page.

    Raises:
        ArtifactError: It can't be opened as a PDF.
    """
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    except (PyPdfError, ValueError, KeyError, OSError) as error:
        raise ArtifactError(f"this can't be opened as a PDF: {error}") from error


def read_invoice(content: bytes) -> InvoiceFields:
    """Reads an invoice's fields.

    Raises:
        ArtifactError: It can't be opened as a PDF.
    """
    return invoice_fields(pdf_text(content))


def invoice_fields(text: str) -> InvoiceFields:
    """The fields of an invoice's text, in English and some other languages of Europe."""
    total, currency = _total(text)
    return InvoiceFields(
        number=_code(text, "number"),
        date=_date(text),
        order_number=_code(text, "order"),
        currency=currency or _currency(text),
        total=total,
        text=text,
    )


def _after(text: str, field: str) -> Iterator[tuple[str, str]]:
    """``(what stands before the label, what stands after it)`` on its line or the next one."""
    for match in re.finditer(_LABELS[field] + _VALUE, text, re.IGNORECASE):
        before = text[: match.start()].rpartition("\n")[2]
        rest, _, following = text[match.end() :].partition("\n")
        yield before, rest if rest.strip() else following.partition("\n")[0]


def _code(text: str, field: str) -> str | None:
    for _, value in _after(text, field):
        match = _CODE.search(value)
        if match is not None:
            return match.group().rstrip(".,-/")
    return None


def _date(text: str) -> date | None:
    for _, value in _after(text, "date"):
        day = parse_date(value, date.today())  # noqa: DTZ011 - only for dates without a year
        if day is not None:
            return day
    return None


def _total(text: str) -> tuple[Decimal | None, str]:
    """The last total that is none of a part; an invoice sums up at its end."""
    total: tuple[Decimal | None, str] = (None, "")
    for before, value in _after(text, "total"):
        if _BEFORE_TOTAL.search(before):
            continue
        amounts = find_amounts(value)
        if amounts:
            total = (amounts[-1].value, amounts[-1].currency)
        elif (number := find_number(value)) is not None:
            total = (number, total[1])
    return total


def _currency(text: str) -> str | None:
    named = re.search(r"(?:currency|w[äa]hrung|devise|moneda|valuta)\W+([A-Z]{3})\b", text, re.I)
    if named is not None:
        return named.group(1).upper()
    return next((each.currency for each in find_amounts(text) if each.currency), None)
