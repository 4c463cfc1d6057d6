"""Parameters whose values lie in a password manager: where they are looked for, and by whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.credentials.access import SecretAccess
from skyvern_dagster.credentials.configured_sources import configured_sources
from skyvern_dagster.credentials.granted_source import GrantedSource
from skyvern_dagster.credentials.redaction import Redactor
from skyvern_dagster.credentials.sources import SecretSource, credential_name
from skyvern_dagster.credentials.vault import SecretVault
from skyvern_dagster.errors import SecretError
from skyvern_dagster.execution.declarations import declarations
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID
from skyvern_dagster.organizations.grants import GrantStore
from skyvern_dagster.organizations.server_secret import SECRET_FILE, ServerSecret
from skyvern_dagster.workflow.loader import load_text
from tests.credentials.password_managers import OP_LOGIN, install_bw, served

DEFINITION = """
title: T
workflow_definition:
  parameters:
    - {parameter_type: workflow, key: portal, default_value: 'https://shop.example/'}
    - {parameter_type: bitwarden_login_credential, key: login, bitwarden_collection_id: c-1,
       url_parameter_key: portal}
    - {parameter_type: bitwarden_credit_card_data, key: card, bitwarden_collection_id: c-1,
       bitwarden_item_id: i-2}
    - {parameter_type: bitwarden_sensitive_information, key: person, bitwarden_collection_id: c-1,
       bitwarden_identity_key: person-77, bitwarden_identity_fields: [ssn, Member ID]}
    - {parameter_type: onepassword, key: vendor, vault_id: v1, item_id: i1}
    - {parameter_type: azure_vault_credential, key: bank, vault_name: v, username_key: u,
       password_key: p}
    - {parameter_type: azure_secret, key: token, vault_name: v, azure_key: t}
    - {parameter_type: credential, key: several, credential_id: gone, credential_ids: [second],
       fallback_credential_ids: [third]}
  blocks:
    - {block_type: task, label: a, url: portal}
"""
MAPPED = {
    "SKYVERN_CREDENTIAL_LOGIN_USERNAME": "mapped", "SKYVERN_CREDENTIAL_LOGIN_PASSWORD": "hunter33",
    "SKYVERN_CREDENTIAL_THIRD_USERNAME": "third", "SKYVERN_CREDENTIAL_THIRD_PASSWORD": "hunter44",
}  # fmt: skip
BW = {"BW_CLIENTID": "user.1", "BW_CLIENTSECRET": "s3", "BW_PASSWORD": "m4ster"}


def vault(source: SecretSource) -> SecretVault:
    workflow = load_text(DEFINITION, source="t", name="t")
    declared = declarations(workflow, {})
    return SecretVault(declared, SecretAccess.of_operator(source), Redactor())


def typed(found: SecretVault, reference: str) -> str:
    page = "https://shop.example/"
    return found.type_out(reference, page_url=page, home_url=page)


def test_any_source_that_the_deployment_maps_to_it() -> None:
    found = vault(configured_sources(None, MAPPED))
    assert found.payload("login") == {
        "username": "secret://login/username", "password": "secret://login/password",
    }  # fmt: skip
    assert typed(found, "secret://login/password") == "hunter33"
    assert typed(found, "secret://several/username") == "third"
    with pytest.raises(SecretError) as caught:
        found.payload("card")
    assert str(caught.value) == (
        "no values for credential parameter 'card': set SKYVERN_CREDENTIAL_CARD_USERNAME and "
        "SKYVERN_CREDENTIAL_CARD_PASSWORD in the environment, or BW_CLIENTID, BW_CLIENTSECRET and "
        "BW_PASSWORD where Bitwarden's command `bw` is installed, or SKYVERN_BITWARDEN_URL to the "
        "address of a `bw serve`: for bitwarden://c-1/i-2"
    )


def test_the_password_manager_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(install_bw(tmp_path)), prepend=":")
    with served({"/v1/vaults/v1/items/i1": OP_LOGIN}) as url:
        connect = {"OP_CONNECT_HOST": url, "OP_CONNECT_TOKEN": "t"}
        found = vault(configured_sources(None, {**BW, **connect, "PATH": str(tmp_path)}))
        assert found.payload("login") == {
            "username": "secret://login/username", "password": "secret://login/password",
            "totp": "secret://login/totp",
        }  # fmt: skip
        assert found.payload("vendor") is not None
    assert typed(found, "secret://login/password") == "hunter22"
    assert found.payload("person") == {
        "ssn": "secret://person/field_ssn", "Member ID": "secret://person/field_Member_ID",
    }  # fmt: skip
    assert typed(found, "secret://person/field_Member_ID") == "M-5"
    assert typed(found, "secret://card/card_number") == "4111111111111111"
    assert found.redactor.text("M-5 and 4111111111111111").count("4111") == 0
    elsewhere = "https://evil.example/"
    with pytest.raises(SecretError, match=r"is none of its hosts"):
        found.type_out("secret://login/password", page_url=elsewhere, home_url=elsewhere)


def test_over_rest_only_what_was_granted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(install_bw(tmp_path)), prepend=":")
    store = ArtifactStore(tmp_path / "artifacts")
    grants = GrantStore(store, ServerSecret.load(tmp_path / SECRET_FILE))
    server = configured_sources(None, {**BW, **MAPPED, "PATH": str(tmp_path)})
    source = GrantedSource(lambda: grants, DEFAULT_ORGANIZATION_ID, server)

    def grant(name: str) -> None:
        grants.add(DEFAULT_ORGANIZATION_ID, "credential", credential_name(name), ("shop.example",))

    assert source.credential("login") is None
    assert source.credential("bitwarden://c-1/i-2") is None
    grant("bitwarden://c-1/i-2")
    card = source.credential("bitwarden://c-1/i-2")
    assert card is not None
    assert card.hosts == ("shop.example",)
    assert source.credential("bitwarden://c-1/i-1") is None
    assert source.credential("bitwarden://c-1/i-2/../i-1") is None
    grant("bitwarden://c-1/")
    assert source.credential("bitwarden://c-1/?url=https://shop.example/") is not None
    assert source.credential("bitwarden://c-1/i-4") is None  # it lies in another collection
    assert "grants add" in source.describe(credential="bitwarden://c-2/i-4")


def test_what_follows_a_secret_in_an_address_is_no_field() -> None:
    workflow = load_text(DEFINITION, source="t", name="t")
    access = SecretAccess(
        configured_sources(None, {}), configured_sources(None, {}), run={"TOKEN": "a1b2c3"}
    )
    found = SecretVault(declarations(workflow, {}), access, Redactor())
    assert found.address("https://x.example/secret://TOKEN/orders") == (
        "https://x.example/a1b2c3/orders"
    )
