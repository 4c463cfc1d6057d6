"""Stored credentials: whose they are, what is shown of them, and what lies on the disk."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.errors import OrganizationError
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID as ORGANIZATION
from skyvern_dagster.ids import new_id
from skyvern_dagster.organizations.credential_store import (
    CredentialStore,
    CredentialValue,
    CreditCardCredential,
    PasswordCredential,
    SecretCredential,
    shown,
)
from skyvern_dagster.organizations.server_secret import ServerSecret

SECRET = ServerSecret("a secret of the tests, which is long enough")
LOGIN = PasswordCredential(username="ada", password="Planted-Password", totp="PLANTEDTOTPSECRE")
CARD = CreditCardCredential(
    card_number="4111 1111 1111 4242",
    card_cvv="987",
    card_exp_month="05",
    card_exp_year="2031",
    card_brand="visa",
    card_holder_name="Ada Planted Byrne",
)
SINGLE = SecretCredential(secret_value="Planted-Secret-Value", secret_label="API key")
# Three digits stand by chance in an id of eighteen, or in a time: alone they are a card's.
PLANTED = re.compile(r"Planted|PLANTED|4111 1111|41111111|\b(?:987|2031)\b")


@pytest.fixture
def credentials(tmp_path: Path) -> CredentialStore:
    return CredentialStore(ArtifactStore(tmp_path), SECRET)


@pytest.mark.parametrize("value", [LOGIN, CARD, SINGLE])
def test_kept_and_read(credentials: CredentialStore, value: CredentialValue) -> None:
    made = credentials.create(ORGANIZATION, "shop", value)
    assert made.credential_id.startswith("cred_")
    assert credentials.get(ORGANIZATION, made.credential_id) == made
    assert made.value == value


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (LOGIN, {"username": "ada", "totp_type": "authenticator"}),
        (CARD, {"card_last_four": "4242", "card_brand": "visa"}),
        (SINGLE, {"secret_label": "API key"}),
    ],
)
def test_what_is_shown(
    credentials: CredentialStore, value: CredentialValue, said: dict[str, str]
) -> None:
    made = credentials.create(ORGANIZATION, "shop", value)
    answer = shown(made).model_dump(mode="json", exclude_none=True)
    assert {name: answer[name] for name in said} == said
    assert set(answer) - set(said) == {
        "credential_id", "organization_id", "name", "credential_type", "created_at", "modified_at",
        "hosts",
    }  # fmt: skip
    for text in (str(answer), repr(made), repr(value), str(made)):
        assert not PLANTED.search(text), text


def test_a_number_that_is_too_short_to_show_some_of(credentials: CredentialStore) -> None:
    made = credentials.create(
        ORGANIZATION, "x", CARD.model_copy(update={"card_number": "4242 4242"})
    )
    assert shown(made).card_last_four is None


def test_nothing_can_be_read_on_the_disk(credentials: CredentialStore, tmp_path: Path) -> None:
    for value in (LOGIN, CARD, SINGLE):
        credentials.create(ORGANIZATION, "shop", value)
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert len(kept) == 3
    for token in kept:
        # Nothing stands beside the token, and its bytes are Fernet's: version, time, cipher text.
        sealed = base64.b64decode(token, altchars=b"-_", validate=True)
        assert sealed[0] == 0x80
        # Only what is too long to stand in random bytes by chance.
        for each in (b"Planted", b"PLANTED", b"4111 1111", b"41111111", b"password"):
            assert each not in token + sealed


def test_listed_changed_and_deleted(credentials: CredentialStore) -> None:
    first = credentials.create(ORGANIZATION, "first", LOGIN)
    second = credentials.create(ORGANIZATION, "second", CARD)
    assert credentials.list(ORGANIZATION) == (second, first)

    changed = credentials.update(ORGANIZATION, first.credential_id, "renamed", SINGLE)
    assert (changed.name, changed.value, changed.created_at) == (
        "renamed",
        SINGLE,
        first.created_at,
    )
    assert credentials.get(ORGANIZATION, first.credential_id) == changed

    credentials.delete(ORGANIZATION, first.credential_id)
    assert credentials.list(ORGANIZATION) == (second,)
    with pytest.raises(OrganizationError, match="has no credential"):
        credentials.delete(ORGANIZATION, first.credential_id)
    with pytest.raises(OrganizationError, match="has no credential"):
        credentials.update(ORGANIZATION, first.credential_id, "x", LOGIN)


def test_of_another_organization(credentials: CredentialStore) -> None:
    made = credentials.create(ORGANIZATION, "shop", LOGIN)
    other = new_id("o")
    assert credentials.get(other, made.credential_id) is None
    assert credentials.list(other) == ()
    with pytest.raises(OrganizationError, match="has no credential"):
        credentials.delete(other, made.credential_id)
    path = f"../{ORGANIZATION}/credentials/{made.credential_id}"
    assert credentials.get(other, path) is None


def test_with_another_server_secret(credentials: CredentialStore, tmp_path: Path) -> None:
    made = credentials.create(ORGANIZATION, "shop", LOGIN)
    other = CredentialStore(
        ArtifactStore(tmp_path), ServerSecret("another secret, which is long enough")
    )
    with pytest.raises(OrganizationError, match="another server secret"):
        other.get(ORGANIZATION, made.credential_id)


def test_errors_do_not_show_what_was_given() -> None:
    with pytest.raises(ValueError, match="password") as caught:
        PasswordCredential.model_validate({"username": "ada", "password": ["Planted-Password"]})
    assert "Planted" not in str(caught.value)
