"""Secrets that somebody has written into a text: ``log in with the password "Zebra-77"``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from skyvern_dagster.addresses.url import is_plainly_web
from skyvern_dagster.credentials.redaction import MASK
from skyvern_dagster.credentials.reference import references_in

_SHORTEST = 4
"""Characters, as for all secrets (`redaction`): shorter ones would blank out ordinary words."""

_WORDS = (
    r"pass(?:word|phrase|code|wd)|passwort|kennwort|mot de passe|contrase(?:ñ|n)a|wachtwoord|senha"
    r"|parola d'ordine|pin(?: code)?|secret(?: key)?|api[ _-]?key|access token|token|cvv|cvc|otp"
)
# Possessive: a text may hold a hundred thousand spaces, which are gone over once.
_BETWEEN = r"(?:\s++(?:is|ist|est|es|lautet|code)\b)?+\s*+(?P<mark>[:=]?+)\s*+"
_QUOTED = r"\"(?P<double>[^\"\n]{4,200})\"|'(?P<single>[^'\n]{4,200})'|“(?P<curly>[^”\n]{4,200})”"
_BARE = r"(?P<bare>[^\s\"'“”`<>{}]{4,200})"
_SECRET = re.compile(
    rf"(?<![\w-])(?:{_WORDS})(?![\w-]|://){_BETWEEN}(?:{_QUOTED}|`(?P<code>[^`\n]{{4,200}})`|{_BARE})",
    re.I,
)
_LOGIN = re.compile(r"://[^/\s:@?#]{0,200}:(?P<login>[^/\s@?#]{4,200})@")
"""A password in an address: ``http://user:password@proxy``."""

_ENDS = ".,;:!?)]}"


def secrets_in(text: str) -> tuple[str, ...]:
    """The secrets that a text tells, in order.

    What follows a word for a secret is one where it is in quotes, or where it can't be a word of
    the sentence: it holds a digit or a sign among its letters, or stands after ``:`` or ``=``.

    Example:
        >>> secrets_in("Log in as dana with the password Zebra-77. Complete when logged in.")
        ('Zebra-77',)
        >>> secrets_in("Enter user name and password, then the PIN from the letter.")
        ()
    """
    return tuple(dict.fromkeys(_secret_texts(text)))


def _secret_texts(text: str) -> Iterator[str]:
    yield from _logins(text)
    if is_plainly_web(text):  # opened as it stands: what its query says belongs to the site
        return
    for match in _SECRET.finditer(text):
        quoted = next((match[name] for name in _QUOTES if match[name]), "")
        value = quoted or match["bare"].rstrip(_ENDS)
        if not value or references_in(value) or "{{" in value or "{%" in value:
            continue
        if quoted or _is_no_word(value, marked=bool(match["mark"])):
            yield value


def _logins(text: str) -> Iterator[str]:
    for match in _LOGIN.finditer(text):
        if not references_in(match["login"]):
            yield match["login"]


def masked(text: str) -> str:
    """A text without the secrets that it tells: for names and notes, which no block reads."""
    for secret in secrets_in(text):
        text = text.replace(secret, MASK)
    return text


_QUOTES = ("double", "single", "curly", "code")


def _is_no_word(value: str, *, marked: bool) -> bool:
    if len(value) < _SHORTEST or "://" in value:
        return False
    if any(character.isdigit() for character in value):
        return True
    inside = value[1:-1]
    has_sign = any(not each.isalnum() and each not in "'’/" for each in inside)
    is_hyphenated_word = re.fullmatch(r"[a-z]+(?:-[a-z]+)+", value) is not None
    return marked or (has_sign and not is_hyphenated_word)
