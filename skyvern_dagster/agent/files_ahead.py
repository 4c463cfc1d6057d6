"""Files of a loop's items that are asked for before their iterations come to them."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from http import HTTPStatus
from pathlib import Path

from skyvern_dagster.browser.results import DownloadedFile
from skyvern_dagster.errors import HttpStatusError

_MOST_AHEAD = 32
"""Files that lie ready at most. Two pages that show where files are take two to three seconds, in
which four requests at a time of 0.2 s give some thirty; a loop that ends early has asked for no
more than that in vain."""

Asked = DownloadedFile | Exception
Ask = Callable[[str, Path], Awaitable[Asked]]


class FilesAhead:
    """Asks for files at their addresses, a few at a time; used on the browser's loop.

    Args:
        ask: Gives the file of an address, in a folder, or why there is none.
        addresses: Of the items, in the order in which they will be wanted.
        width: How many are asked for at a time: as many as the loop has iterations under way.
        folder: Where they go; whoever takes one may use it until the folder is removed.
    """

    def __init__(self, ask: Ask, addresses: Iterator[str], width: int, folder: Path) -> None:
        self._ask = ask
        self._addresses = addresses
        self._free = asyncio.Semaphore(width)
        self._asked: dict[str, asyncio.Task[Asked]] = {}
        self._taken: set[str] = set()
        self._under_way: set[str] = set()
        self._is_over = False
        self._folder = folder
        self._go_on()

    def coming(self, address: str) -> asyncio.Task[Asked] | None:
        """What is on its way from an address, and left there, or there already."""
        return self._asked.get(address)

    async def take(self, address: str) -> Asked:
        """What an address gives; once."""
        asked = self._asked.pop(address, None) or self._begun(address)
        self._taken.add(address)
        self._go_on()
        return await asked

    def end(self) -> None:
        """Asks for nothing more; what was taken may still be on its way, and comes."""
        self._is_over = True
        for asked in self._asked.values():
            asked.cancel()
        self._asked.clear()

    def _go_on(self) -> None:
        while not self._is_over and len(self._asked) < _MOST_AHEAD:
            address = next(self._addresses, None)
            if address is None:
                return
            if address not in self._asked and address not in self._taken:
                self._asked[address] = self._begun(address)

    def _begun(self, address: str) -> asyncio.Task[Asked]:
        return asyncio.ensure_future(self._answer(address))

    async def _answer(self, address: str) -> Asked:
        async with self._free:
            self._under_way.add(address)
            folder = Path(tempfile.mkdtemp(dir=self._folder))
            answer = await self._ask(address, folder)
            self._under_way.discard(address)
        if isinstance(answer, HttpStatusError) and answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            self._stop()
        return answer

    def _stop(self) -> None:
        """Whoever wants one still asks for it, at their turn."""
        self._is_over = True
        for address in self._asked.keys() - self._under_way:
            if not self._asked[address].done():
                self._asked.pop(address).cancel()
