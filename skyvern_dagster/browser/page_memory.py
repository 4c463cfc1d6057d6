"""Ends pages that take more memory than a page may: they would take the machine's.

Chromium limits what scripts hold, and neither what they draw nor their buffers.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import CDPSession

MEMORY_VARIABLE = "SKYVERN_MAX_PAGE_MEMORY_MB"
MOST_MB = 2_000
"""A heavy web application takes 500. Arbitrary above that: four such pages at once fit into what a
small server has."""

_LOOK_SECONDS = 0.5
"""A script fills a gigabyte in about one second."""

_RECENT_SECONDS = 60.0
"""For as long, a page that is gone may be the one that was ended."""

_STATM = Path("/proc/self/statm")


class PageMemory:
    """Watches the processes of a browser's pages, where they are on this machine and it is Linux.

    Args:
        session: CDP session of the browser itself.
        most_bytes: That one of them may hold; the environment's, else 2 GB.
    """

    def __init__(self, session: CDPSession, most_bytes: int | None = None) -> None:
        self._session = session
        self.most_bytes = _most() if most_bytes is None else most_bytes
        self._ended_at = float("-inf")
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to watch."""
        if _STATM.exists():
            self._task = asyncio.ensure_future(self._watch())

    @property
    def has_ended_one(self) -> bool:
        """Whether a page that is gone now may have taken too much."""
        return time.monotonic() - self._ended_at < _RECENT_SECONDS

    async def _watch(self) -> None:
        from playwright.async_api import Error

        with contextlib.suppress(Error):  # the browser is gone
            while True:
                await asyncio.sleep(_LOOK_SECONDS)
                told = await self._session.send("SystemInfo.getProcessInfo")
                for process in told["processInfo"]:
                    if process["type"] == "renderer":
                        self._look_at(int(process["id"]))

    def _look_at(self, pid: int) -> None:
        if _resident(pid) > self.most_bytes:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
                self._ended_at = time.monotonic()


def _resident(pid: int) -> int:
    """Bytes in memory of a renderer of ours; 0 of anything else."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        if b"--type=renderer" not in command:
            return 0
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _most() -> int:
    text = os.environ.get(MEMORY_VARIABLE, "").strip()
    return (int(text) if text.isdecimal() and int(text) else MOST_MB) * 1_000_000
