"""The download action: click and take what comes, or fetch an address."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from skyvern_dagster.addresses.http_status import is_error
from skyvern_dagster.browser.action import perform
from skyvern_dagster.browser.clicking import click_target
from skyvern_dagster.browser.download_folder import DownloadProblem
from skyvern_dagster.browser.fetching import fetch_content
from skyvern_dagster.browser.file_content import Content, name_from_response
from skyvern_dagster.browser.results import ActionResult
from skyvern_dagster.browser.target import find_target
from skyvern_dagster.browser.traffic import content_type, is_file, is_page
from skyvern_dagster.errors import (
    ActionError,
    BrowserError,
    HttpStatusError,
    NavigationError,
    NetworkPolicyError,
)

if TYPE_CHECKING:
    from playwright.async_api import Page, Response

    from skyvern_dagster.browser.session import BrowserSession

_LIMIT = 30.0
"""Seconds for a click that asks for a file: servers make invoices when they are asked for."""


async def download(
    session: BrowserSession, ref: str | None = None, url: str | None = None
) -> ActionResult:
    """Gets a file.

    Whatever lands counts: an attachment, what a PDF viewer would have shown, a blob, a file in a
    new tab or an iframe. An HTML page is no file.

    Args:
        session: Where to act.
        ref: What to click; used if both are given.
        url: What to fetch with the session's cookies.
    """
    if ref is None:
        return await _fetch(session, url or "")
    problems = len(session.downloads.problems)
    result = await _click(session, ref)
    if result.downloads:
        return _succeeded(result)
    return await _salvage(session, result, session.downloads.problems[problems:])


async def _fetch(session: BrowserSession, url: str) -> ActionResult:
    async def act(_: Page) -> str:
        if not url:
            raise ActionError("A download needs an element or an address")
        try:
            await _fetch_into(session, url)
        except (NavigationError, NetworkPolicyError) as error:
            raise ActionError(str(error)) from error
        return f"Fetched {url[:200]}"

    return await perform(session, act)


async def _click(session: BrowserSession, ref: str) -> ActionResult:
    async def act(page: Page) -> str:
        target = await find_target(page, ref)
        await click_target(target)
        return f"Clicked {target} for its file"

    return await perform(session, act, limit=_LIMIT, wants_file=True)


async def _fetch_into(session: BrowserSession, url: str) -> None:
    content = await fetch_content(session, url)
    await session.downloads.keep(content)


async def _salvage(
    session: BrowserSession, result: ActionResult, problems: list[DownloadProblem]
) -> ActionResult:
    """No file came by itself: the page may show it, or there is an error to tell."""
    page = session.page
    answer = session.traffic.answer_of(page)
    moved = result.new_tab or page.url != result.url_before
    if moved and answer is not None and is_error(answer.status):
        await _return(session, result)
        return _failed_with(result, HttpStatusError(answer.status, answer.url))
    for response in reversed(session.traffic.documents):
        if _is_shown_file(response) and await _keep_shown(session, response):
            if moved and page.url == response.url:
                await _return(session, result)
            return _saved(session, result)
    if problems:
        return await _diagnosed(session, result, problems[0])
    if result.error:
        return result
    if moved:
        title = await page.title()
        return _failed(result, f'The click led to a page ("{title}", {page.url}), not to a file')
    return replace(_failed(result, f"{result.message}; no file came"), cause="no_file")


def _saved(session: BrowserSession, result: ActionResult) -> ActionResult:
    files = session.downloads.take_unreported()
    message = f"{result.message}; saved {', '.join(file.filename for file in files)}"
    return replace(_succeeded(result), downloads=files, message=message)


def _succeeded(result: ActionResult) -> ActionResult:
    return replace(result, ok=True, error="", cause=None, http_status=None)


def _failed(result: ActionResult, error: str) -> ActionResult:
    return replace(result, ok=False, error=error, message=error)


def _failed_with(result: ActionResult, error: BrowserError) -> ActionResult:
    failed = _failed(result, str(error))
    if isinstance(error, HttpStatusError):
        return replace(failed, cause="http_error", http_status=error.status)
    return failed


def _is_shown_file(response: Response) -> bool:
    """In an iframe's viewer, or as text or picture in a page of its own."""
    return not is_page(response) and not is_file(response)


async def _keep_shown(session: BrowserSession, response: Response) -> bool:
    from playwright.async_api import Error

    declared = content_type(response)
    try:
        if "pdf" in declared:
            # The body that the browser has is its viewer's page.
            await _fetch_into(session, response.url)
        else:
            disposition = response.headers.get("content-disposition", "")
            name = name_from_response(response.url, disposition)
            content = Content(await response.body(), response.url, name, declared)
            await session.downloads.keep(content)
    except (Error, BrowserError):
        return False
    return True


async def _return(session: BrowserSession, result: ActionResult) -> None:
    """Leaves the page that showed a file or an error, for the one that was clicked on."""
    from playwright.async_api import Error

    page = session.page
    try:
        if result.new_tab and len(page.context.pages) > 1:
            await page.close()
        else:
            await page.go_back(wait_until="domcontentloaded")
    except Error as error:
        raise BrowserError(f"The session could not go back from {page.url}") from error


async def _diagnosed(
    session: BrowserSession, result: ActionResult, problem: DownloadProblem
) -> ActionResult:
    """Chromium only says "canceled" where a server refuses a file; asking again tells more."""
    if not problem.unexplained or not problem.url.startswith("http"):
        return result
    try:
        await _fetch_into(session, problem.url)
    except BrowserError as error:
        return _failed_with(result, error)
    return _saved(session, result)
