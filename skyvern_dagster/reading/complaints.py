"""Texts with which a page says that something was not done."""

from __future__ import annotations

from skyvern_dagster.reading.concepts import concept

_DENYING = ("forbidden", "session_expired", "not_found")
_KINDS = (*_DENYING, "refused", "transient", "invalid")


def complains(text: str) -> bool:
    """Whether a text says that something failed, is refused or is still lacking."""
    return any(concept(f"message.{kind}").mentioned(text) for kind in _KINDS)


def denies_access(text: str) -> bool:
    """Whether a text says that a page can't be seen, or isn't there."""
    return any(concept(f"message.{kind}").mentioned(text) for kind in _DENYING)
