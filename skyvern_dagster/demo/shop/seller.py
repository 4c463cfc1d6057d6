"""The firm behind the demo shop, as pages and invoices name it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Seller:
    """Names and addresses of the shop; the domains are reserved ones that lead nowhere."""

    name: str
    legal_name: str
    address: tuple[str, ...]
    vat_number: str
    phone: str
    support_email: str
    billing_email: str
    sales_email: str


SELLER = Seller(
    name="Larkfield Supply",
    legal_name="Larkfield Supply Company Ltd",
    address=("3 Mill Lane", "Kilkenny", "R95 X4K2", "Ireland"),
    vat_number="IE 6388047 VA",
    phone="+353 1 555 0142",
    support_email="support@larkfield.example",
    billing_email="billing@larkfield.example",
    sales_email="sales@larkfield.example",
)
