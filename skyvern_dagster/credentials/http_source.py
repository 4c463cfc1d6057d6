"""A server of the operator as a source of secrets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from skyvern_dagster.credentials.secret_request import get_json
from skyvern_dagster.credentials.sources import Credential, Secret, read_hosts
from skyvern_dagster.errors import SecretError

_SERVER = "the server at SKYVERN_SECRETS_URL"


class HttpSource:
    """``GET <url>/credentials/<name>`` and ``GET <url>/secrets/<name>``, answered with JSON.

    A credential is ``{"username", "password", "totp", "hosts"}`` or ``{"fields": {...}, "hosts"}``,
    a secret ``{"value", "hosts"}``; what isn't there is a 404.

    Args:
        url: Where it is.
        token: Sent as a bearer token, where there is one.
    """

    def __init__(self, url: str, token: str = "") -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def credential(self, key: str) -> Credential | None:
        """See :class:`~skyvern_dagster.credentials.sources.SecretSource`."""
        found = self._get("credentials", key)
        if found is None:
            return None
        fields = found.get("fields") or {}
        if not isinstance(fields, dict):
            raise SecretError(f"{_SERVER}: the fields of credential {key!r} are no mapping")
        username, password = found.get("username"), found.get("password")
        if not fields and not (username and password):
            raise SecretError(f"{_SERVER}: credential {key!r} needs username and password")
        return Credential(
            str(username or ""),
            str(password or ""),
            str(found.get("totp") or "") or None,
            fields={str(name): str(text) for name, text in fields.items()},
            hosts=_hosts(found, key),
        )

    def secret(self, name: str) -> Secret | None:
        """See the protocol."""
        found = self._get("secrets", name)
        if found is None:
            return None
        if not isinstance(found.get("value"), str):
            raise SecretError(f"{_SERVER}: secret {name!r} needs a value, a text")
        return Secret(found["value"], _hosts(found, name))

    def describe(self, *, credential: str | None = None, name: str | None = None) -> str:
        """See the protocol."""
        return f"{_path(credential, name)} at SKYVERN_SECRETS_URL"

    def describe_hosts(self, *, credential: str | None = None, name: str | None = None) -> str:
        """See the protocol."""
        return f'"hosts" in the answer of {_path(credential, name)} at SKYVERN_SECRETS_URL'

    def _get(self, kind: str, name: str) -> dict[str, Any] | None:
        address = f"{self._url}/{kind}/{quote(name, safe='')}"
        found = get_json(_SERVER, address, {}, self._headers)
        if found is not None and not isinstance(found, dict):
            raise SecretError(f"{_SERVER} gave an answer that is no mapping")
        return found


def http_source(environment: Mapping[str, str]) -> HttpSource | None:
    """The server, where the environment names one."""
    url = environment.get("SKYVERN_SECRETS_URL")
    return HttpSource(url, environment.get("SKYVERN_SECRETS_TOKEN", "")) if url else None


def _path(credential: str | None, name: str | None) -> str:
    return f"/credentials/{credential}" if credential else f"/secrets/{name}"


def _hosts(found: Mapping[str, Any], name: str) -> tuple[str, ...]:
    hosts = found.get("hosts") or []
    text = " ".join(map(str, hosts)) if isinstance(hosts, list) else str(hosts)
    return read_hosts(text, f'"hosts" of {name!r}')
