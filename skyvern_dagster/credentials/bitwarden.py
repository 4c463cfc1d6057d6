"""Bitwarden as a source of secrets: through its command ``bw``, or the API of a ``bw serve``."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import quote

from skyvern_dagster.addresses.site import host_of, is_within
from skyvern_dagster.credentials.manager_command import ManagerCommand
from skyvern_dagster.credentials.secret_request import get_json
from skyvern_dagster.credentials.sources import Credential, Secret
from skyvern_dagster.credentials.vault_item import VaultItem, setup_for
from skyvern_dagster.errors import SecretError

Item = dict[str, Any]

_CARD_FIELDS = {
    "card_number": "number",
    "card_cvv": "code",
    "card_exp_month": "expMonth",
    "card_exp_year": "expYear",
    "card_brand": "brand",
    "card_holder_name": "cardholderName",
}


class BitwardenItems(Protocol):
    """Gives items as Bitwarden's own JSON."""

    def item(self, item_id: str) -> Item | None:
        """An item by id or name.

        Raises:
            SecretError: Bitwarden can't be asked.
        """
        ...

    def items(self, collection_id: str, url: str) -> list[Item]:
        """The items of a collection, of all where it is empty, that belong to a page.

        Raises:
            SecretError: Bitwarden can't be asked.
        """
        ...


class BitwardenSource:
    """See :class:`~skyvern_dagster.credentials.sources.SecretSource`.

    Args:
        items: How it is asked.
    """

    def __init__(self, items: BitwardenItems) -> None:
        self._items = items

    def credential(self, key: str) -> Credential | None:
        """The login, card or identity at a ``bitwarden://`` address."""
        wanted = VaultItem.parse(key)
        if wanted is None or wanted.manager != "bitwarden":
            return None
        found = self._by_id(wanted) if wanted.item else self._by_url(wanted)
        return None if found is None else _credential(found, wanted)

    def secret(self, name: str) -> Secret | None:  # noqa: ARG002 - the protocol's name
        """Single values don't live here."""
        return None

    def describe(self, *, credential: str | None = None, name: str | None = None) -> str:
        """See the protocol."""
        return setup_for("bitwarden", credential or name or "")

    def describe_hosts(self, *, credential: str | None = None, name: str | None = None) -> str:
        """See the protocol."""
        return (
            f"{credential or name}: its URIs in Bitwarden"
            if self.describe(credential=credential, name=name)
            else ""
        )

    def _by_id(self, wanted: VaultItem) -> Item | None:
        found = self._items.item(wanted.item)
        # A grant is for a collection: an id must not reach out of it.
        if found is not None and wanted.vault:
            return found if wanted.vault in (found.get("collectionIds") or ()) else None
        return found

    def _by_url(self, wanted: VaultItem) -> Item | None:
        named = wanted.query.get("named")
        page = host_of(wanted.query.get("url", ""))
        found = self._items.items(wanted.vault, wanted.query.get("url", "") if page else "")
        if named:
            fitting = [each for each in found if named in str(each.get("name", ""))]
        elif page:
            fitting = [each for each in found if any(is_within(page, h) for h in _hosts(each))]
        else:
            fitting = [each for each in found if each.get("login")]
        if len(fitting) > 1:
            raise SecretError(
                f"{len(fitting)} items of Bitwarden's collection {wanted.vault!r} fit "
                f"{named or page or 'it'}: say which with bitwarden_item_id"
            )
        return fitting[0] if fitting else None


class BitwardenServe:
    """``bw serve``: Bitwarden's Vault Management API.

    Args:
        url: Where it listens; it has no keys of its own, so only on a closed network.
    """

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    def item(self, item_id: str) -> Item | None:
        """See :class:`BitwardenItems`."""
        answer = self._get(f"/object/item/{quote(item_id, safe='')}", {})
        return None if answer is None else dict(answer["data"])

    def items(self, collection_id: str, url: str) -> list[Item]:
        """See :class:`BitwardenItems`."""
        given = {"collectionId": collection_id, "url": url}
        answer = self._get("/list/object/items", {k: v for k, v in given.items() if v})
        return [] if answer is None else list(answer["data"]["data"])

    def _get(self, path: str, query: Mapping[str, str]) -> Any:
        return get_json("Bitwarden", f"{self._url}{path}", query, {})


class BitwardenCommand:
    """The command ``bw``, logged in by an API key in a folder of its own.

    Args:
        environment: ``BW_CLIENTID``, ``BW_CLIENTSECRET`` and ``BW_PASSWORD``, as ``bw`` reads them.
    """

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = dict(os.environ if environment is None else environment)
        self._session = ""
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def item(self, item_id: str) -> Item | None:
        """See :class:`BitwardenItems`."""
        said = self._ask("get", "item", item_id, missing="Not found.")
        return None if said is None else dict(json.loads(said))

    def items(self, collection_id: str, url: str) -> list[Item]:
        """See :class:`BitwardenItems`."""
        words = ["list", "items"]
        words += ["--collectionid", collection_id] if collection_id else []
        words += ["--url", url] if url else []
        said = self._ask(*words)
        return [] if said is None else list(json.loads(said))

    def _ask(self, *words: str, missing: str = "") -> str | None:
        command = self._command()
        if not self._session:
            command.run("login", "--apikey", accepted="already logged in")
            self._session = str(command.run("unlock", "--passwordenv", "BW_PASSWORD", "--raw"))
            self._command().run("sync")
        return self._command().run(*words, missing=missing)

    def _command(self) -> ManagerCommand:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="skyvern-bitwarden-")
        own = {"BITWARDENCLI_APPDATA_DIR": self._folder.name, "BW_NOINTERACTION": "true"}
        session = {"BW_SESSION": self._session} if self._session else {}
        given = {name: text for name, text in self._environment.items() if name.startswith("BW_")}
        return ManagerCommand("bw", "Bitwarden", {**given, **own, **session})


def bitwarden_source(environment: Mapping[str, str]) -> BitwardenSource | None:
    """Bitwarden, where the environment says how it is asked."""
    if url := environment.get("SKYVERN_BITWARDEN_URL"):
        return BitwardenSource(BitwardenServe(url))
    if environment.get("BW_CLIENTID") and shutil.which("bw", path=environment.get("PATH")):
        return BitwardenSource(BitwardenCommand(environment))
    return None


def _credential(item: Item, wanted: VaultItem) -> Credential:
    login, card, identity = (item.get(kind) or {} for kind in ("login", "card", "identity"))
    hosts = tuple(_hosts(item))
    if "fields" in wanted.query:
        return Credential(fields=_wanted_fields(item, wanted.query["fields"]), hosts=hosts)
    if card:
        found = {name: str(card[each]) for name, each in _CARD_FIELDS.items() if card.get(each)}
        return Credential(fields=found, hosts=hosts)
    if identity:
        known = {name: str(value) for name, value in identity.items() if value}
        return Credential(fields={**known, **_own_fields(item)}, hosts=hosts)
    if not login.get("username") or not login.get("password"):
        raise SecretError(f"the item {item.get('name')!r} of Bitwarden has no login")
    return Credential(login["username"], login["password"], login.get("totp") or None, hosts=hosts)


def _wanted_fields(item: Item, names: str) -> dict[str, str]:
    """Fields of an identity; those that somebody added go before the ones that each has."""
    identity = {name: str(text) for name, text in (item.get("identity") or {}).items() if text}
    known = {**identity, **_own_fields(item)}
    by_name = {name.casefold(): text for name, text in known.items()}
    wanted = names.split(",")
    missing = [name for name in wanted if name.casefold() not in by_name]
    if missing:
        raise SecretError(
            f"the item {item.get('name')!r} of Bitwarden has no field {missing[0]!r}; it has: "
            f"{', '.join(known) or 'none'}"
        )
    return {name: by_name[name.casefold()] for name in wanted}


def _own_fields(item: Item) -> dict[str, str]:
    fields = item.get("fields") or ()
    return {str(each["name"]): str(each["value"]) for each in fields if each.get("value")}


def _hosts(item: Item) -> list[str]:
    uris = (item.get("login") or {}).get("uris") or ()
    given = (str(each.get("uri") or "") for each in uris)
    hosts = (host_of(each if "://" in each else f"https://{each}") for each in given)
    return list(dict.fromkeys(host for host in hosts if host))
