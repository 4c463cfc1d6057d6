"""One session of the Chrome DevTools Protocol for each page that needs one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from playwright.async_api import CDPSession, Page

_sessions: WeakKeyDictionary[Page, CDPSession] = WeakKeyDictionary()
"""They end with their pages."""


async def protocol_of(page: Page) -> CDPSession:
    """The page's session, opened when it is first asked for.

    Raises:
        playwright.async_api.Error: The page is gone.
    """
    if page not in _sessions:
        opened = await page.context.new_cdp_session(page)
        return _sessions.setdefault(page, opened)
    return _sessions[page]
