"""Secret references: the only form in which a secret travels until it is typed or sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

CredentialField = Literal["username", "password", "totp"]

_PATTERN = re.compile(r"secret://([A-Za-z_][A-Za-z0-9_]*)(?:/(username|password|totp)\b)?")


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
    field = match.group(2)
    match field:
        case "username" | "password" | "totp":
            return SecretReference(match.group(1), field)
        case _:
            return SecretReference(match.group(1))
