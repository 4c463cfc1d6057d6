"""Which web addresses belong to one site, as far as secrets are concerned."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

_HOST = re.compile(r"localhost|[\w-]+(\.[\w-]+)+|\[?[0-9a-fA-F:]+\]?")

_SECOND_LEVEL = frozenset(
    {
        "ac", "co", "com", "edu", "go", "gob", "gouv", "gov", "govt", "gv", "ltd", "mil", "ne",
        "net", "nhs", "nom", "or", "org", "plc", "sch",
    }
)  # fmt: skip
"""Registries below countries: ``shop.co.uk``, ``shop.com.br``."""

_SHARED = tuple(
    f".{suffix}"
    for suffix in (
        "adv.br", "amazonaws.com", "appspot.com", "art.br", "asn.au", "azurewebsites.net",
        "bigcartel.com", "blogspot.com", "cloudfront.net", "firebaseapp.com", "firm.in", "fly.dev",
        "gen.in", "github.io", "gitlab.io", "herokuapp.com", "id.au", "ind.br", "ind.in", "inf.br",
        "lg.jp", "me.uk", "myshopify.com", "mystrikingly.com", "netlify.app", "ngrok-free.app",
        "ngrok.app", "ngrok.io", "onrender.com", "pages.dev", "repl.co", "shopware.store",
        "squarespace.com", "vercel.app", "web.app", "web.za", "webflow.io", "weebly.com",
        "wixsite.com", "wordpress.com", "workers.dev",
    )
)  # fmt: skip
"""Names below which anybody can have a site."""


def same_site(url: str, other: str) -> bool:
    """Whether two addresses belong to one site: same host, or same registered name.

    The registered name is taken to be the last two labels; below names where anybody can have a
    site (``co.uk``, ``github.io``) it is one label more. The port doesn't matter.
    """
    host, other_host = host_of(url), host_of(other)
    if host == other_host:
        return bool(host)
    return not (_is_address(host) or _is_address(other_host)) and _site(host) == _site(other_host)


def is_within(host: str, allowed: str) -> bool:
    """Whether a host is the allowed one or a name below it."""
    name = allowed.strip("[].").casefold()
    return host == name or (host.endswith("." + name) and not _is_address(name))


def is_host(text: str) -> bool:
    """Whether a text is a host's name or address, without scheme, port and path."""
    return _HOST.fullmatch(text) is not None


def host_of(url: str) -> str:
    """An address's host as browsers write it; empty where there is none."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
        return host if host.isascii() else host.encode("idna").decode()
    except ValueError:  # also what can't be a host's name
        return ""


def scheme_of(url: str) -> str:
    """An address's scheme, in lower case."""
    return url.partition(":")[0].strip().lower()


def _site(host: str) -> tuple[str, ...]:
    labels = host.split(".")
    if host.endswith(".amazonaws.com"):  # regions and services stand in between
        return tuple(labels)
    is_country = len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
    return tuple(labels[-3:] if is_country or host.endswith(_SHARED) else labels[-2:])


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return "." not in host
    return True
