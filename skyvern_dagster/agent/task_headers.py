"""The headers that a task's own site is sent beside the browser's (``extra_http_headers``)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from skyvern_dagster.credentials.secret_names import is_secret_header
from skyvern_dagster.credentials.vault import SecretVault
from skyvern_dagster.errors import BrowserError

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
"""A field name (RFC 9110, 5.6.2)."""


def revealed_headers(
    headers: Mapping[str, str], home_url: str, vault: SecretVault, log: Callable[[str], None]
) -> dict[str, str]:
    """The headers with their secrets, for the site where a task begins.

    What holds a secret of other hosts isn't for this site, and is left out.

    Args:
        headers: Values with secrets as references.
        log: Is told which are left out.

    Raises:
        SecretError: A secret is missing.
        BrowserError: One is no header.
    """
    revealed: dict[str, str] = {}
    for name, text in headers.items():
        if not vault.is_for(text, home_url):
            log(f"the header {name} is not sent here: its secret belongs to other hosts")
            continue
        value = vault.type_out(text, page_url=home_url, home_url=home_url)
        if not _NAME.fullmatch(name) or any(sign in value for sign in "\r\n\0"):
            raise BrowserError(
                f"extra_http_headers: {name[:60]!r} is no header, or its value is none"
            )
        if is_secret_header(name):
            vault.redactor.add(value)
            vault.redactor.add(value.rpartition(" ")[2])
        revealed[name] = value
    return revealed
