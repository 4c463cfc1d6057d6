"""The login data of a payload; its values are placeholders of secrets, never secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from skyvern_dagster.reading.concepts import PARTLY, concept
from skyvern_dagster.reading.nested_values import flat_items
from skyvern_dagster.reading.words import name_words

_PLAIN_NAME = 0.2
"""For a parameter that is called nothing but "user" or "login": before longer ones."""


@dataclass(frozen=True)
class Credentials:
    """What is typed to log in.

    Attributes:
        username: What goes into the one field beside the password, or empty.
        password: The password's placeholder.
        others: Further texts by key (``email``, ``customer_number``), for forms that ask for more.
        has_totp: Whether the payload names a source of one-time codes.
    """

    username: str
    password: str
    others: dict[str, str] = field(default_factory=dict)
    has_totp: bool = False


def find_credentials(payload: Mapping[str, Any]) -> Credentials | None:
    """The credentials of a payload, whatever their keys are; ``None`` when it has no password."""
    texts = {
        path: str(value)
        for path, value in flat_items(payload)
        if isinstance(value, str | int) and value != ""
    }
    password = next((path for path in texts if _is_password(path)), None)
    if password is None:
        return None
    owner = password.rpartition(".")[0]
    beside = {
        path: text
        for path, text in texts.items()
        if path.rpartition(".")[0] == owner and path != password
    }
    totp = [path for path in beside if _is_totp(path)]
    names = {path: text for path, text in beside.items() if path not in totp}
    username = max(names, key=_username_score, default="")
    if not username or _username_score(username) <= 0:
        username = ""
    others = {path.rpartition(".")[2]: text for path, text in names.items() if path != username}
    return Credentials(
        username=texts.get(username, ""),
        password=texts[password],
        others=others,
        has_totp=bool(totp),
    )


def _last(path: str) -> str:
    return " ".join(name_words(path.rpartition(".")[2]))


def _is_password(path: str) -> bool:
    name = _last(path)
    return concept("login.password").score(name) >= PARTLY and not _is_totp(path)


def _is_totp(path: str) -> bool:
    name = _last(path)
    return bool({"totp", "otp", "mfa", "2fa"} & set(name.split())) or "one time" in name


def _username_score(path: str) -> float:
    name = _last(path)
    bonus = _PLAIN_NAME if name in {"username", "user", "login", "user name"} else 0.0
    return concept("login.username").score(name) + bonus
