"""Watches a file grow that Chromium is downloading, and ends it where it grows too large.

What a server says of its length is no limit: it may be wrong, or missing.
"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skyvern_dagster.artifacts.disk_space import require_space
from skyvern_dagster.browser.download_limits import DownloadLimits
from skyvern_dagster.errors import DiskFullError

if TYPE_CHECKING:
    from playwright.async_api import Download

_LOOK_SECONDS = 0.2
"""A gigabit's line brings 25 MB in it."""


class Growth:
    """One download on its way.

    Attributes:
        refusal: Why it was ended; empty while it goes on.
    """

    def __init__(self, download: Download, target: Path, name: str, limits: DownloadLimits) -> None:
        self._download = download
        self._target = target
        self._name = name
        self._limits = limits
        self.refusal = ""

    async def watch(self) -> None:
        """Looks at it until it is ended, here or by itself."""
        from playwright.async_api import Error

        while not self.refusal:
            await asyncio.sleep(_LOOK_SECONDS)
            self.refusal = await asyncio.to_thread(self._problem)
        with contextlib.suppress(Error):
            await self._download.cancel()

    def _problem(self) -> str:
        if _size(self._download) > self._limits.most_bytes:
            return self._limits.too_large(self._name)
        try:
            require_space(self._target.parent, "files that are being downloaded")
        except DiskFullError as error:
            return str(error)
        return ""


def _size(download: Download) -> int:
    """What Chromium has written so far; 0 where that can't be seen: it runs elsewhere.

    Playwright tells it the path from the beginning, and us only at the end. Should it no longer,
    files are measured when they have landed.
    """
    inner: Any = getattr(download, "_impl_obj", None)
    artifact = getattr(inner, "_artifact", None)
    told = getattr(artifact, "_initializer", {}).get("absolutePath", "")
    for path in (Path(told), Path(f"{told}.crdownload")) if told else ():
        with contextlib.suppress(OSError):
            return path.stat().st_size
    return 0
