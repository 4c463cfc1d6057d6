"""The sources of secrets that a deployment has: ours, as its environment says, and other packages'.

A package adds one by an entry point of the group ``skyvern_dagster.secret_sources``: an object that
is called without arguments and gives a :class:`~skyvern_dagster.credentials.sources.SecretSource`,
or ``None`` where it isn't configured.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from skyvern_dagster.credentials.azure_key_vault import azure_source
from skyvern_dagster.credentials.bitwarden import bitwarden_source
from skyvern_dagster.credentials.http_source import http_source
from skyvern_dagster.credentials.onepassword import onepassword_source
from skyvern_dagster.credentials.secret_files import SecretFiles
from skyvern_dagster.credentials.sources import (
    AwsSecretsManagerSource,
    ChainSource,
    EnvironmentSource,
    SecretSource,
)

ENTRY_POINTS = "skyvern_dagster.secret_sources"
"""The group of entry points that give further sources."""

_MANAGERS: tuple[Callable[[Mapping[str, str]], SecretSource | None], ...] = (
    bitwarden_source,
    onepassword_source,
    azure_source,
    http_source,
)


def configured_sources(
    aws_client: Callable[[], Any] | None, environment: Mapping[str, str] | None = None
) -> ChainSource:
    """All sources, in the order in which they are asked: the nearest first.

    Args:
        aws_client: Gives the client of AWS Secrets Manager, where that is to be asked.
        environment: That of the process, unless another is given.
    """
    return ChainSource(*_sources(aws_client, os.environ if environment is None else environment))


def _sources(
    aws_client: Callable[[], Any] | None, environment: Mapping[str, str]
) -> Iterator[SecretSource]:
    yield EnvironmentSource(environment)
    if folder := environment.get("SKYVERN_SECRETS_DIR"):
        yield EnvironmentSource(SecretFiles(Path(folder)), place=f"a file in {folder}")
    for manager in _MANAGERS:
        if (source := manager(environment)) is not None:
            yield source
    for make in sources_of_packages():
        if (source := make()) is not None:
            yield source
    if aws_client is not None:
        yield AwsSecretsManagerSource(aws_client)


@cache
def sources_of_packages() -> tuple[Callable[[], SecretSource | None], ...]:
    """What packages offer; all of them are looked through for that, once a process."""
    return tuple(point.load() for point in entry_points(group=ENTRY_POINTS))
