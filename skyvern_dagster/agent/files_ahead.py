"""Files of a loop's items that are asked for before their iterations come to them."""

from __future__ import annotations

import asyncio
import tempfile
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
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
        self._width = width
        self._asked: dict[str, asyncio.Task[Asked]] = {}
        self._taken: set[str] = set()
        self._under_way = 0
        self._wanted: deque[asyncio.Future[None]] = deque()
        self._is_over = False
        self._folder = folder
        self._go_on()

    def coming(self, address: str) -> asyncio.Task[Asked] | None:
        """What is on its way from an address, and left there, or there already."""
        return self._asked.get(address)

    async def take(self, address: str) -> Asked:
        """What an address gives; once. One that isn't asked for yet is, before all others."""
        asked = self._asked.pop(address, None)
        self._taken.add(address)
        if asked is not None:
            self._go_on()
            return await asked
        if self._under_way < self._width:
            self._under_way += 1
        else:
            await self._turn()
        return await self._answer(address)

    async def _turn(self) -> None:
        """Waits until there is room."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._wanted.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # the room was given, and nobody uses it
                self._under_way -= 1
                self._go_on()
            raise

    def widen(self, by: int) -> None:
        """Asks for more at a time from now on."""
        self._width += by
        self._go_on()

    def end(self) -> None:
        """Asks for nothing more; what was taken may still be on its way, and comes."""
        self._is_over = True
        for asked in self._asked.values():
            asked.cancel()
        # One that is canceled before it has begun gives no room back.
        self.widen(len(self._asked))
        self._asked.clear()

    def _go_on(self) -> None:
        """Asks for more, as far as there is room; who waits for a file of theirs goes first."""
        while self._wanted and self._under_way < self._width:
            turn = self._wanted.popleft()
            if not turn.done():
                self._under_way += 1
                turn.set_result(None)
        while self._has_room():
            address = next(self._addresses, None)
            if address is None:
                self._is_over = True
            elif address not in self._asked and address not in self._taken:
                self._under_way += 1
                self._asked[address] = asyncio.ensure_future(self._answer(address))

    def _has_room(self) -> bool:
        is_free = self._under_way < self._width and len(self._asked) < _MOST_AHEAD
        return is_free and not self._is_over

    async def _answer(self, address: str) -> Asked:
        """What an address gives; its place among those under way is taken already."""
        try:
            answer = await self._ask(address, Path(tempfile.mkdtemp(dir=self._folder)))
            if isinstance(answer, HttpStatusError) and answer.is_too_many:
                self._is_over = True
            return answer
        finally:
            self._under_way -= 1
            self._go_on()
