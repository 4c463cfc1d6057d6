"""1Password as a source of secrets: through its command ``op``, or a Connect server."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from typing import Any, Protocol
from urllib.parse import quote

from skyvern_dagster.addresses.site import host_of
from skyvern_dagster.credentials.manager_command import ManagerCommand
from skyvern_dagster.credentials.secret_request import get_json
from skyvern_dagster.credentials.sources import Credential, Secret
from skyvern_dagster.credentials.vault_item import VaultItem, setup_for
from skyvern_dagster.errors import SecretError

_EXPIRY_DIGITS, _YEAR_DIGITS = 6, 4
"""``YYYYMM``."""

Item = dict[str, Any]

_CARD_FIELDS = {
    "card_number": "ccnum",
    "card_cvv": "cvv",
    "card_brand": "type",
    "card_holder_name": "cardholder",
}


class OnePasswordItems(Protocol):
    """Gives items as 1Password's own JSON, which its command and its server share."""

    def item(self, vault: str, item: str) -> Item | None:
        """An item of a vault, both by id (or, for the command, by name).

        Raises:
            SecretError: 1Password can't be asked.
        """
        ...


class OnePasswordSource:
    """See :class:`~skyvern_dagster.credentials.sources.SecretSource`.

    Args:
        items: How it is asked.
    """

    def __init__(self, items: OnePasswordItems) -> None:
        self._items = items

    def credential(self, key: str) -> Credential | None:
        """The login or card at an ``op://<vault>/<item>`` address."""
        wanted = _wanted(key)
        item = None if wanted is None else self._items.item(wanted.vault, wanted.item)
        return None if wanted is None or item is None else _credential(item, wanted)

    def secret(self, name: str) -> Secret | None:
        """One field, at an ``op://<vault>/<item>/<field>`` address."""
        wanted = _wanted(name)
        if wanted is None or "/" not in wanted.item:
            return None
        place, _, field = wanted.item.rpartition("/")
        item = self._items.item(wanted.vault, place)
        text = None if item is None else _texts(item).get(field.casefold())
        return None if item is None or text is None else Secret(text, hosts=tuple(_hosts(item)))

    def describe(self, *, credential: str | None = None, name: str | None = None) -> str:
        """See the protocol."""
        return setup_for("op", credential or name or "")

    def describe_hosts(self, *, credential: str | None = None, name: str | None = None) -> str:
        """See the protocol."""
        return (
            f"{credential or name}: its websites in 1Password"
            if self.describe(credential=credential, name=name)
            else ""
        )


class OnePasswordConnect:
    """A Connect server.

    Args:
        host: Its address.
        token: Says which vaults it gives.
    """

    def __init__(self, host: str, token: str) -> None:
        self._host = host.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"}

    def item(self, vault: str, item: str) -> Item | None:
        """See :class:`OnePasswordItems`."""
        path = f"/v1/vaults/{quote(vault, safe='')}/items/{quote(item, safe='')}"
        found = get_json("1Password Connect", f"{self._host}{path}", {}, self._headers)
        return None if found is None else dict(found)


class OnePasswordCommand:
    """The command ``op``.

    Args:
        environment: ``OP_SERVICE_ACCOUNT_TOKEN``, as ``op`` reads it.
    """

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        given = os.environ if environment is None else environment
        settings = {name: text for name, text in given.items() if name.startswith("OP_")}
        self._command = ManagerCommand("op", "1Password", settings)

    def item(self, vault: str, item: str) -> Item | None:
        """See :class:`OnePasswordItems`."""
        words = ("item", "get", item, "--vault", vault, "--format", "json", "--reveal")
        said = self._command.run(*words, missing="isn't an item")
        return None if said is None else dict(json.loads(said))


def onepassword_source(environment: Mapping[str, str]) -> OnePasswordSource | None:
    """1Password, where the environment says how it is asked."""
    host, token = environment.get("OP_CONNECT_HOST"), environment.get("OP_CONNECT_TOKEN")
    if host and token:
        return OnePasswordSource(OnePasswordConnect(host, token))
    has_command = shutil.which("op", path=environment.get("PATH")) is not None
    if environment.get("OP_SERVICE_ACCOUNT_TOKEN") and has_command:
        return OnePasswordSource(OnePasswordCommand(environment))
    return None


def _wanted(name: str) -> VaultItem | None:
    found = VaultItem.parse(name)
    return found if found is not None and found.manager == "op" and found.item else None


def _credential(item: Item, wanted: VaultItem) -> Credential:
    texts, hosts = _texts(item), tuple(_hosts(item))
    if item.get("category") == "CREDIT_CARD":
        card = {name: texts[each] for name, each in _CARD_FIELDS.items() if each in texts}
        return Credential(fields={**card, **_expiry(texts.get("expiry", ""))}, hosts=hosts)
    username, password = texts.get("username"), texts.get("password")
    if not username or not password:
        raise SecretError(f"the item {wanted.name} of 1Password has no username and password")
    return Credential(username, password, _totp(item, wanted.query.get("totp", "")), hosts=hosts)


def _texts(item: Item) -> dict[str, str]:
    """Values by the id, the label and the purpose of their field, in lower case."""
    found: dict[str, str] = {}
    for each in item.get("fields") or ():
        text = each.get("value")
        for name in (each.get("purpose"), each.get("id"), each.get("label")):
            if name and text:
                found.setdefault(str(name).casefold(), str(text))
    return found


def _totp(item: Item, named: str) -> str | None:
    for each in item.get("fields") or ():
        is_named = bool(named) and named in (each.get("label"), each.get("id"))
        if is_named or (not named and each.get("type") == "OTP"):
            return str(each.get("value") or "") or None
    return None


def _expiry(text: str) -> dict[str, str]:
    """1Password keeps ``YYYYMM``; forms ask for month and year."""
    digits = text.replace("/", "")
    if len(digits) != _EXPIRY_DIGITS or not digits.isdigit():
        return {}
    return {"card_exp_month": digits[_YEAR_DIGITS:], "card_exp_year": digits[:_YEAR_DIGITS]}


def _hosts(item: Item) -> Iterator[str]:
    for each in item.get("urls") or ():
        address = str(each.get("href") or "")
        if host := host_of(address if "://" in address else f"https://{address}"):
            yield host
