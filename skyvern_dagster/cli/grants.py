"""``skyvern-dagster grants``: which of the server's secrets an organization may use."""

from __future__ import annotations

import json as json_module
from typing import TYPE_CHECKING, Annotated

import typer

from skyvern_dagster.errors import OrganizationError

if TYPE_CHECKING:
    from skyvern_dagster.organizations.grants import Grant, GrantKind, GrantStore

app = typer.Typer(
    name="grants",
    help="Say which secrets of this server an organization's own definitions may use.",
    no_args_is_help=True,
)

Organization = Annotated[
    str, typer.Option("--organization", metavar="O", help="Its id; the default one if left out.")
]
Json = Annotated[bool, typer.Option("--json", help="Print machine-readable JSON on stdout.")]
Credentials = Annotated[
    list[str] | None,
    typer.Option(
        "--credential",
        metavar="NAME",
        help="A login: NAME of SKYVERN_CREDENTIAL_NAME_USERNAME. May be repeated.",
    ),
]
Secrets = Annotated[
    list[str] | None,
    typer.Option(
        "--secret",
        metavar="NAME",
        help="A single value: the aws_key of an aws_secret parameter. May be repeated.",
    ),
]


@app.command()
def add(
    credential: Credentials = None,
    secret: Secrets = None,
    host: Annotated[
        list[str] | None,
        typer.Option(
            "--host", metavar="HOST", help="Where it may be typed or sent. May be repeated."
        ),
    ] = None,
    organization: Organization = "",
    json: Json = False,
) -> None:
    """Let an organization use secrets of this server, on these hosts and those below them.

    A grant that is there gets these hosts instead. A login needs a host; a single value without one
    is never typed and never sent as a password, which is right for a mail server's name.

    Example: `skyvern-dagster grants add --credential shop --host shop.example`
    """
    hosts = _hosts(host or [])
    named = _named(credential, secret)
    if credential and not hosts:
        raise OrganizationError("--host: say where the login may be typed (shop.example)")
    owner, store = _organization(organization), _store()
    made = [store.add(owner, kind, name, hosts) for kind, name in named]
    _show(made, as_json=json)


@app.command(name="list")
def list_grants(organization: Organization = "", json: Json = False) -> None:
    """List the grants of an organization."""
    grants = _store().list(_organization(organization))
    _show(list(grants), as_json=json)
    if not grants and not json:
        typer.echo("no grants: make one with `skyvern-dagster grants add`", err=True)


@app.command()
def revoke(
    credential: Credentials = None,
    secret: Secrets = None,
    organization: Organization = "",
    json: Json = False,
) -> None:
    """Take grants back; what a run has looked up already, it has."""
    owner, store = _organization(organization), _store()
    _show([store.revoke(owner, *each) for each in _named(credential, secret)], as_json=json)


def _named(credentials: list[str] | None, secrets: list[str] | None) -> list[tuple[GrantKind, str]]:
    from skyvern_dagster.credentials.sources import credential_name

    named: list[tuple[GrantKind, str]] = [
        ("credential", credential_name(name)) for name in credentials or ()
    ]
    named += [("secret", name) for name in secrets or ()]
    if not named:
        raise OrganizationError("name what is meant: --credential NAME or --secret NAME")
    return named


def _hosts(given: list[str]) -> tuple[str, ...]:
    from skyvern_dagster.credentials.sources import read_hosts
    from skyvern_dagster.errors import SecretError

    try:
        return read_hosts(" ".join(given), "--host")
    except SecretError as error:
        raise OrganizationError(str(error)) from error


def _organization(given: str) -> str:
    from skyvern_dagster.organizations.organization import DEFAULT_ORGANIZATION_ID

    return given or DEFAULT_ORGANIZATION_ID


def _store() -> GrantStore:
    from skyvern_dagster.artifacts.default_store import default_store
    from skyvern_dagster.organizations.grants import GrantStore
    from skyvern_dagster.organizations.server_secret import server_secret

    return GrantStore(default_store(), server_secret())


def _show(grants: list[Grant], *, as_json: bool) -> None:
    if as_json:
        shown = [grant.model_dump(mode="json") for grant in grants]
        typer.echo(json_module.dumps(shown, indent=2))
        return
    for grant in grants:
        hosts = ", ".join(grant.hosts) or "-"
        typer.echo(f"{grant.kind:<10}  {grant.name}  {hosts}  {grant.created_at:%Y-%m-%d}")
