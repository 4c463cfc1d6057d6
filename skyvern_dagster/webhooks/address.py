"""Which addresses of users this server sends requests to, and how it stays with that."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass

from skyvern_dagster.addresses.url import is_plainly_web, parse_url
from skyvern_dagster.errors import BlockedAddressError
from skyvern_dagster.webhooks.closed_places import (
    is_metadata,
    is_metadata_name,
    is_this_machine,
    wrapped,
)

Resolver = Callable[[str, int], list[str]]
"""Gives a host's IP addresses, as text.

Raises:
    OSError: The host is unknown.
"""

_PORTS = {"http": 80, "https": 443}

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def resolve(host: str, port: int) -> list[str]:
    """The system's resolver."""
    addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]).partition("%")[0] for each in addresses))


@dataclass(frozen=True)
class WebAddress:
    """A URL, taken apart.

    Attributes:
        host: In lower case, without brackets.
        origin: For messages, which must not show what a path or query may carry.
    """

    url: str
    scheme: str
    host: str
    port: int

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if _PORTS.get(self.scheme) == self.port else f":{self.port}"
        return f"{self.scheme}://{host}{port}"


@dataclass(frozen=True)
class AddressPolicy:
    """Where webhooks and calls for one-time codes may go.

    Attributes:
        allow_private: Whether to private, loopback, link-local and other special networks.
        allowed_hosts: Hosts that may be in such networks all the same; names below them, too.
        closed_ports: Ports of this deployment on this machine, which are never connected to.
        resolver: Asked once per attempt; the connection then goes to what was checked.
    """

    allow_private: bool = False
    allowed_hosts: tuple[str, ...] = ()
    closed_ports: tuple[int, ...] = ()
    resolver: Resolver = resolve

    def check(self, url: str) -> WebAddress:
        """Checks all that can be checked without asking for the host.

        Raises:
            BlockedAddressError: It is no http or https address, carries a login, or names a
                special network.
        """
        address = _taken_apart(url)
        if self.is_closed(address.host, address.port):
            raise _closed(address)
        literal = _literal(address.host)
        if literal is not None:
            self._check_ip(address, literal)
        elif not self._is_excepted(address.host) and _is_local_name(address.host):
            raise _blocked(address)
        return address

    def pinned(self, url: str) -> tuple[WebAddress, list[str]]:
        """The IP addresses to connect to, each of them allowed. Asks the resolver, so it may wait.

        Raises:
            BlockedAddressError: One of them is in a special network, as after DNS rebinding.
            OSError: The host is unknown.
        """
        address = self.check(url)
        literal = _literal(address.host)
        if literal is not None:
            return address, [str(literal)]
        ips = self.resolver(address.host, address.port)
        if not ips:
            raise OSError(f"{address.host} has no address")
        for each in ips:
            self._check_ip(address, ipaddress.ip_address(each))
        return address, ips

    def is_closed(self, host: str, port: int | None) -> bool:
        """Whether a host is one that is never connected to, as far as its name tells."""
        literal = _literal(host)
        if literal is not None:
            return self._is_closed(literal, port)
        is_local = host == "localhost" or host.endswith(".localhost")
        return is_metadata_name(host) or (is_local and port in self.closed_ports)

    def _is_closed(self, ip: _Address, port: int | None) -> bool:
        return is_metadata(ip) or (port in self.closed_ports and is_this_machine(ip))

    def _check_ip(self, address: WebAddress, ip: _Address) -> None:
        if self._is_closed(ip, address.port):
            raise _closed(address)
        if not self._is_excepted(address.host) and not is_public(ip):
            raise _blocked(address)

    def _is_excepted(self, host: str) -> bool:
        names = (each.lower().strip("[].") for each in self.allowed_hosts)
        is_name = _literal(host) is None
        return self.allow_private or any(
            host == name or (is_name and host.endswith(f".{name}")) for name in names if name
        )


def is_public(ip: _Address) -> bool:
    """Whether an address is one of the open internet, also where it is wrapped in another."""
    if isinstance(ip, ipaddress.IPv6Address):
        inner = wrapped(ip)
        if inner is not ip:
            return is_public(inner)
        if ip.teredo is not None or ip.is_site_local:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified


def _taken_apart(url: str) -> WebAddress:
    parsed = parse_url(url)
    if parsed is None or not is_plainly_web(url) or not parsed.host or not parsed.port:
        raise _no_address(url)
    if parsed.has_login:
        raise BlockedAddressError(
            f"The host in your url is blocked: {parsed.host}: a login in the address is not sent"
        )
    return WebAddress(url, parsed.scheme, parsed.host, parsed.port)


def _literal(host: str) -> _Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _is_local_name(host: str) -> bool:
    return host == "localhost" or host.endswith((".localhost", ".internal", ".local"))


def _no_address(url: str) -> BlockedAddressError:
    shown = url.partition("?")[0].rpartition("@")[2][:80]
    return BlockedAddressError(
        f"The host in your url is blocked: {shown!r} is no http or https address"
    )


def _closed(address: WebAddress) -> BlockedAddressError:
    return BlockedAddressError(
        f"The host in your url is blocked: {address.host} is a cloud's metadata service or this "
        "deployment itself, which nothing may open"
    )


def _blocked(address: WebAddress) -> BlockedAddressError:
    return BlockedAddressError(
        f"The host in your url is blocked: {address.host} is in a private network; whoever runs "
        "this server can allow it (SKYVERN_WEBHOOK_ALLOWED_HOSTS)"
    )
