"""What all actions have in common: act, wait until the page rests, tell what changed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from skyvern_dagster.addresses.http_status import is_error
from skyvern_dagster.browser.fetching import reason_of
from skyvern_dagster.browser.page_idle import wait_until_idle, watch_for_effect
from skyvern_dagster.browser.page_snapshot import Mark, page_snapshot
from skyvern_dagster.browser.results import ActionResult, FailureCause
from skyvern_dagster.errors import (
    ActionError,
    BrowserBrokenError,
    GoneError,
    HttpStatusError,
    NotTakenError,
)

if TYPE_CHECKING:
    from playwright.async_api import Page

    from skyvern_dagster.browser.session import BrowserSession

_MOST_TEXTS = 6
"""Notices of one action that a step keeps: the first say what came of it."""
_BACK_TIMEOUT = 10_000.0
"""Milliseconds for a page that was there before."""
_BACK_TRIES = 3
"""Chromium may swallow a step back while its error page is still loading."""
_ERROR_PAGE_SECONDS = 0.5
"""For Chromium to put up its own error page, which it does at once. Arbitrary above that."""


@dataclass(frozen=True)
class _Changes:
    url_before: str
    url_after: str
    new_tab: bool
    page_changed: bool
    dialog: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class _Failure:
    """Why an action was not carried out, and what a server answered, if that was it."""

    error: str
    status: int | None = None
    cause: FailureCause | None = None


async def perform(
    session: BrowserSession,
    act: Callable[[Page], Awaitable[str]],
    *,
    limit: float = 10.0,
    wants_file: bool = False,
    has_effect: bool = False,
) -> ActionResult:
    """Carries out one action on the current page.

    Args:
        session: Where to act.
        act: Does it, and says in a few words what it did.
        limit: Most seconds to wait for the page to come to rest.
        wants_file: Whether a file is expected, which may be worth a longer wait.
        has_effect: Whether the action is there for what the page does then: it is watched for.

    Raises:
        BrowserBrokenError: The browser is gone. Everything else is told in the result.
    """
    page = await session.tabs.ensure()
    mark = await Mark.take(session, page)
    session.traffic.begin()
    message, failure = "", None
    try:
        message, failure = await _attempt(act, page)
        await wait_until_idle(session, mark, limit=limit, wants_file=wants_file)
        if has_effect and failure is None:
            await watch_for_effect(session, mark)
        failure = failure or await _leave_error_page(session, mark)
        await _close_empty_popups(session, mark)
    finally:
        session.traffic.end()
    return await _result(session, mark, message, failure)


async def _attempt(
    act: Callable[[Page], Awaitable[str]], page: Page
) -> tuple[str, _Failure | None]:
    from playwright.async_api import Error

    try:
        return await act(page), None
    except HttpStatusError as error:
        return "", _Failure(str(error), error.status, "http_error")
    except NotTakenError as error:
        return "", _Failure(str(error), cause="not_taken")
    except GoneError as error:
        return "", _Failure(str(error), cause="gone")
    except ActionError as error:
        return "", _Failure(str(error))
    except Error as error:
        browser = page.context.browser
        if browser is not None and not browser.is_connected():
            raise BrowserBrokenError("Chromium stopped unexpectedly during an action") from error
        return "", _Failure(f"It could not be done: {reason_of(error)}")


async def _leave_error_page(session: BrowserSession, mark: Mark) -> _Failure | None:
    """Goes back from the browser's own error page; tells why it came up."""
    from playwright.async_api import Error

    blocked = session.blocked_addresses()
    failed = session.traffic.documents_not_loaded()
    if not blocked and not failed:
        return None
    page = await _error_page(session)
    if page is not None:
        with contextlib.suppress(Error):
            if session.tabs.opened > mark.tabs_opened and len(page.context.pages) > 1:
                await page.close()
            else:
                await leave_error_page(page)
    if blocked:
        return _Failure(blocked[0])
    url, code = failed[0]
    answer = session.traffic.answer_for(url)
    if answer is not None and is_error(answer.status):
        error = HttpStatusError(answer.status, url)
        return _Failure(str(error), error.status, "http_error")
    if page is None:
        return None
    why = f"{url} could not be opened: {reason_of(ActionError(code))}"
    return _Failure(why, cause="unreachable")


async def _error_page(session: BrowserSession) -> Page | None:
    """The error page follows its cause after a moment; an iframe's failure shows none."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _ERROR_PAGE_SECONDS
    while True:
        page = await session.tabs.ensure()
        if page.url.startswith("chrome-error:"):
            return page
        if loop.time() > deadline:
            return None
        await session.traffic.change(_ERROR_PAGE_SECONDS / 10)


async def leave_error_page(page: Page) -> None:
    """Goes back to where the page was before the browser's error page, or to a blank one."""
    from playwright.async_api import Error

    await page.wait_for_url("chrome-error://**", timeout=_BACK_TIMEOUT, wait_until="commit")
    for _ in range(_BACK_TRIES):
        # Chromium reloads its error pages by itself, which gets in the way now and then.
        with contextlib.suppress(Error):
            await page.go_back(wait_until="domcontentloaded", timeout=_BACK_TIMEOUT)
        if not page.url.startswith("chrome-error:"):
            # Going back may have been given up just as the page began to load.
            with contextlib.suppress(Error):
                await page.wait_for_load_state("domcontentloaded", timeout=_BACK_TIMEOUT)
            return
    await page.goto("about:blank")


async def _close_empty_popups(session: BrowserSession, mark: Mark) -> None:
    """Pop-ups that were opened only for a file stay behind blank."""
    page = await session.tabs.ensure()
    is_new = session.tabs.opened > mark.tabs_opened
    has_file = session.downloads.begun > mark.begun
    if is_new and has_file and page.url in ("", "about:blank") and len(page.context.pages) > 1:
        await page.close()


async def _result(
    session: BrowserSession, mark: Mark, message: str, failure: _Failure | None
) -> ActionResult:
    changes = await _changes(session, mark)
    landed = session.downloads.take_unreported()
    problems = session.downloads.problems[mark.problems :]
    if problems and not landed:
        status = problems[0].status
        failure = _Failure(problems[0].reason, status, None if status is None else "http_error")
    error = failure.error if failure is not None else ""
    status = failure.status if failure is not None else None
    names = [file.filename for file in landed]
    dropped = session.dropped_requests()
    return ActionResult(
        ok=failure is None,
        message="; ".join((_sentence(error or message, changes, names), *dropped[:1])),
        url_before=changes.url_before,
        url_after=changes.url_after,
        new_tab=changes.new_tab,
        dialog=changes.dialog,
        text_appeared=changes.texts,
        downloads=landed,
        page_changed=changes.page_changed,
        error=error,
        cause=failure.cause if failure is not None else None,
        http_status=status,
    )


async def _changes(session: BrowserSession, mark: Mark) -> _Changes:
    page = await session.tabs.ensure()
    after = await page_snapshot(page)
    known = set(mark.look.notices)
    texts = tuple(each for each in after.notices if each not in known)[:_MOST_TEXTS]
    dialogs = session.dialogs.messages[mark.dialogs :]
    other_page = page is not mark.page
    return _Changes(
        url_before=mark.look.url,
        url_after=after.url,
        new_tab=other_page and session.tabs.opened > mark.tabs_opened,
        page_changed=other_page
        or (after.url, after.fingerprint) != (mark.look.url, mark.look.fingerprint),
        dialog=" / ".join(dialogs),
        texts=texts,
    )


def _sentence(done: str, changes: _Changes, files: list[str]) -> str:
    parts = [done]
    if files:
        parts.append(f"downloaded {', '.join(files)}")
    if changes.new_tab:
        parts.append(f"a new tab opened: {changes.url_after}")
    elif changes.url_after != changes.url_before:
        parts.append(f"the page is now {changes.url_after}")
    if changes.dialog:
        parts.append(f'a dialog said "{changes.dialog}"')
    if changes.texts:
        parts.append(f'the page says "{changes.texts[0]}"')
    if len(parts) == 1 and not changes.page_changed:
        parts.append("nothing changed on the page")
    return "; ".join(parts)
