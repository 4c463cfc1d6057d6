"""Which addresses a session may open."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from skyvern_dagster.errors import NetworkPolicyError

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class NetworkPolicy:
    """Limits on where a session's pages and downloads may come from.

    Attributes:
        allowed_schemes: Schemes of addresses; ``about:blank`` is always allowed.
        allow_private: Whether hosts in private, loopback and link-local networks may be opened.
        allowed_domains: Domains, their subdomains included; empty to allow all.
    """

    allowed_schemes: tuple[str, ...] = ("http", "https")
    allow_private: bool = True
    allowed_domains: tuple[str, ...] = ()

    @property
    def is_restrictive(self) -> bool:
        """Whether a page could lead to a forbidden place, so that it must be watched."""
        return not self.allow_private or bool(self.allowed_domains)

    async def check(self, url: str) -> None:
        """Resolves the host where that matters.

        Raises:
            NetworkPolicyError: The policy forbids this address.
        """
        if url == "about:blank":
            return
        parts = urlsplit(url)
        if parts.scheme.lower() not in self.allowed_schemes:
            allowed = ", ".join(self.allowed_schemes)
            raise NetworkPolicyError(
                f"The address {_short(url)} may not be opened: only {allowed} addresses may"
            )
        host = (parts.hostname or "").rstrip(".").lower()
        self._check_domain(url, host)
        if not self.allow_private:
            await _check_public(url, host, parts.port or _DEFAULT_PORTS.get(parts.scheme, 443))

    def _check_domain(self, url: str, host: str) -> None:
        if not self.allowed_domains or any(_is_under(host, each) for each in self.allowed_domains):
            return
        raise NetworkPolicyError(
            f"The address {_short(url)} may not be opened: {host or 'it'} is not one of the "
            f"allowed domains ({', '.join(self.allowed_domains)})"
        )


def _is_under(host: str, domain: str) -> bool:
    wanted = domain.lower().removeprefix("*.").strip(".")
    return host == wanted or host.endswith("." + wanted)


async def _check_public(url: str, host: str, port: int) -> None:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        # An unknown host is the browser's to report, in better words.
        return
    for *_, address in found:
        if not ipaddress.ip_address(str(address[0]).partition("%")[0]).is_global:
            raise NetworkPolicyError(
                f"The address {_short(url)} may not be opened: {host} is in a private network"
            )


def _short(url: str) -> str:
    return url if len(url) <= 200 else url[:200] + "…"
