"""A secret's hosts belong to the secret: the rules of the vault by trust."""

from __future__ import annotations

import pytest

from skyvern_dagster.credentials.access import SecretAccess
from skyvern_dagster.credentials.declared_secrets import SecretDeclarations
from skyvern_dagster.credentials.redaction import Redactor
from skyvern_dagster.credentials.sources import EnvironmentSource, Secret
from skyvern_dagster.credentials.vault import SecretVault
from skyvern_dagster.errors import SecretError

ENVIRONMENT = {
    "SKYVERN_CREDENTIAL_BOUND_USERNAME": "ada",
    "SKYVERN_CREDENTIAL_BOUND_PASSWORD": "Planted-1",
    "SKYVERN_CREDENTIAL_BOUND_HOSTS": "shop.example, sso.example",
    "SKYVERN_CREDENTIAL_FREE_USERNAME": "bob",
    "SKYVERN_CREDENTIAL_FREE_PASSWORD": "Planted-2",
    "TOKEN": "Planted-3",
    "SKYVERN_SECRET_TOKEN_HOSTS": "api.shop.example",
    "MAIL": "Planted-4",
}
DECLARED = SecretDeclarations(
    credentials={"bound": ("evil.example",), "free": ("sso.example",)},
    values={"token": "TOKEN", "mail": "MAIL"},
)
SHOP, EVIL = "https://www.shop.example/login", "https://evil.example/"


def vault(*, trusted: bool, by_operator: bool = True, **run: str) -> SecretVault:
    source = EnvironmentSource(ENVIRONMENT)
    access = SecretAccess(source, source, run, trusted, by_operator)
    return SecretVault(DECLARED, access, Redactor())


@pytest.mark.parametrize("trusted", [True, False])
def test_hosts_of_its_own_are_all(trusted: bool) -> None:
    """Neither where the task began nor what a definition allows counts beside them."""
    found = vault(trusted=trusted)
    password = "secret://bound/password"
    assert found.type_out(password, page_url=SHOP, home_url=EVIL) == "Planted-1"
    assert found.type_out(password, page_url="https://sso.example", home_url=SHOP) == "Planted-1"
    for page in (EVIL, "https://shop.example.evil.example/", "https://myshop.example/"):
        with pytest.raises(SecretError, match="SKYVERN_CREDENTIAL_BOUND_HOSTS"):
            found.type_out(password, page_url=page, home_url=page)
    with pytest.raises(SecretError, match="without encryption"):
        found.type_out(password, page_url="http://shop.example", home_url=SHOP)


def test_without_hosts_only_where_the_operator_began() -> None:
    password = "secret://free/password"
    assert vault(trusted=True).type_out(password, page_url=SHOP, home_url=SHOP) == "Planted-2"
    asked = vault(trusted=False)
    with pytest.raises(SecretError, match="set SKYVERN_CREDENTIAL_FREE_HOSTS in the environment"):
        asked.type_out(password, page_url=SHOP, home_url=SHOP)
    with pytest.raises(SecretError, match="names no hosts"):
        asked.check_usable("free")
    asked.check_usable("bound")


def test_a_single_value() -> None:
    found = vault(trusted=False)
    assert found.value_for("token", "api.shop.example") == "Planted-3"
    with pytest.raises(SecretError, match="set SKYVERN_SECRET_TOKEN_HOSTS"):
        found.value_for("token", "evil.example")
    assert found.value_for("mail", "anything.example") == "Planted-4"
    with pytest.raises(SecretError, match="was not sent"):
        vault(trusted=False, by_operator=False).value_for("mail", "anything.example")


def test_codes_go_where_the_login_goes() -> None:
    found = vault(trusted=False)
    found.check_code_site(page_url=EVIL, home_url=EVIL)  # without a login, where the task began
    found.payload("bound")
    found.check_code_site(page_url=SHOP, home_url=SHOP)
    with pytest.raises(SecretError, match="not a host of the login"):
        found.check_code_site(page_url=EVIL, home_url=EVIL)


def test_a_runs_own_secret() -> None:
    found = vault(trusted=False, by_operator=False, PASSWORD="Own-55")
    assert found.type_out("secret://PASSWORD", page_url=SHOP, home_url=SHOP) == "Own-55"
    assert found.address("https://x.example/?k=secret://PASSWORD&n=secret://free/password") == (
        "https://x.example/?k=Own-55&n=secret://free/password"
    )
    assert found.redactor.text("it is Own-55") == "it is *****"
    with pytest.raises(SecretError, match="allowed_hosts"):
        found.type_out("secret://PASSWORD", page_url=EVIL, home_url=SHOP)


def test_a_secret_in_a_text_of_the_definition() -> None:
    found = vault(trusted=True)
    goal = found.conceal("Log in as dana, password Zebra-77, then password Zebra-77 again")
    assert goal == (
        "Log in as dana, password secret://text_secret_1, then password secret://text_secret_1 "
        "again"
    )
    assert found.type_out("secret://text_secret_1", page_url=SHOP, home_url=SHOP) == "Zebra-77"
    assert found.redactor.text("Zebra-77") == "*****"


def test_values_are_known_before_they_are_used() -> None:
    found = vault(trusted=True)
    found.learn(["bound", "token", "nobody"])
    assert found.redactor.text("Planted-1 Planted-3") == "***** *****"


def test_hosts_that_are_none() -> None:
    environment = {"TOKEN": "x", "SKYVERN_SECRET_TOKEN_HOSTS": "https://shop.example"}
    with pytest.raises(SecretError, match="SKYVERN_SECRET_TOKEN_HOSTS must be hosts"):
        EnvironmentSource(environment).secret("TOKEN")
    assert EnvironmentSource({"A": "x"}).secret("A") == Secret("x")
