"""Where secret values come from: the environment first, AWS Secrets Manager behind it."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from skyvern_dagster.errors import SecretError


@dataclass(frozen=True)
class Credential:
    """A login, or something else that is typed into forms; never printed.

    Attributes:
        username: Empty for what is no login.
        fields: What is no login: field of a reference -> value, for instance ``card_number``.
    """

    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    totp_secret: str | None = field(default=None, repr=False)
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)


class SecretSource(Protocol):
    """Gives secret values by name; ``None`` when it doesn't hold one."""

    def credential(self, key: str) -> Credential | None:
        """The login for a ``credential`` parameter.

        Raises:
            SecretError: It is there but incomplete, or the source can't be asked.
        """
        ...

    def value(self, name: str) -> str | None:
        """The value for an ``aws_secret`` parameter's ``aws_key``.

        Raises:
            SecretError: The source can't be asked.
        """
        ...

    def describe(self, *, credential: str | None = None, name: str | None = None) -> str:
        """What a person has to set so that the secret is found here."""
        ...


class EnvironmentSource:
    """``SKYVERN_CREDENTIAL_<KEY>_USERNAME``, ``_PASSWORD``, ``_TOTP_SECRET``, and plain names."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment

    def credential(self, key: str) -> Credential | None:
        """See :class:`SecretSource`."""
        prefix = _prefix(key)
        username = self._environment.get(f"{prefix}_USERNAME")
        password = self._environment.get(f"{prefix}_PASSWORD")
        if not username and not password:
            return None
        if not username or not password:
            missing = "PASSWORD" if username else "USERNAME"
            raise SecretError(
                f"credential {key!r} is incomplete: set {prefix}_{missing} in the environment"
            )
        totp_secret = self._environment.get(f"{prefix}_TOTP_SECRET") or None
        return Credential(username, password, totp_secret)

    def value(self, name: str) -> str | None:
        """See :class:`SecretSource`; an empty value is a value."""
        return self._environment.get(name)

    def describe(self, *, credential: str | None = None, name: str | None = None) -> str:
        """See :class:`SecretSource`."""
        if credential is not None:
            prefix = _prefix(credential)
            return f"{prefix}_USERNAME and {prefix}_PASSWORD in the environment"
        return f"{name} in the environment"


def _prefix(key: str) -> str:
    return "SKYVERN_CREDENTIAL_" + re.sub(r"[^A-Z0-9_]", "_", key.upper())


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

    def value(self, name: str) -> str | None:
        """See :class:`SecretSource`."""
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
        return value if isinstance(value, str) else None

    def describe(self, *, credential: str | None = None, name: str | None = None) -> str:
        """See :class:`SecretSource`."""
        return f"a secret named {credential or name} in AWS Secrets Manager"


class ChainSource:
    """Several sources, asked in order."""

    def __init__(self, *sources: SecretSource) -> None:
        self._sources = sources

    def credential(self, key: str) -> Credential | None:
        """The first source's login for this key."""
        found = (source.credential(key) for source in self._sources)
        return next((credential for credential in found if credential is not None), None)

    def value(self, name: str) -> str | None:
        """The first source's value for this name."""
        found = (source.value(name) for source in self._sources)
        return next((value for value in found if value is not None), None)

    def describe(self, *, credential: str | None = None, name: str | None = None) -> str:
        """What to set, in any of the sources."""
        if credential is not None:
            return self._sources[0].describe(credential=credential)
        return ", or ".join(source.describe(name=name) for source in self._sources)
