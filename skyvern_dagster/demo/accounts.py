"""Who can log in to the demo shop: two people of one business customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

AccountName = Literal["plain", "totp"]


@dataclass(frozen=True)
class Company:
    """The business customer that both accounts buy for; orders and invoices are the company's."""

    name: str
    customer_number: str
    address: tuple[str, ...]
    vat_number: str


@dataclass(frozen=True)
class Account:
    """One login.

    Attributes:
        username: The e-mail address that the login form asks for.
        totp_secret: Base32 secret of the second factor, or ``None`` where the password is enough.
    """

    full_name: str
    username: str
    password: str
    totp_secret: str | None = None

    @property
    def first_name(self) -> str:
        """What the header greets with."""
        return self.full_name.split()[0]


CUSTOMER = Company(
    name="Harbour & Pine Studio Ltd",
    customer_number="C-20418",
    address=("14 Fenian Street", "Dublin 2", "D02 TX38", "Ireland"),
    vat_number="IE 3312907 TH",
)

ACCOUNTS: dict[AccountName, Account] = {
    "plain": Account(
        full_name="Ada Byrne",
        username="ada@harbourpine.example",
        password="Quiet-Harbour-42",  # noqa: S106 - invented, opens nothing but the demo shop
    ),
    "totp": Account(
        full_name="Tomas Keane",
        username="tomas@harbourpine.example",
        password="Tall-Pine-Trees-7",  # noqa: S106 - invented, opens nothing but the demo shop
        totp_secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",  # noqa: S106
    ),
}


def account_of(username: str) -> Account | None:
    """The account with this e-mail address, in whatever case it was typed."""
    wanted = username.strip().casefold()
    return next((one for one in ACCOUNTS.values() if one.username.casefold() == wanted), None)
