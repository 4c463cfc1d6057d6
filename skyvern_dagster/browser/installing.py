"""Getting a Chromium onto this machine, where there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence

from skyvern_dagster.errors import BrowserNotFoundError

_PLAYWRIGHT_SECONDS = 600.0
"""For 170 MB at 2.5 Mbit/s."""
_PACKAGE_SECONDS = 900.0
"""The same with some hundred MB of libraries. Arbitrary above that."""

_PACKAGE_COMMANDS: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = (
    (
        "apt-get",
        (
            ("apt-get", "update", "-qq"),
            ("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"),
        ),
    ),
    ("dnf", (("dnf", "install", "-y", "-q", "chromium"),)),
    ("apk", (("apk", "add", "--quiet", "chromium"),)),
)


def install_browser(say: Callable[[str], None]) -> None:
    """Installs Chromium: Playwright's own, else the system's package.

    Args:
        say: Told what is being tried, one line each.

    Raises:
        BrowserNotFoundError: Nothing worked; the message says what to run.
    """
    say("installing Playwright's Chromium")
    if _succeeds((sys.executable, "-m", "playwright", "install", "chromium"), _PLAYWRIGHT_SECONDS):
        return
    for tool, commands in _PACKAGE_COMMANDS:
        if shutil.which(tool) is None:
            continue
        prefix = _as_root()
        if prefix is None:
            break
        say(f"that can't be reached; installing the system's package with {tool}")
        if all(_succeeds((*prefix, *command), _PACKAGE_SECONDS) for command in commands):
            return
    raise BrowserNotFoundError(
        "no Chromium could be installed: run `playwright install chromium`, or install your "
        "system's chromium package (Debian: `apt-get install chromium`), or set "
        "SKYVERN_BROWSER_PATH to a Chromium or Chrome"
    )


def _as_root() -> Sequence[str] | None:
    """What to put before a command that needs root; ``None`` where that can't be had."""
    if os.geteuid() == 0:
        return ()
    if shutil.which("sudo") and _succeeds(("sudo", "-n", "true"), 10):
        return ("sudo", "-n")
    return None


def _succeeds(command: Sequence[str], seconds: float) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            env=environment,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
