"""Stored credentials in the vault of a run."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import pyotp
import pytest

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.credentials.access import SecretAccess
from skyvern_dagster.credentials.declared_secrets import SecretDeclarations
from skyvern_dagster.credentials.organization_source import OrganizationSource
from skyvern_dagster.credentials.redaction import Redactor
from skyvern_dagster.credentials.sources import EnvironmentSource, Secret
from skyvern_dagster.credentials.vault import SecretVault
from skyvern_dagster.errors import SecretError
from skyvern_dagster.execution.declarations import declarations
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID as ORGANIZATION
from skyvern_dagster.ids import new_id
from skyvern_dagster.organizations.credential_store import (
    CredentialStore,
    CredentialValue,
    PasswordCredential,
    SecretCredential,
)
from skyvern_dagster.organizations.server_secret import ServerSecret
from skyvern_dagster.workflow.loader import load_text
from tests.organizations.test_credential_store import CARD

SECRET = ServerSecret("a secret of the tests, which is long enough")
TOTP = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LOGIN = PasswordCredential(username="ada", password="Planted-Password", totp=TOTP)
SHOP = "https://shop.example/"


@pytest.fixture
def credentials(tmp_path: Path) -> CredentialStore:
    return CredentialStore(ArtifactStore(tmp_path), SECRET)


def vault_for(
    credentials: CredentialStore, value: CredentialValue, organization_id: str = ORGANIZATION
) -> SecretVault:
    """A vault of an organization's run, whose parameter ``shop`` names a stored credential."""
    made = credentials.create(ORGANIZATION, "shop", value)
    source = OrganizationSource(lambda: credentials, organization_id, EnvironmentSource({}))
    declared = SecretDeclarations(
        credentials={"shop": ()}, credential_ids={"shop": made.credential_id}
    )
    return SecretVault(declared, SecretAccess(source, source), Redactor())


def typed(vault: SecretVault, text: str) -> str:
    return vault.type_out(text, page_url=SHOP, home_url=SHOP)


def test_a_login(credentials: CredentialStore) -> None:
    vault = vault_for(credentials, LOGIN)
    assert vault.payload("shop") == {
        "username": "secret://shop/username",
        "password": "secret://shop/password",
        "totp": "secret://shop/totp",
    }
    assert typed(vault, "secret://shop/username") == "ada"
    assert typed(vault, "secret://shop/password") == "Planted-Password"
    code = vault.one_time_code("shop", page_url=SHOP, home_url=SHOP)
    assert pyotp.TOTP(TOTP).verify(code, valid_window=1)
    assert "Planted" not in vault.redactor.text("it was Planted-Password")


def test_a_card(credentials: CredentialStore) -> None:
    vault = vault_for(credentials, CARD)
    payload = vault.payload("shop")
    assert isinstance(payload, dict)
    assert payload["card_number"] == "secret://shop/card_number"
    assert "username" not in payload
    assert {name: typed(vault, text) for name, text in payload.items()} == CARD.model_dump(
        exclude={"credential_type"}
    )
    shown = vault.redactor.text(f"{CARD.card_number} of {CARD.card_holder_name}, 05/2031, visa")
    assert shown == "***** of *****, 05/2031, visa"
    with pytest.raises(SecretError, match="not the site"):
        vault.type_out(payload["card_number"], page_url="https://evil.example/", home_url=SHOP)


def test_a_single_secret(credentials: CredentialStore) -> None:
    vault = vault_for(credentials, SecretCredential(secret_value="Planted-Value"))
    assert vault.payload("shop") == {"secret_value": "secret://shop/secret_value"}
    assert typed(vault, "key secret://shop/secret_value") == "key Planted-Value"
    with pytest.raises(SecretError, match="has no card_cvv"):
        typed(vault, "secret://shop/card_cvv")


def test_of_another_organization(credentials: CredentialStore) -> None:
    other = new_id("o")
    vault = vault_for(credentials, LOGIN, other)
    with pytest.raises(SecretError, match=f"no values for .*'shop'.*{other}"):
        vault.payload("shop")


def test_names_of_other_kinds_are_asked_for_elsewhere() -> None:
    """Without the server's secret, which a run on a laptop need not have."""

    def no_store() -> NoReturn:
        raise AssertionError("nobody should ask for the store")

    environment = {
        "SKYVERN_CREDENTIAL_SHOP_USERNAME": "bob",
        "SKYVERN_CREDENTIAL_SHOP_PASSWORD": "hunter22",
        "MAIL": "x",
    }
    source = OrganizationSource(no_store, ORGANIZATION, EnvironmentSource(environment))
    found = source.credential("shop")
    assert found is not None
    assert found.username == "bob"
    assert source.secret("MAIL") == Secret("x")
    assert source.describe(name="MAIL") == "MAIL in the environment"
    assert "SKYVERN_CREDENTIAL_X_USERNAME" in source.describe(credential="x")


def test_what_a_definition_declares() -> None:
    text = """
title: T
workflow_definition:
  parameters:
    - {parameter_type: credential, key: plain}
    - {parameter_type: credential, key: fixed, credential_id: cred_1}
    - {parameter_type: credential, key: chosen, credential_id: which, allowed_hosts: [a.example]}
    - {parameter_type: workflow, key: which, workflow_parameter_type: credential_id}
    - {parameter_type: workflow, key: usual, workflow_parameter_type: credential_id,
       default_value: cred_3}
    - {parameter_type: workflow, key: other}
  blocks:
    - {block_type: task, label: a, url: https://shop.example}
"""
    workflow = load_text(text, source="t", name="t")
    found = declarations(workflow, {"which": "cred_2", "other": "cred_9"})
    assert found.credential_ids == {
        "fixed": "cred_1",
        "chosen": "cred_2",
        "which": "cred_2",
        "usual": "cred_3",
    }
    assert found.given == {"chosen", "which"}
    assert set(found.credentials) == {"plain", "fixed", "chosen", "which", "usual"}
    assert found.credentials["chosen"] == ("a.example",)
