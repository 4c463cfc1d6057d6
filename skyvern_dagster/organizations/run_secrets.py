"""Secrets that came with a request for a run: put away before anything else sees them."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from skyvern_dagster.artifacts.run_keys import RunKeys
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.organizations.sealed import SealedRecords
from skyvern_dagster.organizations.server_secret import ServerSecret

PREFIX = "run-secret/"
"""Begins the name under which a secret source is asked for such a secret."""

_SECRET_NAME = re.compile(
    r"pass(word|wd|phrase|code)$|(^|_)(pass|pw|pwd|pin|otp)$|secret|token$|api_?key$|cvv|cvc"
    r"|card_?number$",
    re.IGNORECASE,
)
"""Names of facts that nobody wants to find in a log; the end of a name counts."""


class _Values(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    values: dict[str, str] = Field(repr=False)


class RunSecrets:
    """The secrets of single runs, encrypted, beside their records.

    Args:
        store: Where they lie, under ``runs/<run>/``.
        secret: Encrypts them.
    """

    def __init__(self, store: ArtifactStore, secret: ServerSecret) -> None:
        self._records = SealedRecords(store, secret, "run-secrets")

    def keep(self, run_id: str, values: dict[str, str]) -> None:
        """Keeps a run's secrets, by parameter key."""
        self._records.write(RunKeys(run_id).secrets, _Values(values=values))

    def value(self, name: str) -> str | None:
        """The secret of a name that :func:`secret_name` has made.

        Raises:
            OrganizationError: It can't be decrypted.
        """
        run_id, _, key = name.removeprefix(PREFIX).partition("/")
        found = self._records.read(RunKeys(run_id).secrets, _Values)
        return None if found is None else found.values.get(key)


def secret_name(run_id: str, key: str) -> str:
    """What a secret source is asked for."""
    return f"{PREFIX}{run_id}/{key}"


def without_secrets(facts: Any, found: dict[str, str]) -> Any:
    """The facts with references in the places of secrets, which are put into ``found``.

    A text is a secret where its name says so: ``password``, ``pin``, ``card_number``, ...
    """
    if isinstance(facts, dict):
        return {name: _put_away(str(name), value, found) for name, value in facts.items()}
    if isinstance(facts, list):
        return [without_secrets(each, found) for each in facts]
    return facts


def _put_away(name: str, value: Any, found: dict[str, str]) -> Any:
    is_text = isinstance(value, str | int) and not isinstance(value, bool) and value != ""
    if not is_text or not _SECRET_NAME.search(name):
        return without_secrets(value, found)
    key = f"payload_secret_{len(found) + 1}"
    found[key] = str(value)
    return f"secret://{key}"
