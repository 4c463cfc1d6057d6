"""Which addresses a session may open."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from skyvern_dagster.addresses.url import parse_url, shortened
from skyvern_dagster.errors import BlockedAddressError, NetworkPolicyError
from skyvern_dagster.webhooks.address import AddressPolicy


@dataclass(frozen=True)
class NetworkPolicy:
    """Limits on where a session's pages and downloads may come from.

    Attributes:
        allowed_schemes: Schemes of addresses; ``about:blank`` is always allowed.
        allow_private: Whether hosts in private, loopback and link-local networks may be opened.
        private_hosts: Hosts that may be opened in such networks all the same.
        closed_ports: Ports of this deployment on this machine, which no page may open.
        allowed_domains: Domains, their subdomains included; empty to allow all.
    """

    allowed_schemes: tuple[str, ...] = ("http", "https")
    allow_private: bool = True
    private_hosts: tuple[str, ...] = ()
    closed_ports: tuple[int, ...] = ()
    allowed_domains: tuple[str, ...] = ()

    @property
    def is_restrictive(self) -> bool:
        """Whether a page could lead to a forbidden place, so that it must be watched."""
        return not self.allow_private or bool(self.allowed_domains)

    async def check(self, url: str, *, pins: bool = False) -> None:
        """Resolves the host where that matters.

        Args:
            pins: Whether the host is to be resolved in any case, since no proxy of ours will.

        Raises:
            NetworkPolicyError: The policy forbids this address.
        """
        if url == "about:blank":
            return
        address = parse_url(url)
        if address is None or address.scheme not in self.allowed_schemes:
            allowed = ", ".join(self.allowed_schemes)
            raise NetworkPolicyError(
                f"The address {shortened(url)} may not be opened: only {allowed} addresses may"
            )
        self._check_domain(url, address.host)
        if self.addresses.is_closed(address.host, address.port):
            raise NetworkPolicyError(
                f"The address {shortened(url)} may not be opened: it is a cloud's metadata service "
                "or this deployment itself"
            )
        if not self.allow_private or (pins and not address.has_login):
            await self._check_public(url)

    @property
    def addresses(self) -> AddressPolicy:
        """What of it can be held against single connections."""
        return AddressPolicy(self.allow_private, self.private_hosts, self.closed_ports)

    async def _check_public(self, url: str) -> None:
        try:
            await asyncio.to_thread(self.addresses.pinned, url)
        except BlockedAddressError as error:
            raise NetworkPolicyError(
                f"The address {shortened(url)} may not be opened: it is in a private network, or "
                "one that nothing may open"
            ) from error
        except OSError:
            # An unknown host is the browser's to report, in better words.
            return

    def _check_domain(self, url: str, host: str) -> None:
        if not self.allowed_domains or any(_is_under(host, each) for each in self.allowed_domains):
            return
        raise NetworkPolicyError(
            f"The address {shortened(url)} may not be opened: {host or 'it'} is not one of the "
            f"allowed domains ({', '.join(self.allowed_domains)})"
        )


def _is_under(host: str, domain: str) -> bool:
    wanted = domain.lower().removeprefix("*.").strip(".")
    return host == wanted or host.endswith("." + wanted)
