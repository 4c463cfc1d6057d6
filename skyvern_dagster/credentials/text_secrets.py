"""Putting the secrets away that a request tells in its texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skyvern_dagster.credentials.payload_secrets import numbered
from skyvern_dagster.credentials.reference import SecretReference, references_in
from skyvern_dagster.credentials.secret_texts import secrets_in

PREFIX = "text_secret_"
"""What the keys of secrets begin with that were told in a text."""


class TextSecrets:
    """Takes secrets out of the texts of one request.

    Args:
        secrets: Gets the secrets, by the key of their reference.
        kept: Secrets that were put away before: one that is told again keeps its key.
        taken: Keys that mean something else.
    """

    def __init__(
        self,
        secrets: dict[str, str],
        kept: Mapping[str, str] | None = None,
        taken: frozenset[str] = frozenset(),
    ) -> None:
        self._secrets = secrets
        self._kept = {key: value for key, value in (kept or {}).items() if key.startswith(PREFIX)}
        self._keys = {value: key for key, value in self._kept.items()}
        self._taken = taken | frozenset(self._keys.values())
        self._told: dict[str, str] = {}

    def without(self, facts: Any) -> Any:
        """Facts with references in the places of the secrets that their texts tell.

        A reference in a text to what was put away before stays one.
        """
        match facts:
            case str():
                for reference in references_in(facts):
                    if reference.field is None and reference.key in self._kept:
                        self._secrets[reference.key] = self._kept[reference.key]
                for secret in secrets_in(facts):
                    facts = facts.replace(secret, self._reference(secret))
                return facts
            case dict():
                return {name: self.without(value) for name, value in facts.items()}
            case list():
                return [self.without(value) for value in facts]
            case _:
                return facts

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

    def _reference(self, secret: str) -> str:
        if secret not in self._told:
            key = self._keys.get(secret) or numbered(PREFIX, self._secrets, self._taken)()
            self._secrets[key] = secret
            self._told[secret] = str(SecretReference(key))
        return self._told[secret]
