"""Secret references become values only where that is allowed, and show up nowhere else."""

from __future__ import annotations

import time
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyvern_dagster.blocks.email_server import Mailbox
from skyvern_dagster.credentials.access import SecretAccess
from skyvern_dagster.credentials.declared_secrets import SecretDeclarations
from skyvern_dagster.credentials.redaction import Redactor
from skyvern_dagster.credentials.reference import (
    SecretReference,
    references_in,
    replace_references,
)
from skyvern_dagster.credentials.sources import Credential, EnvironmentSource
from skyvern_dagster.credentials.totp import one_time_code
from skyvern_dagster.credentials.vault import SecretVault
from skyvern_dagster.errors import SecretError
from tests.laws import LAW

TOTP = "JBSWY3DPEHPK3PXP"
ENVIRONMENT = {
    "SKYVERN_CREDENTIAL_SHOP_USERNAME": "ada",
    "SKYVERN_CREDENTIAL_SHOP_PASSWORD": "p4ss&word",
    "SKYVERN_CREDENTIAL_SHOP_TOTP_SECRET": "jbsw y3dp ehpk 3pxp",
    "SKYVERN_CREDENTIAL_PLAIN_USERNAME": "bob",
    "SKYVERN_CREDENTIAL_PLAIN_PASSWORD": "hunter22",
    "SKYVERN_CREDENTIAL_UNDECLARED_USERNAME": "eve",
    "SKYVERN_CREDENTIAL_UNDECLARED_PASSWORD": "swordfish",
    "SKYVERN_CREDENTIAL_BROKEN_USERNAME": "x",
    "SKYVERN_CREDENTIAL_BROKEN_PASSWORD": "y",
    "SKYVERN_CREDENTIAL_BROKEN_TOTP_SECRET": "0189!not base32",
    "SMTP_PASSWORD": "mailpass",
}
HOME = "https://www.shop.example/"
DECLARATIONS = SecretDeclarations(
    credentials={
        "shop": ("login.sso.example",), "plain": (), "missing": (), "broken": (), "alias": (),
    },
    values={"smtp_password": "SMTP_PASSWORD", "absent": "NOT_THERE"},
    credential_ids={"alias": "plain"},
)  # fmt: skip


@pytest.fixture
def vault() -> SecretVault:
    return SecretVault(
        DECLARATIONS, SecretAccess.of_operator(EnvironmentSource(ENVIRONMENT)), Redactor()
    )


KEYS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]*", fullmatch=True)
FIELDS = st.sampled_from([None, "username", "password", "totp"])


@LAW
@given(st.lists(st.builds(SecretReference, KEYS, FIELDS), max_size=4))
def test_references_are_found_in_any_text(references: list[SecretReference]) -> None:
    text = " and ".join(map(str, references))
    assert references_in(f"<{text}>") == tuple(references)
    values = dict.fromkeys(references, "value")
    assert replace_references(text, values) == " and ".join(["value"] * len(references))


def test_a_field_is_a_whole_word() -> None:
    assert references_in("secret://shop/passwords") == (SecretReference("shop"),)
    assert references_in("secret://shop/password.") == (SecretReference("shop", "password"),)
    assert references_in("secret:/shop/password secret://5") == ()


def test_a_planner_sees_references_only(vault: SecretVault) -> None:
    assert vault.payload("shop") == {
        "username": "secret://shop/username",
        "password": "secret://shop/password",
        "totp": "secret://shop/totp",
    }
    assert vault.payload("plain") == {
        "username": "secret://plain/username",
        "password": "secret://plain/password",
    }
    assert vault.payload("smtp_password") == "secret://smtp_password"
    assert vault.payload("website_url") is None


def test_values_are_typed_on_the_site_where_the_task_began(vault: SecretVault) -> None:
    typed = vault.type_out(
        "secret://shop/username:secret://shop/password", page_url=HOME, home_url=HOME
    )
    assert typed == "ada:p4ss&word"
    assert (
        vault.type_out("no secret", page_url="https://evil.example", home_url=HOME) == "no secret"
    )
    code = vault.type_out("secret://shop/totp", page_url=HOME, home_url=HOME)
    assert code in {one_time_code(TOTP, time.time() - seconds) for seconds in (0, 30)}
    assert vault.redactor.text("p4ss&word JBSWY3DPEHPK3PXP jbsw y3dp ehpk 3pxp") == (
        "***** ***** *****"
    )


def test_a_name_in_the_source_other_than_the_key(vault: SecretVault) -> None:
    assert vault.type_out("secret://alias/password", page_url=HOME, home_url=HOME) == "hunter22"


@pytest.mark.parametrize(
    "page",
    [
        "https://evil.example/",
        "https://shop.example.evil.example/",
        "https://evilshop.example/",
        "https://www.shop.example@evil.example/",
        "http://www.shop.example/",
        "about:blank",
        "data:text/html,<form>",
        "",
        "https://[broken",
    ],
)
@pytest.mark.parametrize(
    "text", ["secret://shop/password", "x secret://shop/username", "secret://smtp_password"]
)
def test_nothing_is_typed_elsewhere(vault: SecretVault, text: str, page: str) -> None:
    with pytest.raises(SecretError, match="was not typed"):
        vault.type_out(text, page_url=page, home_url=HOME)


def test_allowed_hosts_belong_to_one_credential(vault: SecretVault) -> None:
    for page in ("https://login.sso.example/", "https://eu.login.sso.example/x?y"):
        assert vault.type_out("secret://shop/username", page_url=page, home_url=HOME) == "ada"
        with pytest.raises(SecretError, match="allowed_hosts of credential 'plain'"):
            vault.type_out("secret://plain/username", page_url=page, home_url=HOME)
    with pytest.raises(SecretError, match=r"'sso\.example' is not the site"):
        vault.type_out("secret://shop/username", page_url="https://sso.example", home_url=HOME)
    with pytest.raises(SecretError, match="came without encryption"):
        vault.type_out("secret://shop/username", page_url="http://login.sso.example", home_url=HOME)


def test_a_secret_without_allowed_hosts_gets_no_such_hint(vault: SecretVault) -> None:
    with pytest.raises(SecretError) as caught:
        vault.type_out("secret://smtp_password", page_url="https://evil.example", home_url=HOME)
    assert "allowed_hosts" not in str(caught.value)


def test_without_encryption_from_the_start(vault: SecretVault) -> None:
    local = "http://127.0.0.1:8000/login"
    assert vault.type_out("secret://plain/password", page_url=local, home_url=local) == "hunter22"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("secret://undeclared/password", "'undeclared' is not a credential parameter"),
        ("secret://smtp_password/password", "'smtp_password' is not a credential parameter"),
        ("secret://shop", "'shop' is not an aws_secret parameter"),
        ("secret://nowhere", "'nowhere' is not an aws_secret parameter"),
        ("secret://absent", "set NOT_THERE in the environment"),
        ("secret://missing/username",
         "set SKYVERN_CREDENTIAL_MISSING_USERNAME and SKYVERN_CREDENTIAL_MISSING_PASSWORD"),
        ("secret://plain/totp", "credential 'plain' has no TOTP secret"),
        ("secret://broken/totp", "the TOTP secret of credential 'broken' is not base32"),
    ],
)  # fmt: skip
def test_what_cannot_be_resolved(vault: SecretVault, text: str, message: str) -> None:
    with pytest.raises(SecretError) as caught:
        vault.type_out(text, page_url=HOME, home_url=HOME)
    assert message in str(caught.value)
    shown = "".join(traceback.format_exception(caught.value))
    assert not [value for value in ENVIRONMENT.values() if len(value) > 3 and value in shown]


def test_a_one_time_code_is_for_the_site_only(vault: SecretVault) -> None:
    assert vault.one_time_code("shop", page_url=HOME, home_url=HOME).isdecimal()
    with pytest.raises(SecretError, match="was not typed"):
        vault.one_time_code("shop", page_url="https://evil.example", home_url=HOME)


@pytest.mark.parametrize(
    "holder",
    [
        Credential("ada99", "hunter22", "JBSWY3DP"),
        Mailbox("mail.example", 25, "ada99", "hunter22"),
        EnvironmentSource({"SKYVERN_CREDENTIAL_X_PASSWORD": "hunter22", "A": "ada99"}),
        SecretVault(
            DECLARATIONS,
            SecretAccess.of_operator(EnvironmentSource({"X": "hunter22"})),
            Redactor(),
        ),
    ],
    ids=lambda holder: type(holder).__name__,
)
def test_nothing_secret_is_printed(holder: object) -> None:
    for shown in (repr(holder), str(holder), f"{holder}"):
        for value in ("hunter22", "ada99", "JBSWY3DP"):
            assert value not in shown
