"""Dagster's webserver of a deployment, with access checked.

``python -m skyvern_dagster.deployment.webserver HOST PORT WORKSPACE``; hosts and token stand in
``SKYVERN_DAGSTER_HOSTS`` and ``SKYVERN_DAGSTER_TOKEN``.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import dagster as dg

from skyvern_dagster.compiler.dagster_internals import keep_connections, webserver_app
from skyvern_dagster.errors import RunError

TOKEN = "SKYVERN_DAGSTER_TOKEN"  # noqa: S105 - the variable's name
HOSTS = "SKYVERN_DAGSTER_HOSTS"
TOKEN_FILE = "dagster_token"  # noqa: S105 - the file's name
"""Its name in the home folder."""

_SHORTEST = 16
"""Characters. Shorter ones are guessed by a machine that may ask as often as it likes."""

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_END_SECONDS = 5
"""Arbitrary: subscriptions of open pages never end by themselves."""


def main(arguments: Sequence[str]) -> None:
    """Serves until SIGTERM."""
    import uvicorn

    from skyvern_dagster.deployment.webserver_access import GuardedWebserver, WebserverAccess

    host, port, workspace = arguments
    access = WebserverAccess(hosts_of(os.environ), os.environ.get(TOKEN, ""))
    with dg.DagsterInstance.get() as instance:
        keep_connections(instance)
        with webserver_app(instance, Path(workspace)) as app:
            uvicorn.run(
                GuardedWebserver(app, access),
                host=host,
                port=int(port),
                log_level="warning",
                timeout_graceful_shutdown=_END_SECONDS,
            )


def hosts_of(environment: Mapping[str, str]) -> frozenset[str]:
    """The names that the operator has listed, with commas."""
    given = environment.get(HOSTS, "").split(",")
    return frozenset(each.strip().lower() for each in given if each.strip())


def token_for(host: str, home: Path, environment: Mapping[str, str]) -> str:
    """The token that clients of Dagster's webserver need; empty where none is needed.

    None is needed where only this machine reaches it, by its own names. Otherwise the operator's
    (``SKYVERN_DAGSTER_TOKEN``) counts, else one that is made once and kept in the home folder.

    Raises:
        RunError: The operator's is too short.
    """
    given = environment.get(TOKEN, "")
    if given:
        if len(given) < _SHORTEST:
            raise RunError(f"{TOKEN} has {len(given)} characters and needs {_SHORTEST}")
        return given
    if host in _LOOPBACK and not hosts_of(environment):
        return ""
    return _kept(home / TOKEN_FILE)


def _kept(file: Path) -> str:
    try:
        with open(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as made:  # noqa: PTH123
            made.write(secrets.token_urlsafe(32))
    except FileExistsError:
        pass
    return file.read_text(encoding="utf-8").strip()


if __name__ == "__main__":
    main(sys.argv[1:])
