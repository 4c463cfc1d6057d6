"""``skyvern-dagster keys``, as a person uses it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.cli.keys import read_expiry
from skyvern_dagster.errors import AccessError, OrganizationError
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID, new_id
from skyvern_dagster.organizations.api_keys import ApiKeys
from skyvern_dagster.organizations.server_secret import ServerSecret
from tests.office import skyvern_dagster

NOW = datetime.fromisoformat("2026-05-01T12:00:00")


def keys(*arguments: str) -> tuple[int | None, str, str]:
    process = skyvern_dagster("keys", *arguments)
    output, errors = process.communicate(timeout=60)
    return process.returncode, output, errors


def test_made_listed_and_revoked(home: Path) -> None:
    _, token, told = keys("create", "--name", "ci", "--expires", "90d")
    checker = ApiKeys(ArtifactStore(home / "artifacts"), ServerSecret.load(home / "secret.key"))
    record = checker.check(token)
    assert record.organization_id == DEFAULT_ORGANIZATION_ID
    assert record.key_id in told

    _, listed, _ = keys("list", "--json")
    (shown,) = json.loads(listed)
    assert (shown["key_id"], shown["name"]) == (record.key_id, "ci")
    assert "sha256" not in listed
    assert token.strip() not in listed

    code, told, _ = keys("revoke", record.key_id)
    assert code == 0
    assert record.key_id in told
    with pytest.raises(AccessError):
        ApiKeys(ArtifactStore(home / "artifacts"), ServerSecret.load(home / "secret.key")).check(
            token
        )
    assert "revoked" in keys("list")[1]


def test_another_organization(home: Path) -> None:
    organization = new_id("o")
    made = json.loads(keys("create", "--organization", organization, "--json")[1])
    assert made["organization_id"] == organization
    assert made["token"].count(".") == 2
    assert "no keys" in keys("list")[2]
    code, _, told = keys("revoke", made["key_id"])
    assert code == 1
    assert "has no API key" in told


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90d", NOW + timedelta(days=90)),
        ("12h", NOW + timedelta(hours=12)),
        ("2027-01-31", datetime.fromisoformat("2027-01-31T00:00:00")),
        ("2027-01-31T10:00:00+02:00", datetime.fromisoformat("2027-01-31T08:00:00")),
    ],
)
def test_expiry(text: str, expected: datetime) -> None:
    assert read_expiry(text, NOW) == expected


@pytest.mark.parametrize("text", ["soon", "90", "-1d", "2027-13-01"])
def test_no_expiry(text: str) -> None:
    with pytest.raises(OrganizationError, match="--expires"):
        read_expiry(text, NOW)
