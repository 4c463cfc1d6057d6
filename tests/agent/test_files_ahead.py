"""Files that are asked for before anybody wants them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from skyvern_dagster.agent.files_ahead import Asked, FilesAhead
from skyvern_dagster.browser.results import DownloadedFile
from skyvern_dagster.errors import HttpStatusError, NavigationError


class _Portal:
    """Gives files when it is told to.

    Attributes:
        asked: Addresses in the order in which they were asked for.
        most: How many were asked for at one time.
        busy: The address that is answered with 429.
    """

    def __init__(self, busy: str = "") -> None:
        self.asked: list[str] = []
        self.under_way = self.most = 0
        self.busy = busy

    async def answer(self, address: str, folder: Path) -> Asked:
        self.asked.append(address)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0.001)
        self.under_way -= 1
        if address == self.busy:
            return HttpStatusError(429, address)
        path = folder / "file.pdf"
        path.write_text(address)
        return DownloadedFile(path, "file.pdf", "application/pdf", len(address), "", address)


def addresses(count: int) -> Iterator[str]:
    return (f"/{number}" for number in range(count))


@pytest.mark.parametrize("width", [1, 4])
def test_each_is_asked_for_once_and_no_more_at_a_time_than_may_be(
    width: int, tmp_path: Path
) -> None:
    async def main() -> None:
        portal = _Portal()
        ahead = FilesAhead(portal.answer, addresses(50), width, tmp_path)
        files = [await ahead.take(f"/{number}") for number in range(50)]
        assert [file.source_url for file in files if isinstance(file, DownloadedFile)] == [
            *addresses(50)
        ]
        assert sorted(portal.asked) == sorted(addresses(50))
        assert portal.most == width
        ahead.end()

    asyncio.run(main())


def test_a_loop_that_ends_early_has_asked_for_a_bounded_number(tmp_path: Path) -> None:
    async def main() -> None:
        portal = _Portal()
        ahead = FilesAhead(portal.answer, addresses(10_000), 4, tmp_path)
        first = await ahead.take("/0")
        await asyncio.sleep(0.2)
        assert 1 < len(portal.asked) <= 33
        assert isinstance(first, DownloadedFile)
        ahead.end()
        assert first.path.exists()

    asyncio.run(main())


def test_one_that_nobody_thought_of_is_asked_for_when_it_is_wanted(tmp_path: Path) -> None:
    async def main() -> None:
        portal = _Portal()
        ahead = FilesAhead(portal.answer, addresses(3), 2, tmp_path)
        assert isinstance(await ahead.take("/other"), DownloadedFile)
        assert portal.asked.count("/other") == 1
        ahead.end()

    asyncio.run(main())


def test_a_portal_that_is_asked_too_much_is_asked_for_nothing_more_ahead(tmp_path: Path) -> None:
    async def main() -> None:
        portal = _Portal(busy="/2")
        ahead = FilesAhead(portal.answer, addresses(100), 1, tmp_path)
        assert isinstance(await ahead.take("/2"), HttpStatusError)
        # Those that were on their way, each at its turn.
        assert isinstance(await ahead.take("/99"), DownloadedFile | NavigationError)
        # What waited for its turn isn't asked for; who wants it, asks.
        assert len(portal.asked) <= 5
        ahead.end()

    asyncio.run(main())


def test_what_was_taken_comes_even_if_nothing_more_is_asked(tmp_path: Path) -> None:
    async def main() -> None:
        portal = _Portal()
        ahead = FilesAhead(portal.answer, addresses(4), 1, tmp_path)
        taking = asyncio.ensure_future(ahead.take("/3"))
        await asyncio.sleep(0)
        ahead.end()
        assert isinstance(await taking, DownloadedFile)
        assert portal.asked == ["/0", "/3"]

    asyncio.run(main())


def test_who_waits_for_a_file_goes_before_what_is_asked_ahead(tmp_path: Path) -> None:
    async def main() -> None:
        portal = _Portal()
        ahead = FilesAhead(portal.answer, addresses(100), 2, tmp_path)
        await ahead.take("/other")
        assert portal.asked.index("/other") <= 2
        ahead.end()

    asyncio.run(main())


def test_it_may_ask_for_more_at_a_time_later(tmp_path: Path) -> None:
    async def main() -> None:
        portal = _Portal()
        ahead = FilesAhead(portal.answer, addresses(20), 1, tmp_path)
        ahead.widen(3)
        for number in range(20):
            await ahead.take(f"/{number}")
        assert portal.most == 4
        ahead.end()

    asyncio.run(main())
