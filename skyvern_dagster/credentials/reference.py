"""Secret references: the only form in which a secret travels until it is typed or sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

CredentialField = Literal[
    "username", "password", "totp", "card_number", "card_cvv", "card_exp_month", "card_exp_year",
    "card_brand", "card_holder_name", "secret_value",
]  # fmt: skip

CREDENTIAL_FIELDS: dict[str, CredentialField] = {name: name for name in get_args(CredentialField)}
_PATTERN = re.compile(rf"secret://([A-Za-z_][A-Za-z0-9_]*)(?:/({'|'.join(CREDENTIAL_FIELDS)})\b)?")


@dataclass(frozen=True)
class SecretReference:
    """``secret://<parameter key>`` (a single secret) or ``secret://<parameter key>/<field>``."""

    key: str
    field: CredentialField | None = None

    def __str__(self) -> str:
        return f"secret://{self.key}" + (f"/{self.field}" if self.field else "")


def references_in(text: str) -> tuple[SecretReference, ...]:
    """The references that a text holds, in order."""
    return tuple(_reference(match) for match in _PATTERN.finditer(text))


def replace_references(text: str, values: dict[SecretReference, str]) -> str:
    """The text with references replaced by their values."""
    return _PATTERN.sub(lambda match: values[_reference(match)], text)


def _reference(match: re.Match[str]) -> SecretReference:
    return SecretReference(match.group(1), CREDENTIAL_FIELDS.get(match.group(2) or ""))
