"""Azure Key Vault as a source of secrets, where its extra is installed."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from skyvern_dagster.credentials.sources import Credential, Secret
from skyvern_dagster.credentials.vault_item import VaultItem, setup_for
from skyvern_dagster.errors import SecretError

_NAME_AND_PASSWORD = 2
"""Names in a reference to a login, at least; a third is its one-time code's."""

Client = Callable[[str], Any]
"""Name of a vault -> something like ``azure.keyvault.secrets.SecretClient``."""


class AzureKeyVaultSource:
    """Names of secrets in ``azure://<vault>/<username>,<password>[,<TOTP secret>]``, or one alone.

    A secret's tag ``hosts`` says where it may be typed.

    Args:
        client: Gives a vault's client; called at the first question.
    """

    def __init__(self, client: Client) -> None:
        self._client = functools.cache(client)

    def credential(self, key: str) -> Credential | None:
        """See :class:`~skyvern_dagster.credentials.sources.SecretSource`."""
        wanted = _wanted(key)
        names = wanted.item.split(",") if wanted is not None else []
        if wanted is None or len(names) < _NAME_AND_PASSWORD:
            return None
        found = [self._secret(wanted.vault, name) for name in names]
        if any(each is None for each in found):
            return None
        username, password, *further = [each for each in found if each is not None]
        totp = further[0].value if further else None
        return Credential(username.value, password.value, totp, hosts=password.hosts)

    def secret(self, name: str) -> Secret | None:
        """See the protocol."""
        wanted = _wanted(name)
        return None if wanted is None else self._secret(wanted.vault, wanted.item)

    def describe(self, *, credential: str | None = None, name: str | None = None) -> str:
        """See the protocol."""
        return setup_for("azure", credential or name or "")

    def describe_hosts(self, *, credential: str | None = None, name: str | None = None) -> str:
        """See the protocol."""
        return (
            f"{credential or name}: its tag hosts in Azure Key Vault"
            if self.describe(credential=credential, name=name)
            else ""
        )

    def _secret(self, vault: str, name: str) -> Secret | None:
        from azure.core.exceptions import AzureError, ResourceNotFoundError

        from skyvern_dagster.credentials.sources import read_hosts

        try:
            found = self._client(vault).get_secret(name)
        except ResourceNotFoundError:
            return None
        except (AzureError, ValueError) as error:
            raise SecretError(f"Azure Key Vault {vault!r} can't be asked: {error}") from error
        tags = found.properties.tags or {}
        hosts = read_hosts(str(tags.get("hosts", "")), f"the tag hosts of secret {name!r}")
        return Secret(str(found.value), hosts)


def azure_source(environment: Mapping[str, str]) -> AzureKeyVaultSource | None:
    """Azure Key Vault, where the environment names an identity and the extra is installed."""
    if not environment.get("AZURE_TENANT_ID"):
        return None
    try:
        from azure.identity import DefaultAzureCredential
        from azure.keyvault.secrets import SecretClient
    except ModuleNotFoundError:
        return None
    identity = functools.cache(DefaultAzureCredential)
    return AzureKeyVaultSource(
        lambda vault: SecretClient(f"https://{vault}.vault.azure.net", identity())
    )


def _wanted(name: str) -> VaultItem | None:
    found = VaultItem.parse(name)
    is_there = found is not None and found.manager == "azure" and found.vault and found.item
    return (
        found if is_there and found is not None and found.vault.replace("-", "").isalnum() else None
    )
