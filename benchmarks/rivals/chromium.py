"""A Chromium that whoever wants attaches to over CDP."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from skyvern_dagster.browser.chromium import LocalChromium, find_chromium

_SECONDS = 30


@contextmanager
def attachable_chromium() -> Iterator[str]:
    """Starts one, gives the URL of its endpoint, and stops it in the end."""
    source = find_chromium()
    if not isinstance(source, LocalChromium):
        raise SystemExit("The comparison starts its own Chromiums: unset SKYVERN_BROWSER_CDP_URL")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        switches = ["--headless", "--remote-debugging-port=0", f"--user-data-dir={profile}"]
        switches += ["--no-first-run", "--disable-background-networking", "--window-size=1280,800"]
        if os.geteuid() == 0:
            switches.append("--no-sandbox")
        with subprocess.Popen(
            [source.path, *switches, "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                yield f"http://127.0.0.1:{_port(Path(profile) / 'DevToolsActivePort')}"
            finally:
                process.terminate()


def _port(file: Path) -> int:
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        if file.exists() and (lines := file.read_text().splitlines()):
            return int(lines[0])
        time.sleep(0.05)
    raise SystemExit(f"Chromium said no port within {_SECONDS} seconds")
