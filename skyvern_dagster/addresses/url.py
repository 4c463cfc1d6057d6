"""Web addresses as browsers read them, by the WHATWG URL standard.

Everything that judges an address parses it here: a reading of our own that differs from
Chromium's in one case (``https:evil/``, ``https:///evil/``, backslashes, tabs, ``@``, fullwidth
dots, numeric hosts) lets a page lead the browser elsewhere than where it was judged to go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import ada_url

LARGEST_PORT = 65_535
"""Ports have sixteen bits."""
_LONGEST_SHOWN = 200
"""Characters of an address in a message: host, path and the beginning of a query."""

_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


@dataclass(frozen=True)
class Url:
    """An address, taken apart.

    Attributes:
        href: The whole address in its normal form.
        scheme: In lower case, without the colon.
        host: In lower case, ASCII, without brackets and without the dot at the end; empty where
            the scheme has none.
        port: The one that a connection goes to; ``None`` where the scheme has none.
        has_login: Whether a user name or a password stands before the host.
        path: From the slash on, without query and fragment.
    """

    href: str
    scheme: str
    host: str
    port: int | None
    has_login: bool
    path: str

    @property
    def is_web(self) -> bool:
        """Whether it is an http or https address."""
        return self.scheme in ("http", "https")

    @property
    def is_local(self) -> bool:
        """Whether it has its content in itself or from the page that made it."""
        return self.scheme in ("about", "blob", "data", "javascript")

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = self.port is None or _PORTS.get(self.scheme) == self.port
        return f"{self.scheme}://{host}" + ("" if usual else f":{self.port}")


@lru_cache(maxsize=4096)
def parse_url(text: str, base: str | None = None) -> Url | None:
    """Reads an address as ``new URL(text, base)`` does in Chromium.

    Args:
        text: The address.
        base: What a relative one is relative to.

    Returns:
        ``None`` where Chromium would refuse it.
    """
    try:
        read = ada_url.URL(_scalar(text)) if base is None else ada_url.URL(_scalar(text), base)
    except ValueError:
        return None
    scheme = read.protocol.removesuffix(":")
    host = read.hostname.removeprefix("[").removesuffix("]").rstrip(".").lower()
    if "*" in host:  # where Chromium leaves the standard: it writes %2A, which no server is called
        return None
    return Url(
        href=read.href,
        scheme=scheme,
        host=host,
        port=int(read.port) if read.port else _PORTS.get(scheme),
        has_login=bool(read.username or read.password),
        path=read.pathname,
    )


def is_web(text: str) -> bool:
    """Whether an address is an http or https one."""
    address = parse_url(text)
    return address is not None and address.is_web


def _scalar(text: str) -> str:
    """Browsers replace halves of surrogate pairs that stand alone."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def is_plainly_web(text: str) -> bool:
    """Whether an address says ``http://host`` or ``https://host`` as every parser reads it.

    People write addresses so; what says it otherwise (``https:host``, a backslash, a tab) is
    something that a page may do, but no definition and no request.
    """
    return bool(_PLAIN.match(text)) and text.isprintable() and not _ODD.search(text)


_PLAIN = re.compile(r"https?://[^/?#]", re.IGNORECASE)
_ODD = re.compile(r"[\s\\]")


_WITHIN = re.compile(r"\b(?:https?|wss?)://[^\s\"'<>]+", re.IGNORECASE)


def without_logins(text: str) -> str:
    """A text with its addresses as far as their path: logins, queries and fragments hold keys."""
    return _WITHIN.sub(lambda found: _plain(found.group()), text)


def by_origin(text: str) -> str:
    """A text with the servers of its addresses only: for those of which the path is a key, too."""
    return _WITHIN.sub(lambda found: _origin(found.group()), text)


def _plain(url: str) -> str:
    address = parse_url(url)
    return "an address" if address is None else f"{address.origin}{address.path}"


def _origin(url: str) -> str:
    address = parse_url(url)
    return "an address" if address is None else address.origin


def shortened(url: str) -> str:
    """An address for messages."""
    return url if len(url) <= _LONGEST_SHOWN else url[:_LONGEST_SHOWN] + "…"
