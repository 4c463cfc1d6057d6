"""Items of password managers, by an address: the name that a definition's parameters give them.

``bitwarden://<collection>/<item>``, ``op://<vault>/<item>`` (1Password's own form of it) and
``azure://<vault>/<names of secrets>``. An address is a name like any other: an organization may use
the ones that it has been granted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast, get_args
from urllib.parse import parse_qsl, quote, unquote, urlencode

Manager = Literal["bitwarden", "op", "azure"]

SETUP: Mapping[Manager, str] = {
    "bitwarden": "BW_CLIENTID, BW_CLIENTSECRET and BW_PASSWORD where Bitwarden's command `bw` is "
    "installed, or SKYVERN_BITWARDEN_URL to the address of a `bw serve`",
    "op": "OP_SERVICE_ACCOUNT_TOKEN where 1Password's command `op` is installed, or "
    "OP_CONNECT_HOST and OP_CONNECT_TOKEN",
    "azure": "AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, with "
    "`pip install 'skyvern-dagster[azure]'`",
}
"""What a deployment sets so that a password manager can be asked."""


@dataclass(frozen=True)
class VaultItem:
    """Where an item lies.

    Attributes:
        vault: Collection or vault; empty where the item alone says it.
        item: Its id or name; empty where it is found by ``query["url"]``.
        query: How it is found, and what of it is wanted.
    """

    manager: Manager
    vault: str
    item: str = ""
    query: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        query = f"?{urlencode(self.query)}" if self.query else ""
        return f"{self.name}{query}"

    @property
    def name(self) -> str:
        """The address without its query: what is granted."""
        return f"{self.manager}://{quote(self.vault, safe='')}/{quote(self.item, safe=',/')}"

    @property
    def vault_name(self) -> str:
        """The address of everything that lies beside it."""
        return VaultItem(self.manager, self.vault).name

    @classmethod
    def parse(cls, name: str) -> VaultItem | None:
        """The item that a name means; ``None`` for a name of another kind."""
        manager, found, rest = name.partition("://")
        if not found or manager not in get_args(Manager):
            return None
        place, _, query = rest.partition("?")
        vault, item = (unquote(part) for part in place.partition("/")[::2])
        if vault.startswith("-") or item.startswith("-"):  # the managers' commands take options
            return None
        return cls(cast("Manager", manager), vault, item, dict(parse_qsl(query)))


def setup_for(manager: Manager, name: str) -> str:
    """What to set so that a name is found; empty where it is none of this manager's."""
    item = VaultItem.parse(name)
    return f"{SETUP[manager]}: for {item.name}" if item and item.manager == manager else ""
