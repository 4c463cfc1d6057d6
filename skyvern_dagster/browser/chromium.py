"""Finding a Chromium and starting it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from skyvern_dagster.addresses.url import by_origin
from skyvern_dagster.browser.chromium_features import disable_features
from skyvern_dagster.errors import BrowserBrokenError, BrowserNotFoundError

if TYPE_CHECKING:
    from playwright.async_api import Browser, Playwright

PATH_VARIABLE = "SKYVERN_BROWSER_PATH"
CDP_VARIABLE = "SKYVERN_BROWSER_CDP_URL"
CDP_HEADERS_VARIABLE = "SKYVERN_BROWSER_CDP_HEADERS"
"""A JSON object of headers that a remote browser is connected to with: mostly a token."""

_SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# Nothing may leave for the vendor's servers, and nothing may pop up. Playwright's own switches
# come on top.
_QUIET = (
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-quic",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-pings",
)


@dataclass(frozen=True)
class LocalChromium:
    """An executable that we start and stop."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True)
class RemoteChromium:
    """A running browser that we attach to, and leave running.

    Attributes:
        cdp_url: Its address, which is often its key, too.
    """

    cdp_url: str = field(repr=False)

    def __str__(self) -> str:
        return by_origin(self.cdp_url)


ChromiumSource = LocalChromium | RemoteChromium

_INHERITED = (
    "HOME", "PATH", "USER", "LOGNAME", "LANG", "LC_", "TZ", "TMPDIR",
    "DISPLAY", "XAUTHORITY", "WAYLAND_", "XDG_", "DBUS_", "FONTCONFIG_", "LD_LIBRARY_PATH",
    "SSL_CERT_", "CHROME_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
)  # fmt: skip
"""Beginnings of the names: folders, language, screen, fonts, the way to the network."""


def find_chromium(
    configured: str = "",
    *,
    bundled: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> ChromiumSource:
    """Decides which browser to use.

    Args:
        configured: An executable's path or a CDP endpoint's URL from the configuration.
        bundled: Where Playwright keeps its own Chromium, whether or not it is installed.
        environ: Environment to look into; the process's own by default.

    Raises:
        BrowserNotFoundError: There is none, or the one that was asked for isn't there.
    """
    variables = os.environ if environ is None else environ
    asked = configured or variables.get(PATH_VARIABLE, "") or variables.get(CDP_VARIABLE, "")
    if asked:
        return _as_source(asked)
    if bundled is not None and bundled.exists():
        return LocalChromium(bundled)
    search_path = variables.get("PATH")
    for name in _SYSTEM_NAMES:
        if path := shutil.which(name, path=search_path):
            return LocalChromium(Path(path))
    raise BrowserNotFoundError(
        "No Chromium was found: neither Playwright's own nor "
        f"{', '.join(_SYSTEM_NAMES)} on PATH. Install one with `playwright install chromium` or "
        f"`apt-get install chromium`, or set {PATH_VARIABLE} or {CDP_VARIABLE}."
    )


def _as_source(asked: str) -> ChromiumSource:
    if asked.startswith(("http://", "https://", "ws://", "wss://")):
        return RemoteChromium(asked)
    path = Path(asked).expanduser()
    if not path.is_file():
        raise BrowserNotFoundError(
            f"The configured browser {asked} is not there. Correct the path (configuration or "
            f"{PATH_VARIABLE}), or install one with `playwright install chromium`."
        )
    return LocalChromium(path)


def connect_headers(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a remote browser is connected to with.

    Args:
        environ: Environment to look into; the process's own by default.

    Raises:
        BrowserNotFoundError: The setting is no JSON object of texts; the message doesn't hold it.
    """
    given = (os.environ if environ is None else environ).get(CDP_HEADERS_VARIABLE, "").strip()
    try:
        headers = json.loads(given or "{}")
    except ValueError:
        headers = None
    if not isinstance(headers, dict) or not all(isinstance(each, str) for each in headers.values()):
        raise BrowserNotFoundError(
            f"{CDP_HEADERS_VARIABLE} must be a JSON object of headers, as "
            '{"Authorization": "Bearer ..."}'
        )
    return headers


async def start_chromium(
    playwright: Playwright,
    configured: str = "",
    *,
    headless: bool = True,
    switches: Sequence[str] = (),
) -> Browser:
    """Starts the browser that :func:`find_chromium` decides on, or attaches to it.

    Args:
        playwright: Starts it.
        configured: See :func:`find_chromium`.
        headless: Whether it runs without a window.
        switches: More of Chromium's command line; one that runs already has its own.

    Raises:
        BrowserNotFoundError: There is none.
        BrowserBrokenError: It was found but doesn't start or doesn't answer.
    """
    from playwright.async_api import Error

    bundled = Path(playwright.chromium.executable_path)
    source = find_chromium(configured, bundled=bundled)
    try:
        match source:
            case RemoteChromium(cdp_url):
                return await playwright.chromium.connect_over_cdp(
                    cdp_url, headers=connect_headers()
                )
            case LocalChromium(path):
                return await playwright.chromium.launch(
                    executable_path=path,
                    headless=headless,
                    args=[*_switches(), *switches],
                    env=_environment(os.environ),
                )
            case _:
                assert_never(source)
    except Error as error:
        reason = by_origin(error.message.strip().splitlines()[0])
        raise BrowserBrokenError(f"The browser at {source} did not start: {reason}") from error


def _environment(whole: Mapping[str, str]) -> dict[str, str | float | bool]:
    """What Chromium inherits; the worker's logins aren't for a process that shows pages."""
    return {name: text for name, text in whole.items() if name.upper().startswith(_INHERITED)}


def _switches() -> list[str]:
    # Chromium's sandbox refuses to run as root.
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    switches = [*_QUIET, disable_features()]
    return [*switches, "--no-sandbox"] if is_root else switches
