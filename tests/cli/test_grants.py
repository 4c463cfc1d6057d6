"""``skyvern-dagster grants``, as an operator uses it."""

from __future__ import annotations

import json
from pathlib import Path

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID, new_id
from skyvern_dagster.organizations.grants import GrantStore
from skyvern_dagster.organizations.server_secret import ServerSecret
from tests.office import skyvern_dagster


def grants(*arguments: str) -> tuple[int | None, str, str]:
    process = skyvern_dagster("grants", *arguments)
    output, errors = process.communicate(timeout=60)
    return process.returncode, output, errors


def test_added_listed_and_revoked(home: Path) -> None:
    organization = new_id("o")
    whose = ("--organization", organization)
    code, told, _ = grants("add", "--credential", "shop", "--host", "shop.example", *whose)
    assert code == 0
    assert "SHOP" in told
    assert grants("add", "--secret", "SMTP_HOST", "--secret", "SMTP_PORT", *whose)[0] == 0
    listed = json.loads(grants("list", *whose, "--json")[1])
    assert [(each["kind"], each["name"], each["hosts"]) for each in listed] == [
        ("credential", "SHOP", ["shop.example"]),
        ("secret", "SMTP_HOST", []),
        ("secret", "SMTP_PORT", []),
    ]
    assert "no grants" in grants("list")[2]  # of the default organization

    store = GrantStore(ArtifactStore(home / "artifacts"), ServerSecret.load(home / "secret.key"))
    assert store.get(organization, "credential", "SHOP") is not None
    assert store.get(DEFAULT_ORGANIZATION_ID, "credential", "SHOP") is None

    assert grants("revoke", "--credential", "Shop", *whose)[0] == 0
    assert store.get(organization, "credential", "SHOP") is None
    code, _, told = grants("revoke", "--credential", "shop", *whose)
    assert code == 1
    assert "has no grant" in told


def test_what_is_refused(home: Path) -> None:
    del home
    for arguments, said in (
        (("add", "--host", "a.example"), "name what is meant"),
        (("add", "--credential", "shop"), "say where the login may be typed"),
        (("add", "--credential", "shop", "--host", "https://a.example"), "--host must be hosts"),
        (("list", "--organization", "acme"), "looks like o_123"),
    ):
        code, _, told = grants(*arguments)
        assert (code, said in told) == (1, True), told
