"""``skyvern-dagster keys``: the API keys of the REST shim."""

from __future__ import annotations

import json as json_module
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from skyvern_dagster.errors import OrganizationError
from skyvern_dagster.process.clock import naive, utc_now

if TYPE_CHECKING:
    from skyvern_dagster.organizations.api_keys import ApiKey, ApiKeys

app = typer.Typer(
    name="keys", help="Make, list and revoke API keys of the REST API.", no_args_is_help=True
)

Organization = Annotated[
    str, typer.Option("--organization", metavar="O", help="Its id; the default one if left out.")
]
Json = Annotated[bool, typer.Option("--json", help="Print machine-readable JSON on stdout.")]


@app.command()
def create(
    name: Annotated[str, typer.Option("--name", help="For people who look at the list.")] = "key",
    expires: Annotated[
        str, typer.Option("--expires", metavar="WHEN", help="90d, 12h, or a date in UTC.")
    ] = "",
    organization: Organization = "",
    json: Json = False,
) -> None:
    """Make an API key. The token is printed once and kept nowhere."""
    from skyvern_dagster.organizations.organization import DEFAULT_ORGANIZATION_ID

    expires_at = read_expiry(expires, utc_now()) if expires else None
    token, record = _keys().create(organization or DEFAULT_ORGANIZATION_ID, name, expires_at)
    if json:
        _print_json({"token": token, **_shown(record)})
        return
    until = f", expires {record.expires_at}" if record.expires_at else ""
    typer.echo(f"{record.key_id} of {record.organization_id}{until}", err=True)
    typer.echo(token)


@app.command(name="list")
def list_keys(organization: Organization = "", json: Json = False) -> None:
    """List the keys of an organization; tokens are not shown."""
    from skyvern_dagster.organizations.organization import DEFAULT_ORGANIZATION_ID

    records = _keys().list(organization or DEFAULT_ORGANIZATION_ID)
    if json:
        _print_json([_shown(record) for record in records])
        return
    for record in records:
        state = "usable" if record.is_usable else "revoked" if record.revoked_at else "expired"
        until = f" until {record.expires_at}" if record.expires_at else ""
        typer.echo(f"{record.key_id}  {state}{until}  {record.created_at:%Y-%m-%d}  {record.name}")
    if not records:
        typer.echo("no keys: make one with `skyvern-dagster keys create`", err=True)


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="KEY", help="A key's id (oat_...).")],
    organization: Organization = "",
    json: Json = False,
) -> None:
    """Take a key's access away, for good and at once."""
    from skyvern_dagster.organizations.organization import DEFAULT_ORGANIZATION_ID

    record = _keys().revoke(organization or DEFAULT_ORGANIZATION_ID, key_id)
    if json:
        _print_json(_shown(record))
    else:
        typer.echo(f"{record.key_id} was revoked at {record.revoked_at}")


def read_expiry(text: str, now: datetime) -> datetime:
    """``90d`` or ``12h`` from now, or an ISO date.

    Raises:
        OrganizationError: It is none of these.
    """
    match = re.fullmatch(r"(\d{1,5})([dh])", text.strip())
    if match:
        count = int(match.group(1))
        return now + (timedelta(days=count) if match.group(2) == "d" else timedelta(hours=count))
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise OrganizationError(
            f"--expires: {text!r} is no time: give 90d, 12h or a date such as 2027-01-31"
        ) from error
    return moment if moment.tzinfo is None else naive(moment)


def _keys() -> ApiKeys:
    from skyvern_dagster.artifacts.default_store import default_store
    from skyvern_dagster.organizations.api_keys import ApiKeys
    from skyvern_dagster.organizations.server_secret import server_secret

    return ApiKeys(default_store(), server_secret())


def _shown(record: ApiKey) -> dict[str, object]:
    return record.model_dump(mode="json", exclude={"token_sha256"})


def _print_json(value: object) -> None:
    typer.echo(json_module.dumps(value, indent=2))
