"""Bitwarden, 1Password, Azure Key Vault, a server of one's own, and secret files."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from skyvern_dagster.credentials.azure_key_vault import AzureKeyVaultSource
from skyvern_dagster.credentials.bitwarden import BitwardenCommand, BitwardenServe, BitwardenSource
from skyvern_dagster.credentials.configured_sources import configured_sources
from skyvern_dagster.credentials.http_source import HttpSource
from skyvern_dagster.credentials.onepassword import (
    OnePasswordCommand,
    OnePasswordConnect,
    OnePasswordSource,
)
from skyvern_dagster.credentials.sources import Credential, Secret
from skyvern_dagster.errors import SecretError
from tests.credentials.password_managers import (
    CARD,
    IDENTITY,
    ITEMS,
    LOGIN,
    OP_CARD,
    OP_LOGIN,
    OTHER,
    install_bw,
    install_op,
    served,
)

BW = {"BW_CLIENTID": "user.1", "BW_CLIENTSECRET": "s3", "BW_PASSWORD": "m4ster"}


@pytest.fixture(params=["command", "serve"])
def bitwarden(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[BitwardenSource]:
    if request.param == "command":
        monkeypatch.setenv("PATH", str(install_bw(tmp_path)), prepend=":")
        yield BitwardenSource(BitwardenCommand(BW))
        return
    answers: dict[str, Any] = {
        f"/object/item/{each['id']}": {"success": True, "data": each} for each in ITEMS
    }
    first = [LOGIN, CARD, IDENTITY]
    listed = {"": ITEMS, "?collectionId=c-1": first, "?collectionId=c-2": [OTHER]}
    for page in ("https%3A%2F%2Fshop.example%2Forders", "https%3A%2F%2Felse.example"):
        listed[f"?collectionId=c-1&url={page}"] = [LOGIN]
    answers |= {
        f"/list/object/items{query}": {"success": True, "data": {"data": found}}
        for query, found in listed.items()
    }
    with served(answers) as url:
        yield BitwardenSource(BitwardenServe(url))


def test_bitwarden(bitwarden: BitwardenSource) -> None:
    login = Credential("ada", "hunter22", "JBSWY3DPEHPK3PXP", hosts=("shop.example", "sso.example"))
    assert bitwarden.credential("bitwarden://c-1/i-1") == login
    by_url = "bitwarden://c-1/?url=https%3A%2F%2Fshop.example%2Forders"
    assert bitwarden.credential(by_url) == login
    assert bitwarden.credential("bitwarden://c-1/?url=https%3A%2F%2Felse.example") is None
    card = bitwarden.credential("bitwarden://c-1/i-2")
    assert card is not None
    assert card.fields == {
        "card_number": "4111111111111111", "card_cvv": "123", "card_exp_month": "2",
        "card_exp_year": "2030", "card_brand": "Visa", "card_holder_name": "Ada",
    }  # fmt: skip
    person = bitwarden.credential("bitwarden://c-1/?named=person-77&fields=ssn,Member ID")
    assert person is not None
    assert person.fields == {"ssn": "078-05-1120", "Member ID": "M-5"}


def test_an_item_of_another_collection_is_not_reached(bitwarden: BitwardenSource) -> None:
    """A grant is for a collection."""
    assert bitwarden.credential("bitwarden://c-1/i-4") is None
    assert bitwarden.credential("bitwarden://c-1/gone") is None
    assert bitwarden.credential("bitwarden://c-2/i-4") is not None
    assert bitwarden.credential("shop") is None


def test_bitwarden_says_what_it_lacks(bitwarden: BitwardenSource) -> None:
    with pytest.raises(SecretError, match=r"has no field 'passport'; it has: ssn, firstName, Mem"):
        bitwarden.credential("bitwarden://c-1/?named=person-77&fields=passport")


def test_a_refused_command_tells_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(install_bw(tmp_path)), prepend=":")
    source = BitwardenSource(BitwardenCommand({**BW, "BW_CLIENTSECRET": "wrong-secret"}))
    with pytest.raises(SecretError, match="`bw login` failed") as caught:
        source.credential("bitwarden://c-1/i-1")
    assert "wrong-secret" not in str(caught.value)
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    with pytest.raises(SecretError, match="the command 'bw' isn't there"):
        BitwardenSource(BitwardenCommand(BW)).credential("bitwarden://c-1/i-1")


@pytest.fixture(params=["command", "connect"])
def onepassword(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OnePasswordSource]:
    if request.param == "command":
        monkeypatch.setenv("PATH", str(install_op(tmp_path)), prepend=":")
        yield OnePasswordSource(OnePasswordCommand({"OP_SERVICE_ACCOUNT_TOKEN": "ops_1"}))
        return
    answers = {f"/v1/vaults/v1/items/{each['id']}": each for each in (OP_LOGIN, OP_CARD)}
    with served(answers, token="t1") as url:
        yield OnePasswordSource(OnePasswordConnect(url, "t1"))


def test_onepassword(onepassword: OnePasswordSource) -> None:
    assert onepassword.credential("op://v1/i1") == Credential(
        "ada", "hunter22", "JBSWY3DPEHPK3PXP", hosts=("shop.example",)
    )
    second = onepassword.credential("op://v1/i1?totp=second")
    assert second is not None
    assert second.totp_secret == "KRSXG5A"
    card = onepassword.credential("op://v1/i2")
    assert card is not None
    assert card.fields == {
        "card_number": "4111111111111111", "card_cvv": "123", "card_holder_name": "Ada",
        "card_exp_month": "02", "card_exp_year": "2030",
    }  # fmt: skip
    assert onepassword.secret("op://v1/i1/API key") == Secret("abc123", ("shop.example",))
    assert onepassword.secret("op://v1/i1/gone") is None
    assert onepassword.credential("op://v2/i1") is None
    assert onepassword.credential("shop") is None


def test_a_refused_token() -> None:
    with served({}, token="t1") as url:
        source = OnePasswordSource(OnePasswordConnect(url, "t2-wrong"))
        with pytest.raises(SecretError, match="1Password Connect answered 401") as caught:
            source.credential("op://v1/i1")
    assert "t2-wrong" not in str(caught.value)
    with pytest.raises(SecretError, match="1Password Connect can't be asked: ConnectError"):
        source.credential("op://v1/i1")


def test_a_server_of_ones_own() -> None:
    answers = {
        "/credentials/shop": {"username": "ada", "password": "hunter22", "hosts": ["shop.example"]},
        "/credentials/card": {"fields": {"card_number": "4111"}},
        "/credentials/half": {"username": "ada"},
        "/secrets/TOKEN": {"value": "abc", "hosts": "api.example"},
        "/credentials/bitwarden%3A%2F%2Fc-1%2F": {"username": "b", "password": "c", "totp": "D"},
    }
    with served(answers, token="t") as url:
        source = HttpSource(url, "t")
        assert source.credential("shop") == Credential("ada", "hunter22", hosts=("shop.example",))
        assert source.credential("card") == Credential(fields={"card_number": "4111"})
        assert source.secret("TOKEN") == Secret("abc", ("api.example",))
        # Any address of a password manager may be mapped there, too.
        assert source.credential("bitwarden://c-1/") == Credential("b", "c", "D")
        assert source.credential("gone") is None
        assert source.secret("gone") is None
        with pytest.raises(SecretError, match="credential 'half' needs username and password"):
            source.credential("half")


@pytest.fixture
def azure_sdk(monkeypatch: pytest.MonkeyPatch) -> type[Exception]:
    """Its classes of errors, where the extra isn't installed."""
    errors: Any = types.ModuleType("azure.core.exceptions")
    errors.AzureError = type("AzureError", (Exception,), {})
    errors.ResourceNotFoundError = type("ResourceNotFoundError", (errors.AzureError,), {})
    for name in ("azure", "azure.core"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    monkeypatch.setitem(sys.modules, "azure.core.exceptions", errors)
    return errors.ResourceNotFoundError  # type: ignore[no-any-return]


def test_azure_key_vault(azure_sdk: type[Exception]) -> None:
    kept = {"user": "ada", "word": "hunter22", "seed": "JBSW"}

    def get_secret(name: str) -> Any:
        if name not in kept:
            raise azure_sdk(name)
        tags = {"hosts": "shop.example"} if name == "word" else None
        return SimpleNamespace(value=kept[name], properties=SimpleNamespace(tags=tags))

    source = AzureKeyVaultSource(lambda vault: SimpleNamespace(get_secret=get_secret))
    found = Credential("ada", "hunter22", "JBSW", hosts=("shop.example",))
    assert source.credential("azure://v/user,word,seed") == found
    assert source.credential("azure://v/user,gone") is None
    assert source.secret("azure://v/seed") == Secret("JBSW")
    assert source.secret("seed") is None
    assert source.credential("azure://attacker.example%23/user,word") is None


def test_secret_files(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    for name, text in {
        "SKYVERN_CREDENTIAL_SHOP_USERNAME": "ada\n", "SKYVERN_CREDENTIAL_SHOP_PASSWORD": "p w\n",
        "SKYVERN_CREDENTIAL_SHOP_HOSTS": "shop.example", "TOKEN": "abc\n\n",
    }.items():  # fmt: skip
        (tmp_path / "files" / name).write_text(text)
    (tmp_path / "outside").write_text("no")
    source = configured_sources(None, {"SKYVERN_SECRETS_DIR": str(tmp_path / "files")})
    assert source.credential("shop") == Credential("ada", "p w", hosts=("shop.example",))
    assert source.secret("TOKEN") == Secret("abc\n")
    for name in ("../outside", "", "gone", ".", "files/TOKEN", "\0"):
        assert source.secret(name) is None
    assert str(tmp_path) in source.describe(name="gone")


def test_what_is_configured_is_asked() -> None:
    login = {"username": "ada", "password": "hunter22"}
    with served({"/credentials/shop": login, "/v1/vaults/v1/items/i1": OP_LOGIN}) as url:
        environment = {
            "SKYVERN_SECRETS_URL": url, "OP_CONNECT_HOST": url, "OP_CONNECT_TOKEN": "t",
            "SKYVERN_CREDENTIAL_NEAR_USERNAME": "n", "SKYVERN_CREDENTIAL_NEAR_PASSWORD": "m",
        }  # fmt: skip
        source = configured_sources(None, environment)
        assert source.credential("near") == Credential("n", "m")
        assert source.credential("shop") == Credential("ada", "hunter22")
        assert source.credential("op://v1/i1") is not None
        assert source.credential("gone") is None
    assert configured_sources(None, {}).describe(credential="op://v1/i1") == (
        "OP_SERVICE_ACCOUNT_TOKEN where 1Password's command `op` is installed, or OP_CONNECT_HOST "
        "and OP_CONNECT_TOKEN: for op://v1/i1"
    )
