"""What environment variables say of the browser, where a resource leaves it open."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from typing import Literal

from skyvern_dagster.browser.network import NetworkPolicy
from skyvern_dagster.errors import ParameterError


def network_policy(
    *,
    allow_private: bool | None = None,
    private_hosts: Sequence[str] = (),
    closed: Sequence[int] = (),
) -> NetworkPolicy:
    """Which addresses pages may open.

    Args:
        allow_private: Whether those in private networks; left out:
            ``SKYVERN_BROWSER_ALLOW_PRIVATE``.
        private_hosts: Which of these all the same; empty: ``SKYVERN_BROWSER_PRIVATE_HOSTS``.
        closed: Ports of this deployment; empty: ``SKYVERN_BROWSER_CLOSED_PORTS``.
    """
    listed = os.environ.get("SKYVERN_BROWSER_PRIVATE_HOSTS", "").split(",")
    hosts = private_hosts or [host.strip() for host in listed if host.strip()]
    return NetworkPolicy(
        allow_private=switched("SKYVERN_BROWSER_ALLOW_PRIVATE", allow_private) is not False,
        private_hosts=tuple(hosts),
        closed_ports=closed_ports(closed),
    )


def closed_ports(given: Sequence[int] = ()) -> tuple[int, ...]:
    """Ports of this deployment on this machine, which no page may open.

    Args:
        given: By the resource; empty: ``SKYVERN_BROWSER_CLOSED_PORTS``.
    """
    listed = os.environ.get("SKYVERN_BROWSER_CLOSED_PORTS", "").split(",")
    return tuple(given or (int(each) for each in listed if each.strip().isdigit()))


KeptTraces = Literal["on", "retain-on-failure", "off"]
"""Of which tasks a trace is kept, in Playwright's words
(https://playwright.dev/docs/api/class-testoptions#test-options-trace): all, those that didn't
complete, none."""


def kept_traces() -> KeptTraces:
    """Of which tasks a trace is kept, as ``SKYVERN_TRACE`` says; of all where it says nothing.

    Raises:
        ParameterError: It says something else.
    """
    asked = os.environ.get("SKYVERN_TRACE", "").strip().lower()
    known = _SPELLINGS.get(asked)
    if known is None:
        raise ParameterError(
            f"SKYVERN_TRACE must be on, retain-on-failure or off, not {asked[:50]!r}"
        )
    return known


_SPELLINGS: Mapping[str, KeptTraces] = {
    **dict.fromkeys(("", "on", "1", "true", "yes"), "on"),
    "retain-on-failure": "retain-on-failure",
    **dict.fromkeys(("off", "0", "false", "no"), "off"),
}
"""As the other variables that switch something are spelled, too."""


def whole_number(variable: str) -> int:
    """What an environment variable sets; 0 where it sets nothing.

    Raises:
        ParameterError: It is no whole number.
    """
    text = os.environ.get(variable, "").strip()
    if not text:
        return 0
    if not text.isdecimal():
        raise ParameterError(f"{variable} must be a whole number, not {text[:50]!r}")
    return int(text)


def positive_number(variable: str) -> float:
    """What an environment variable sets, as of seconds; 0 where it sets nothing.

    Raises:
        ParameterError: It is no number above 0.
    """
    text = os.environ.get(variable, "").strip()
    if not text:
        return 0
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number > 0):
        raise ParameterError(f"{variable} must be a positive number, not {text[:50]!r}")
    return number


def switched(variable: str, given: bool | None) -> bool | None:
    """What a field says, else an environment variable; ``None`` where neither does."""
    asked = os.environ.get(variable, "").strip().lower()
    if given is not None or not asked:
        return given
    return asked in ("1", "true", "yes", "on")
