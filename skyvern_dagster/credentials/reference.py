"""Secret references: the only form in which a secret travels until it is typed or sent."""

from __future__ import annotations

import re
from dataclasses import dataclass

CARD_FIELDS = (
    "card_number", "card_cvv", "card_exp_month", "card_exp_year", "card_brand", "card_holder_name",
)  # fmt: skip
_FIELDS = ("username", "password", "totp", *CARD_FIELDS, "secret_value")
_PATTERN = re.compile(
    rf"secret://([A-Za-z_][A-Za-z0-9_]*)(?:/({'|'.join(_FIELDS)}|field_[A-Za-z0-9_]+)\b)?"
)
"""What follows a single secret in an address, ``secret://TOKEN/orders``, is no field."""


@dataclass(frozen=True)
class SecretReference:
    """``secret://<parameter key>`` (a single secret) or ``secret://<parameter key>/<field>``."""

    key: str
    field: str | None = None

    def __str__(self) -> str:
        return f"secret://{self.key}" + (f"/{self.field}" if self.field else "")


def field_name(text: str) -> str:
    """A field's name as a reference writes it: ``Member ID`` is ``field_Member_ID``."""
    return text if text in _FIELDS else "field_" + re.sub(r"[^A-Za-z0-9_]+", "_", text)


def references_in(text: str) -> tuple[SecretReference, ...]:
    """The references that a text holds, in order."""
    return tuple(_reference(match) for match in _PATTERN.finditer(text))


def replace_references(text: str, values: dict[SecretReference, str]) -> str:
    """The text with references replaced by their values."""
    return _PATTERN.sub(lambda match: values[_reference(match)], text)


def _reference(match: re.Match[str]) -> SecretReference:
    return SecretReference(match.group(1), match.group(2))
