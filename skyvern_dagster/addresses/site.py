"""Which web addresses belong to one site, as far as secrets are concerned."""

from __future__ import annotations

import re
from functools import cache
from ipaddress import ip_address
from typing import TYPE_CHECKING

from skyvern_dagster.addresses.url import parse_url

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_HOST = re.compile(r"localhost|[\w-]+(\.[\w-]+)+|\[?[0-9a-fA-F:]+\]?")

_SHARED = (
    "amazonaws.com",
    "bigcartel.com",
    "mystrikingly.com",
    "squarespace.com",
    "weebly.com",
    "wordpress.com",
)
"""Names below which anybody can have a site, and which aren't in the public suffix list."""


def same_site(url: str, other: str) -> bool:
    """Whether two addresses belong to one site: same host, or same registered name.

    The registered name is one label more than a public suffix (publicsuffix.org, its private part
    included: ``co.uk``, ``github.io``). The port doesn't matter.
    """
    return same_site_hosts(host_of(url), host_of(other))


def same_site_hosts(host: str, other: str) -> bool:
    """The same for two hosts as :func:`host_of` gives them."""
    if host == other:
        return bool(host)
    if not host or not other or is_address(host) or is_address(other):
        return False
    site = _site(host)
    return site is not None and site == _site(other)


def is_within(host: str, allowed: str) -> bool:
    """Whether a host is the allowed one or a name below it."""
    text = allowed.strip("[].")
    name = host_of(f"https://[{text}]/" if ":" in text else f"https://{text}/") or text.casefold()
    return host == name or (host.endswith("." + name) and not is_address(name))


def is_host(text: str) -> bool:
    """Whether a text is a host's name or address, without scheme, port and path."""
    return _HOST.fullmatch(text) is not None


def host_of(url: str) -> str:
    """An address's host as browsers write it; empty where there is none."""
    address = parse_url(url)
    return address.host if address is not None else ""


def scheme_of(url: str) -> str:
    """An address's scheme, in lower case."""
    address = parse_url(url)
    return address.scheme if address is not None else ""


def is_address(host: str) -> bool:
    """Whether a host is an IP address, or a name of one label, which belongs to no registry."""
    try:
        ip_address(host)
    except ValueError:
        return "." not in host
    return True


def _site(host: str) -> str | None:
    """The registered name; ``None`` for a public suffix itself."""
    site: str | None = _suffixes().privatesuffix(host)
    if site == "amazonaws.com":  # regions and services stand in between
        return host
    if site in _SHARED:
        return ".".join(host.rsplit(".", 3)[-3:]) if host != site else None
    return site


@cache
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()
