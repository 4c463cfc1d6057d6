"""Where secret values come from: the environment first, AWS Secrets Manager behind it."""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from skyvern_dagster.addresses.site import is_host
from skyvern_dagster.credentials.vault_item import VaultItem, setup_for
from skyvern_dagster.errors import SecretError


@dataclass(frozen=True)
class Credential:
    """A login, or something else that is typed into forms; never printed.

    Attributes:
        username: Empty for what is no login.
        fields: What is no login: field of a reference -> value, for instance ``card_number``.
        hosts: Where it may be typed, the hosts below included; empty where its owner named none.
        own: Whether it belongs to the organization whose run it is, rather than to the operator.
    """

    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    totp_secret: str | None = field(default=None, repr=False)
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    hosts: tuple[str, ...] = ()
    own: bool = False


@dataclass(frozen=True)
class Secret:
    """A single value; never printed. ``hosts`` and ``own`` as in :class:`Credential`."""

    value: str = field(repr=False)
    hosts: tuple[str, ...] = ()
    own: bool = False


class SecretSource(Protocol):
    """Gives secret values by name; ``None`` when it doesn't hold one."""

    def credential(self, key: str) -> Credential | None:
        """The login for a ``credential`` parameter.

        Raises:
            SecretError: It is there but incomplete, or the source can't be asked.
        """
        ...

    def secret(self, name: str) -> Secret | None:
        """The value for an ``aws_secret`` parameter's ``aws_key``.

        Raises:
            SecretError: The source can't be asked.
        """
        ...

    def describe(self, *, credential: str | None = None, name: str | None = None) -> str:
        """What a person has to set so that the secret is found here; empty where it can't be."""
        ...

    def describe_hosts(self, *, credential: str | None = None, name: str | None = None) -> str:
        """What a person has to set so that the secret belongs to a host; empty as above."""
        ...


class EnvironmentSource:
    """``SKYVERN_CREDENTIAL_<KEY>_USERNAME``, ``_PASSWORD``, ``_TOTP_SECRET``, and plain names.

    ``SKYVERN_CREDENTIAL_<KEY>_HOSTS``, and ``SKYVERN_SECRET_<NAME>_HOSTS`` of a plain name, say
    where a value may go.
    """

    def __init__(
        self,
        environment: Mapping[str, str] | None = None,
        *,
        place: str = "the environment",
    ) -> None:
        self._environment = os.environ if environment is None else environment
        self._place = place

    def credential(self, key: str) -> Credential | None:
        """See :class:`SecretSource`."""
        if VaultItem.parse(key) is not None:
            return None
        prefix = _prefix(key)
        username = self._environment.get(f"{prefix}_USERNAME")
        password = self._environment.get(f"{prefix}_PASSWORD")
        if not username and not password:
            return None
        if not username or not password:
            missing = "PASSWORD" if username else "USERNAME"
            raise SecretError(
                f"credential {key!r} is incomplete: set {prefix}_{missing} in {self._place}"
            )
        totp_secret = self._environment.get(f"{prefix}_TOTP_SECRET") or None
        return Credential(username, password, totp_secret, hosts=self._hosts(f"{prefix}_HOSTS"))

    def secret(self, name: str) -> Secret | None:
        """See :class:`SecretSource`; an empty value is a value."""
        value = self._environment.get(name)
        return None if value is None else Secret(value, self._hosts(_hosts_variable(name)))

    def describe(self, *, credential: str | None = None, name: str | None = None) -> str:
        """See :class:`SecretSource`."""
        if credential is not None:
            prefix = _prefix(credential)
            return f"{prefix}_USERNAME and {prefix}_PASSWORD in {self._place}"
        return f"{name} in {self._place}"

    def describe_hosts(self, *, credential: str | None = None, name: str | None = None) -> str:
        """See :class:`SecretSource`."""
        variable = f"{_prefix(credential)}_HOSTS" if credential else _hosts_variable(name or "")
        return f"{variable} in {self._place}"

    def _hosts(self, variable: str) -> tuple[str, ...]:
        return read_hosts(self._environment.get(variable, ""), variable)


def read_hosts(text: str, where: str) -> tuple[str, ...]:
    """Hosts separated by commas or white space.

    Args:
        where: What the error calls the text.

    Raises:
        SecretError: One of them is no host.
    """
    hosts = tuple(re.split(r"[\s,]+", text.strip())) if text.strip() else ()
    wrong = [host for host in hosts if not is_host(host)]
    if wrong:
        raise SecretError(
            f"{where} must be hosts such as login.example.com, without scheme and port, separated "
            f"by commas: {wrong[0][:100]!r} is none"
        )
    return hosts


def credential_name(key: str) -> str:
    """The one form of all spellings of a credential's name that mean the same.

    That of an item of a password manager is its address, without what it is searched by.
    """
    if (item := VaultItem.parse(key)) is not None:
        return item.name
    return re.sub(r"[^A-Z0-9_]", "_", key.upper())


def _hosts_variable(name: str) -> str:
    return f"SKYVERN_SECRET_{re.sub(r'[^A-Z0-9_]', '_', name.upper())}_HOSTS"


def _prefix(key: str) -> str:
    return f"SKYVERN_CREDENTIAL_{credential_name(key)}"


class AwsSecretsManagerSource:
    """AWS Secrets Manager, asked only when it is needed.

    Args:
        client: Gives the boto3 client; called at the first question.
    """

    def __init__(self, client: Callable[[], Any]) -> None:
        self._client = functools.cache(client)

    def credential(self, key: str) -> Credential | None:  # noqa: ARG002 - the protocol's name
        """Logins don't live here."""
        return None

    def secret(self, name: str) -> Secret | None:
        """See :class:`SecretSource`; ``{"value": ..., "hosts": [...]}`` says where it may go."""
        from botocore.exceptions import (
            BotoCoreError,
            ClientError,
            NoCredentialsError,
            NoRegionError,
        )

        try:
            answer = self._client().get_secret_value(SecretId=name)
        except (NoCredentialsError, NoRegionError):
            return None
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") == "ResourceNotFoundException":
                return None
            raise SecretError(f"AWS Secrets Manager refused {name!r}: {error}") from error
        except BotoCoreError as error:
            raise SecretError(
                f"AWS Secrets Manager can't be asked for {name!r}: {error}"
            ) from error
        value = answer.get("SecretString")
        return _with_hosts(value, name) if isinstance(value, str) else None

    def describe(self, *, credential: str | None = None, name: str | None = None) -> str:
        """See :class:`SecretSource`."""
        return f"a secret named {credential or name} in AWS Secrets Manager"

    def describe_hosts(self, *, credential: str | None = None, name: str | None = None) -> str:
        """See :class:`SecretSource`."""
        return f'"hosts" in the secret {credential or name} of AWS Secrets Manager'


def _with_hosts(text: str, name: str) -> Secret:
    try:
        content = json.loads(text)
    except ValueError:
        return Secret(text)
    if not isinstance(content, dict) or set(content) != {"value", "hosts"}:
        return Secret(text)
    value, hosts = content["value"], content["hosts"]
    if not isinstance(value, str) or not isinstance(hosts, list):
        raise SecretError(
            f'the secret {name!r} in AWS Secrets Manager must be a text, or {{"value": "...", '
            '"hosts": ["shop.example"]}'
        )
    return Secret(value, read_hosts(",".join(map(str, hosts)), f'"hosts" of the secret {name!r}'))


class ChainSource:
    """Several sources, asked in order."""

    def __init__(self, *sources: SecretSource) -> None:
        self._sources = sources

    def credential(self, key: str) -> Credential | None:
        """The first source's login for this key."""
        credentials = (source.credential(key) for source in self._sources)
        return next((credential for credential in credentials if credential is not None), None)

    def secret(self, name: str) -> Secret | None:
        """The first source's value for this name."""
        secrets = (source.secret(name) for source in self._sources)
        return next((secret for secret in secrets if secret is not None), None)

    def describe(self, *, credential: str | None = None, name: str | None = None) -> str:
        """What to set, in any of the sources."""
        if (item := VaultItem.parse(credential or name or "")) is not None:
            return setup_for(item.manager, item.name)
        if credential is not None:
            return self._sources[0].describe(credential=credential)
        return ", or ".join(filter(None, (each.describe(name=name) for each in self._sources)))

    def describe_hosts(self, *, credential: str | None = None, name: str | None = None) -> str:
        """What to set, in any of the sources."""
        if (item := VaultItem.parse(credential or name or "")) is not None:
            return f"the addresses of {item.name} in the password manager"
        if credential is not None:
            return self._sources[0].describe_hosts(credential=credential)
        hosts = (each.describe_hosts(name=name) for each in self._sources)
        return ", or ".join(filter(None, hosts))
