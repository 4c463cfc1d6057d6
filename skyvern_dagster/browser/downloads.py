"""Collects every file that a session's pages give, whatever way it comes."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator, Awaitable, Coroutine
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skyvern_dagster.addresses.http_status import is_error
from skyvern_dagster.browser import file_content
from skyvern_dagster.browser.download_folder import DownloadFolder, DownloadProblem
from skyvern_dagster.browser.download_growth import Growth
from skyvern_dagster.browser.download_limits import CHUNK, DownloadLimits, write_chunks
from skyvern_dagster.browser.file_content import Content
from skyvern_dagster.browser.results import DownloadedFile
from skyvern_dagster.browser.scripts import script
from skyvern_dagster.browser.traffic import DocumentAnswer, Traffic, content_type, is_in_iframe
from skyvern_dagster.errors import ActionError, DiskFullError

if TYPE_CHECKING:
    from playwright.async_api import Download, Frame, Page, Response


class Downloads(DownloadFolder):
    """The download folder of a session, and what is on its way there.

    Args:
        folder: Where files go; made if it isn't there.
        traffic: Knows the responses that became downloads.
        limits: What is taken.

    Attributes:
        begun: How many files have begun to come.
    """

    def __init__(
        self,
        folder: Path,
        traffic: Traffic,
        limits: DownloadLimits = DownloadLimits(),  # noqa: B008
    ) -> None:
        super().__init__(folder, limits)
        self._begun_before = 0
        self._traffic = traffic
        self._saving: set[asyncio.Task[object]] = set()
        self._reported = 0
        self.begun = 0

    @property
    def is_saving(self) -> bool:
        """Whether a file is on its way."""
        return bool(self._saving)

    @property
    def folder(self) -> Path:
        """Where files go from now on.

        Setting it is for whoever goes on with the session: what landed before is not theirs.
        """
        return self._folder

    @folder.setter
    def folder(self, folder: Path) -> None:
        self._folder = folder
        self._reported = len(self.landed)
        self._begun_before = self.begun

    def take_unreported(self) -> tuple[DownloadedFile, ...]:
        """Files that have landed since the last call, each once.

        A page may ask for a file twice, or fetch it and then save what it has fetched.
        """
        unreported, kept = self.landed[self._reported :], list[DownloadedFile]()
        for file in unreported:
            if any(_is_same(file, each) for each in kept):
                file.path.unlink(missing_ok=True)
            else:
                kept.append(file)
        self.landed[self._reported :] = kept
        self._reported = len(self.landed)
        return tuple(kept)

    def follow(self, page: Page) -> None:
        """Takes the downloads of a page, and the file of one that only shows a blob's content."""
        page.on("download", self._take_download)
        page.on("response", partial(self._take_framed, page))
        if page.url.startswith("blob:"):
            self._begin(self._save_viewed_blob(page))

    def receive(self, content: Coroutine[Any, Any, Content]) -> None:
        """Takes a file that the interception reads on its way to a new tab."""
        self._begin(self._keep_received(content))

    def _take_framed(self, page: Page, response: Response) -> None:
        """A document that a page has made and shows in a frame; Chromium's viewer is off."""
        if (
            response.url.startswith("blob:")
            and response.request.is_navigation_request()
            and content_type(response) == "application/pdf"
            and is_in_iframe(response)
            and self.begun - self._begun_before < self.limits.most_files
        ):
            self._begin(self._save_blob(page, response.url))

    def _take_download(self, download: Download) -> None:
        if self.begun - self._begun_before >= self.limits.most_files:
            self._begin(self._refuse(download))
        else:
            self._begin(self._save_download(download))

    async def _refuse(self, download: Download) -> None:
        from playwright.async_api import Error

        with contextlib.suppress(Error):
            await download.cancel()
        if all(problem.reason != self.limits.too_many for problem in self.problems):
            self.problems.append(DownloadProblem(self.limits.too_many, download.url))

    async def _keep_received(self, content: Coroutine[Any, Any, Content]) -> None:
        from playwright.async_api import Error

        try:
            received = await content
        except Error as error:
            self.problems.append(DownloadProblem(f"A file broke off: {error.message}", ""))
            return
        except (ActionError, DiskFullError) as error:
            self.problems.append(DownloadProblem(str(error), ""))
            return
        with contextlib.suppress(ActionError):
            await self.keep(received)

    def _begin(self, saving: Awaitable[object]) -> None:
        self.begun += 1
        self._traffic.nudge()
        task = asyncio.ensure_future(saving)
        self._saving.add(task)
        task.add_done_callback(self._finish)

    def _finish(self, task: asyncio.Task[object]) -> None:
        self._saving.discard(task)
        self._traffic.nudge()

    async def _save_download(self, download: Download) -> None:
        from playwright.async_api import Error

        name = file_content.safe_name(download.suggested_filename)
        answer = self._traffic.answer_for(download.url)
        target = self._free_path(name)
        growth = Growth(download, target, name, self.limits)
        watching = asyncio.ensure_future(growth.watch())
        try:
            await download.save_as(target)
        except Error as error:
            target.unlink(missing_ok=True)
            problem = _problem(name, download.url, answer, error.message)
            if growth.refusal:
                problem = DownloadProblem(growth.refusal, download.url)
            self.problems.append(problem)
            return
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        finally:
            watching.cancel()
        with contextlib.suppress(Error):
            await download.delete()
        declared = answer.content_type if answer else ""
        with contextlib.suppress(ActionError):
            self._check_in(
                target, name, download.url, declared, html_is_fine=_is_html_attachment(answer)
            )

    async def _save_viewed_blob(self, viewer: Page) -> None:
        url = viewer.url
        answer = self._traffic.answer_for(url)
        if answer is None or answer.content_type in ("", "text/html", "application/xhtml+xml"):
            return
        if await self._save_blob(viewer, url):
            await viewer.close()

    async def _save_blob(self, page: Page, url: str) -> bool:
        """Keeps a blob; whether there was one, fit to be kept or not."""
        try:
            content = await read_blob(page, url, self._folder, self.limits)
        except ActionError as error:
            self.problems.append(DownloadProblem(str(error), url))
            return False
        if content is None:
            self.problems.append(DownloadProblem("The file was only in memory and is gone", url))
            return False
        with contextlib.suppress(ActionError):
            await self.keep(content)
        return True


async def read_blob(page: Page, url: str, folder: Path, limits: DownloadLimits) -> Content | None:
    """Reads a ``blob:`` address through the page that made it; ``None`` when it is gone.

    Args:
        page: Any page of the session.
        url: The address.
        folder: Where it is written to.
        limits: What is taken.

    Raises:
        ActionError: It is too large.
    """
    from playwright.async_api import Error

    opener = await page.opener()
    pages = [opener] if opener else []
    pages += [each for each in page.context.pages if each is not opener]
    for each in pages:
        for frame in each.frames:
            try:
                answer = await frame.evaluate(script("read_blob"), [url, 0, 0])
            except Error:
                continue
            if answer:
                name = file_content.with_suffix("download", answer["type"])
                if answer["size"] > limits.most_bytes:
                    raise ActionError(limits.too_large(name))
                parts = _blob_parts(frame, url, answer["size"])
                body = await write_chunks(parts, folder, name, limits)
                return Content(body, url, name, answer["type"])
    return None


async def _blob_parts(frame: Frame, url: str, size: int) -> AsyncIterator[bytes]:
    for start in range(0, size, CHUNK):
        part = await frame.evaluate(script("read_blob"), [url, start, start + CHUNK])
        if part is None:
            raise ActionError(f"The file at {url} was only in memory and is gone")
        yield base64.b64decode(part["content"])


def _is_same(file: DownloadedFile, other: DownloadedFile) -> bool:
    addresses = {file.source_url, other.source_url}
    made = any(url.startswith("blob:") for url in addresses)
    return file.sha256 == other.sha256 and (made or len(addresses) == 1)


def _is_html_attachment(answer: DocumentAnswer | None) -> bool:
    return answer is not None and answer.disposition.lower().startswith("attachment")


def _problem(name: str, url: str, answer: DocumentAnswer | None, reason: str) -> DownloadProblem:
    if answer is not None and is_error(answer.status):
        refusal = f"The server answered HTTP {answer.status} instead of giving {name}"
        return DownloadProblem(refusal, url, status=answer.status)
    first = reason.strip().splitlines()[0] if reason.strip() else "no reason given"
    # Chromium's own word for it: there is no code beside it.
    canceled = "canceled" in first
    return DownloadProblem(f"{name} could not be downloaded: {first}", url, unexplained=canceled)
