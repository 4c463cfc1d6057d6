"""Secrets that are told in texts, and names that say what a value is."""

from __future__ import annotations

import pytest

from skyvern_dagster.credentials.secret_names import looks_secret
from skyvern_dagster.credentials.secret_texts import secrets_in


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Log in as dana with the password Zebra-77. Complete when logged in.", ("Zebra-77",)),
        ('Use password "correct horse battery" and go on.', ("correct horse battery",)),
        ("username: dana, password: swordfish; then download", ("swordfish",)),
        ("The PIN is 4711.", ("4711",)),
        ("pin=998877", ("998877",)),
        ("Melden Sie sich mit Passwort 'Geheim-1' an", ("Geheim-1",)),
        ("Connectez-vous, mot de passe : Soleil2024", ("Soleil2024",)),
        ("API key sk-live-0123456789 goes into the field", ("sk-live-0123456789",)),
        ("through http://dana:Zebra-77@proxy.example:8080", ("Zebra-77",)),
        ("http://dana:Zebra-77@shop.example/?token=abc123456", ("Zebra-77",)),
        ("password a1b2c3 and again password a1b2c3", ("a1b2c3",)),
    ],
)
def test_told(text: str, found: tuple[str, ...]) -> None:
    assert secrets_in(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "Log in with username and password. Complete when you are logged in.",
        "Enter the password from the letter, then the PIN.",
        "If the password is wrong, terminate.",
        "Click on 'Forgot password' and choose e-mail",
        "password {{ PASSWORD }}",
        "password secret://PASSWORD",
        "use secret://text_secret_1 there",
        "https://shop.example/orders?token=abc123456",
        "The password is one-time only",
        "Reset the password at https://shop.example/reset",
        "Open the page Token overview",
        "",
    ],
)
def test_not_told(text: str) -> None:
    assert secrets_in(text) == ()


@pytest.mark.parametrize(
    "name",
    ["PASSWORD", "portal_password", "userPassword", "pin", "user-pin", "login_pin", "API_KEY",
     "access_token", "client_secret", "cvv", "card_number", "passcode", "Passwort"],
)  # fmt: skip
def test_names_of_secrets(name: str) -> None:
    assert looks_secret(name)


@pytest.mark.parametrize(
    "name",
    ["username", "pinned", "compass", "opinion", "website_url", "order_id", "shopping", "spin",
     "token_count", "passenger"],
)  # fmt: skip
def test_other_names(name: str) -> None:
    assert not looks_secret(name)
