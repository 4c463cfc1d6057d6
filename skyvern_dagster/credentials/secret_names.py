"""Which facts are secrets by their names."""

from __future__ import annotations

import re

_SECRET_NAME = re.compile(
    r"pass(word|wd|phrase|code)s?$|(^|_)(pass|pw|pwd|pin|otp)$|secret|tokens?$|api_?key$|cvv|cvc"
    r"|card_?number$|kennwort$|passwort$|contrasena$|mot_de_passe$|wachtwoord$|senha$",
    re.IGNORECASE,
)
"""Names of facts that nobody wants to find in a log; the end of a name counts."""


def looks_secret(name: str) -> bool:
    """Whether a name says that its value is a secret: ``password``, ``pin``, ``card_number``."""
    spelled = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[\s-]+", "_", name)  # userPin, user-pin
    return _SECRET_NAME.search(spelled) is not None


_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie"})


def is_secret_header(name: str) -> bool:
    """Whether a header is a secret, by its name: ``Authorization``, ``X-Api-Key``."""
    return name.lower() in _SECRET_HEADERS or looks_secret(name)
