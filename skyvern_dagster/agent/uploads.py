"""Files that a task may give to a page: named by its payload, or made by its run; nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from skyvern_dagster.browser.fetching import fetch_file
from skyvern_dagster.browser.file_content import Content, safe_name
from skyvern_dagster.browser.session import BrowserSession
from skyvern_dagster.errors import UploadError

MOST_BYTES = 50 * 1024 * 1024
"""Larger ones are refused: they pass through this process's memory."""


@dataclass(frozen=True)
class OfferedFile:
    """A file that the planner can choose by its name.

    Attributes:
        name: What the planner calls it: its name in the payload, or its file name.
        address: Where it lies: an http or https address, an ``s3://`` URI, a key of the store.
        filename: Name that the page is told; empty where the address's answer says it.
        read: Gives the content of what isn't fetched over HTTP; raises :class:`UploadError`, or
            any other error of the project.
    """

    name: str
    address: str
    filename: str = ""
    read: Callable[[], bytes] | None = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        return (
            f"{self.name} ({self.filename})" if self.filename not in ("", self.name) else self.name
        )


class Uploads:
    """The files of one task, each fetched when it is first chosen.

    Args:
        offered: What can be chosen.
        folder: Where content goes.
        most_bytes: Larger ones are refused.
    """

    def __init__(
        self, offered: tuple[OfferedFile, ...], folder: Path, most_bytes: int = MOST_BYTES
    ) -> None:
        self._offered = offered
        self._most_bytes = most_bytes
        self._folder = folder
        self._fetched: dict[str, Path] = {}

    async def path(self, wanted: str, session: BrowserSession) -> Path:
        """The file of this name on this machine.

        Args:
            wanted: Its name, file name or address.
            session: Whose cookies and network policy it is fetched with.

        Raises:
            UploadError: No such file was offered, or it is too large.
            SkyvernDagsterError: It can't be read, or its address is forbidden.
        """
        chosen = self._chosen(wanted.strip())
        if chosen.address not in self._fetched:
            self._fetched[chosen.address] = await self._fetch(chosen, session)
        return self._fetched[chosen.address]

    def _chosen(self, wanted: str) -> OfferedFile:
        for each in self._offered:
            if wanted in (each.name, each.address, str(each)):
                return each
        named = [each for each in self._offered if each.filename == wanted]
        if len(named) == 1:
            return named[0]
        names = ", ".join(each.name for each in self._offered) or "none"
        raise UploadError(
            f"{wanted!r} is no file of this run or its payload; those that are: {names}"
        )

    async def _fetch(self, chosen: OfferedFile, session: BrowserSession) -> Path:
        if chosen.read is None:
            content = await fetch_file(session, chosen.address, self._most_bytes)
        else:
            body = await asyncio.to_thread(chosen.read)
            content = Content(body, chosen.address, chosen.filename)
        if isinstance(content.body, bytes) and len(content.body) > self._most_bytes:
            raise UploadError(f"{chosen.name} is larger than {self._most_bytes:,} bytes")
        # A folder each: two files of one name keep it.
        path = (
            self._folder
            / str(len(self._fetched))
            / safe_name(chosen.filename or content.suggested_name, fallback=chosen.name)
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content.body, Path):
            content.body.replace(path)
        else:
            await asyncio.to_thread(path.write_bytes, content.body)
        return path
