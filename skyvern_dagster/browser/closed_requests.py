"""The closed places for a browser that somebody else has started: there are no switches to set.

What a page asks for there is paused over the Chrome DevTools protocol, of whatever kind it is, and
stopped. WebSockets can't be paused.
"""

from __future__ import annotations

from dataclasses import dataclass

from skyvern_dagster.addresses.url import is_web, parse_url
from skyvern_dagster.browser.closed_switches import METADATA
from skyvern_dagster.browser.network import NetworkPolicy

_USUAL = {80: "http", 443: "https"}


@dataclass(frozen=True)
class ClosedPlaces:
    """Clouds' metadata services and this deployment.

    Attributes:
        ports: Of this deployment.
    """

    ports: tuple[int, ...]

    @property
    def patterns(self) -> tuple[str, ...]:
        """What Chromium is told to pause: whatever may lead there by its port or its host."""
        ports = (
            f"{_USUAL[each]}://*" if each in _USUAL else f"*://*:{each}/*" for each in self.ports
        )
        hosts = (f"[{each}" if ":" in each else each for each in METADATA)
        return (*ports, *(f"*://{each}*" for each in hosts))

    async def check(self, url: str) -> None:
        """Resolves the host where the port is one of ours.

        Raises:
            NetworkPolicyError: It leads to a closed place.
        """
        address = parse_url(url) if is_web(url) else None
        if address is None:
            return
        policy = NetworkPolicy(closed_ports=self.ports)
        named = policy.addresses.is_closed(address.host, address.port)
        if named or address.port in self.ports:
            await policy.check(url, pins=True)
