"""The address that a task begins at."""

from __future__ import annotations

import re

from skyvern_dagster.addresses.url import is_plainly_web, parse_url
from skyvern_dagster.credentials.reference import references_in
from skyvern_dagster.errors import BlockError

_OTHER_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?!\d)")
"""``mailto:``, ``file:``; but ``localhost:8000`` is a host with a port."""
_SPACED = re.compile(r"(?<=[^/:])[/?#].*", re.DOTALL)
"""What comes after the host."""


def request_address(url: str) -> tuple[str, str]:
    """An address that may hold secrets after its host, as those of some APIs do.

    Returns:
        It with its scheme, and what of it comes before the first secret.

    Raises:
        BlockError: It is no web address, or a secret stands where its host does.
    """
    if not references_in(url):
        return (address := web_address(url)), address
    before = url.partition("secret://")[0]
    if not re.search(r"[^/:][/?#]", before.removeprefix("https://").removeprefix("http://")):
        raise BlockError(f"url: a secret can't be the host of an address: {url!r}")
    address = web_address(before)
    return address + url[len(before) :], address


def web_address(url: str) -> str:
    """An address as a browser takes it: ``https`` unless it says otherwise.

    Spaces after the host are encoded: values that a template puts into a query have some.

    Raises:
        BlockError: It is none, or holds a secret.
    """
    if references_in(url):
        raise BlockError(f"url: a secret can't be part of an address: {url!r}")
    if url.startswith("//"):
        url = f"https:{url}"
    elif "://" not in url and not _OTHER_SCHEME.match(url):
        url = f"https://{url}"
    url = _SPACED.sub(lambda found: found.group().replace(" ", "%20"), url)
    address = parse_url(url)
    if address is None or not address.host or address.port == 0 or not is_plainly_web(url):
        raise BlockError(f"url: {url!r} is no http or https address")
    return url
