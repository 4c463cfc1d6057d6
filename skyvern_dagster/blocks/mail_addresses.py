"""E-mail addresses as people write them."""

from __future__ import annotations

import re
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import getaddresses

from skyvern_dagster.errors import BlockError

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""What would begin another line of a header."""


def read_addresses(text: str, field: str) -> list[Address]:
    """The e-mail addresses in a text, separated by commas, with the names that stand with them.

    Raises:
        BlockError: There is none, or something that is none.
    """
    refusal = BlockError(f"{field}: {text[:200]!r} is no e-mail address")
    if CONTROL.search(text) or not text.strip():
        raise refusal
    addresses = []
    for name, spec in getaddresses([text]):
        local, _, domain = spec.rpartition("@")
        # What had to be put right to be an address may be another one than was meant.
        if not local or not domain or spec not in text:
            raise refusal
        try:
            ascii_domain = domain if domain.isascii() else domain.encode("idna").decode()
            addresses.append(Address(name, addr_spec=f"{local}@{ascii_domain}"))
        except (ValueError, IndexError, MessageError) as error:
            raise refusal from error
    return addresses
