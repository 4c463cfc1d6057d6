"""API keys: what gives access, what doesn't, and what is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.errors import AccessError, OrganizationError
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID as ORGANIZATION
from skyvern_dagster.ids import new_id
from skyvern_dagster.organizations.api_keys import ApiKeys
from skyvern_dagster.organizations.server_secret import ServerSecret
from tests.office import wait_until

SECRET = ServerSecret("a secret of the tests, which is long enough")
HOUR = timedelta(hours=1)


def now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


@pytest.fixture
def keys(tmp_path: Path) -> ApiKeys:
    return ApiKeys(ArtifactStore(tmp_path), SECRET)


@pytest.mark.parametrize("form", ["{}", " {}\n", "Bearer {}", "bearer  {}", '"{}"', "'Bearer {}'"])
def test_a_key_gives_access(keys: ApiKeys, form: str) -> None:
    token, record = keys.create(ORGANIZATION, "mine", now() + HOUR)
    assert keys.check(form.format(token)) == record
    assert record.organization_id == ORGANIZATION
    claims = jwt.decode(token, options={"verify_signature": False})
    assert (claims["sub"], claims["jti"]) == (ORGANIZATION, record.key_id)
    assert jwt.get_unverified_header(token)["alg"] == "HS256"


@pytest.mark.parametrize(
    ("token", "detail"),
    [
        (None, "Invalid credentials"),
        ("", "Invalid credentials"),
        ("Bearer ", "Invalid credentials"),
        ("nonsense", "Could not validate credentials"),
        ("ü" * 10, "Could not validate credentials"),
        (jwt.encode({"sub": ORGANIZATION, "jti": "oat_1"}, "k" * 32), "Could not validate"),
        (jwt.encode({"sub": ORGANIZATION, "jti": "oat_1"}, "", "none"), "Could not validate"),
        (jwt.encode({"sub": ORGANIZATION}, SECRET.key_for("api-keys")), "Could not validate"),
        (
            jwt.encode({"sub": ORGANIZATION, "jti": "oat_1"}, SECRET.key_for("api-keys")),
            "Invalid credentials",
        ),
        (
            jwt.encode({"sub": "../o_1", "jti": "oat_1"}, SECRET.key_for("api-keys")),
            "Could not validate",
        ),
        (
            jwt.encode({"sub": ORGANIZATION, "jti": "../oat_1"}, SECRET.key_for("api-keys")),
            "Invalid credentials",
        ),
    ],
)
def test_what_gives_no_access(keys: ApiKeys, token: str | None, detail: str) -> None:
    with pytest.raises(AccessError, match=detail):
        keys.check(token)


def test_another_servers_key(tmp_path: Path, keys: ApiKeys) -> None:
    other = ApiKeys(ArtifactStore(tmp_path), ServerSecret("another secret, which is long enough"))
    token, record = other.create(ORGANIZATION, "theirs")
    with pytest.raises(AccessError, match="Could not validate credentials"):
        keys.check(token)
    with pytest.raises(OrganizationError, match="another server secret"):
        keys.signing_token(record)


def test_expired(keys: ApiKeys) -> None:
    token, record = keys.create(ORGANIZATION, "short", now() + timedelta(seconds=2))
    assert keys.check(token).is_usable
    wait_until(lambda: not record.is_usable)
    for each in (keys, ApiKeys(keys._store, SECRET)):  # with its cache, and without
        with pytest.raises(AccessError, match="Auth token is expired"):
            each.check(token)


def test_revoked_on_every_process(tmp_path: Path, keys: ApiKeys) -> None:
    other = ApiKeys(ArtifactStore(tmp_path), SECRET)
    token, record = keys.create(ORGANIZATION, "lost")
    assert keys.check(token) == other.check(token) == record

    revoked = keys.revoke(ORGANIZATION, record.key_id)

    assert revoked.revoked_at is not None
    assert keys.revoke(ORGANIZATION, record.key_id) == revoked
    with pytest.raises(AccessError, match="Your API key has been revoked"):
        keys.check(token)
    wait_until(lambda: refused(other, token), seconds=2)


def refused(keys: ApiKeys, token: str) -> bool:
    try:
        keys.check(token)
    except AccessError:
        return True
    return False


def test_the_token_is_kept_nowhere(tmp_path: Path, keys: ApiKeys) -> None:
    token, record = keys.create(ORGANIZATION, "mine")
    kept = [path.read_text() for path in tmp_path.rglob("*") if path.is_file()]
    assert len(kept) == 1
    assert token not in kept[0]
    assert token.rpartition(".")[2] not in kept[0]
    assert keys.signing_token(record) == token


def test_organizations_apart(keys: ApiKeys) -> None:
    other = new_id("o")
    _, mine = keys.create(ORGANIZATION, "mine")
    _, theirs = keys.create(other, "theirs")
    assert keys.list(ORGANIZATION) == (mine,)
    assert keys.list(other) == (theirs,)
    assert keys.get(ORGANIZATION, theirs.key_id) is None
    with pytest.raises(OrganizationError, match="has no API key"):
        keys.revoke(ORGANIZATION, theirs.key_id)


@pytest.mark.parametrize("organization_id", ["", "o_", "x_1", "o_1/../o_2", "../o_1", "o_1\n"])
def test_what_is_no_organization(keys: ApiKeys, organization_id: str) -> None:
    with pytest.raises(OrganizationError, match="looks like o_123"):
        keys.create(organization_id, "mine")


def test_oldest_first(keys: ApiKeys) -> None:
    made = [keys.create(ORGANIZATION, name)[1] for name in "abc"]
    assert keys.list(ORGANIZATION) == tuple(made)


def test_a_key_that_would_be_expired(keys: ApiKeys) -> None:
    with pytest.raises(OrganizationError, match="expires at"):
        keys.create(ORGANIZATION, "late", now())
