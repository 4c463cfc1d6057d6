"""Taking secrets out of facts, by their names, and putting them back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from skyvern_dagster.credentials.reference import SecretReference
from skyvern_dagster.credentials.secret_names import looks_secret

NewKey = Callable[[], str]
"""Gives the key of the next secret's reference."""


def numbered(
    prefix: str, secrets: Mapping[str, str], taken: frozenset[str] = frozenset()
) -> NewKey:
    """Keys such as ``payload_secret_1``.

    Args:
        found: What has been found so far.
        taken: Keys that mean something else.
    """

    def new() -> str:
        number = len(secrets) + 1
        while f"{prefix}{number}" in taken or f"{prefix}{number}" in secrets:
            number += 1
        return f"{prefix}{number}"

    return new


def without_secrets(facts: Any, secrets: dict[str, str], key: NewKey | None = None) -> Any:
    """The facts with references in the places of secrets, which are put into ``secrets``.

    A text is a secret where its name says so: ``password``, ``pin``, ``card_number``, ...
    """
    new = key or numbered("payload_secret_", secrets)
    if isinstance(facts, dict):
        return {name: _put_away(str(name), value, secrets, new) for name, value in facts.items()}
    if isinstance(facts, list):
        return [without_secrets(each, secrets, new) for each in facts]
    return facts


def with_secrets(facts: Any, values: Mapping[str, str]) -> Any:
    """The facts with values in the places of the references that stand there by themselves."""
    references = {str(SecretReference(key)): value for key, value in values.items()}
    return _restored(facts, references) if references else facts


def _restored(facts: Any, references: Mapping[str, str]) -> Any:
    match facts:
        case str():
            return references.get(facts, facts)
        case dict():
            return {name: _restored(value, references) for name, value in facts.items()}
        case list():
            return [_restored(each, references) for each in facts]
        case _:
            return facts


def _put_away(name: str, value: Any, secrets: dict[str, str], new: NewKey) -> Any:
    is_text = isinstance(value, str | int) and not isinstance(value, bool) and value != ""
    if not is_text or not looks_secret(name):
        return without_secrets(value, secrets, new)
    key = new()
    secrets[key] = str(value)
    return str(SecretReference(key))
