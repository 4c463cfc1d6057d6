"""The server's secrets, as far as the operator has granted them to an organization."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from skyvern_dagster.credentials.sources import (
    Credential,
    Secret,
    SecretSource,
    credential_name,
)
from skyvern_dagster.credentials.vault_item import VaultItem
from skyvern_dagster.errors import OrganizationError, SecretError
from skyvern_dagster.organizations.grants import Grant, GrantKind, GrantStore


class GrantedSource:
    """Names of an explicit list; all others are not there, whether or not the server knows them.

    Args:
        grants: Gives the lists; called at the first question.
        organization_id: Whose run it is.
        behind: The server's own secrets.
    """

    def __init__(
        self, grants: Callable[[], GrantStore] | None, organization_id: str, behind: SecretSource
    ) -> None:
        self._grants = grants
        self._organization_id = organization_id
        self._behind = behind

    def credential(self, key: str) -> Credential | None:
        """See :class:`SecretSource`."""
        grant = self._credential_grant(key)
        credential = None if grant is None else self._behind.credential(key)
        if grant is None or credential is None:
            return None
        return replace(credential, hosts=grant.hosts or credential.hosts)

    def secret(self, name: str) -> Secret | None:
        """See :class:`SecretSource`."""
        grant = self._grant("secret", name) or self._vault_grant("secret", name)
        secret = None if grant is None else self._behind.secret(name)
        if grant is None or secret is None:
            return None
        return replace(secret, hosts=grant.hosts or secret.hosts)

    def describe(self, *, credential: str | None = None, name: str | None = None) -> str:
        """See :class:`SecretSource`."""
        command = self._command(credential, name)
        own = "credential_id to a stored credential (cred_...), or " if credential else ""
        return (
            f"{own}have the operator grant it to organization {self._organization_id} and set it "
            f"on the server: {command}"
        )

    def describe_hosts(self, *, credential: str | None = None, name: str | None = None) -> str:
        """See :class:`SecretSource`."""
        return f"the grant's hosts: {self._command(credential, name)}"

    def _command(self, credential: str | None, name: str | None) -> str:
        what = f"--credential {credential}" if credential else f"--secret {name}"
        return (
            f"skyvern-dagster grants add --organization {self._organization_id} {what} --host HOST"
        )

    def _credential_grant(self, key: str) -> Grant | None:
        return self._grant("credential", credential_name(key)) or self._vault_grant(
            "credential", key
        )

    def _vault_grant(self, kind: GrantKind, name: str) -> Grant | None:
        """A grant of a whole vault, or collection, of a password manager."""
        item = VaultItem.parse(name)
        return None if item is None else self._grant(kind, item.vault_name)

    def _grant(self, kind: GrantKind, name: str) -> Grant | None:
        if self._grants is None:
            return None
        try:
            return self._grants().get(self._organization_id, kind, name)
        except OrganizationError as error:
            raise SecretError(str(error)) from error
