"""Putting the secrets away that a request tells in its texts."""

from __future__ import annotations

from typing import Any

from skyvern_dagster.credentials.payload_secrets import numbered
from skyvern_dagster.credentials.reference import SecretReference
from skyvern_dagster.credentials.secret_texts import secrets_in


class TextSecrets:
    """Takes secrets out of the texts of one request.

    Args:
        found: Gets the secrets, by the key of their reference.
    """

    def __init__(self, secrets: dict[str, str]) -> None:
        self._secrets = secrets
        self._told: dict[str, str] = {}

    def without(self, text: str) -> str:
        """The text with references in the places of the secrets that it tells."""
        for secret in secrets_in(text):
            if secret not in self._told:
                key = numbered("text_secret_", self._secrets)()
                self._secrets[key] = secret
                self._told[secret] = str(SecretReference(key))
        return str(self.replaced(text))

    def replaced(self, facts: Any) -> Any:
        """Facts with references in the places of the secrets that were told so far."""
        match facts:
            case str():
                for secret, reference in self._told.items():
                    facts = facts.replace(secret, reference)
                return facts
            case dict():
                return {name: self.replaced(value) for name, value in facts.items()}
            case list():
                return [self.replaced(value) for value in facts]
            case _:
                return facts
