"""``skyvern-dagster browser``: says which browser runs would use, and installs one."""

from __future__ import annotations

import sys

from skyvern_dagster.browser.installing import install_browser
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.errors import BrowserNotFoundError


def check_browser(*, install: bool) -> int:
    """Starts the browser that runs would use, and prints its version.

    Returns:
        Exit status: 0 when it starts.

    Raises:
        BrowserError: There is none (and none could be installed), or it doesn't start.
    """
    try:
        version = _version()
    except BrowserNotFoundError:
        if not install:
            raise
        install_browser(_say)
        version = _version()
    _say(f"browser: Chromium {version}")
    return 0


def _version() -> str:
    async def ask() -> str:
        return (await runtime.browser()).version

    with BrowserRuntime() as runtime:
        return runtime.run(ask())


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
