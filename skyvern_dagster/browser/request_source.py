"""Whose requests are made without a page: a session's, or those of a browser state at rest."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, field
from functools import cache
from http.cookiejar import Cookie, CookieJar
from typing import TYPE_CHECKING, Any, Protocol
from urllib.request import Request

from skyvern_dagster.browser.state import BrowserState

if TYPE_CHECKING:
    import ssl

    import httpx2
    from playwright._impl._api_structures import SetCookieParam
    from playwright.async_api import BrowserContext

    from skyvern_dagster.browser.session import BrowserSession, SessionOptions


class Jar(Protocol):
    """Cookies that requests take along, and where those go that answers set."""

    async def header(self, url: str) -> str:
        """The ``Cookie`` header for an address; empty where it gets none."""
        ...

    async def keep(self, response: httpx2.Response) -> None:
        """Takes what an answer sets: a server that does so with a file means it for all."""
        ...


@dataclass(frozen=True)
class RequestSource:
    """How requests are made so that a server sees the browser that it knows.

    Attributes:
        options: As of the session.
        user_agent: What the browser calls itself.
        proxy: What holds requests to the network policy; empty where nothing has to.
        referrer: The page that leads to them; empty to tell none.
        jar: Its cookies.
    """

    options: SessionOptions
    user_agent: str
    proxy: str
    referrer: str
    jar: Jar = field(repr=False)

    @classmethod
    def of_session(cls, session: BrowserSession, *, tells_referrer: bool) -> RequestSource:
        """Requests of an open session."""
        page = session.page
        referrer = page.url if tells_referrer and page.url.startswith("http") else ""
        jar = ContextJar(page.context)
        return cls(session.options, session.user_agent, session.proxy, referrer, jar)

    def client(self, timeout: float) -> httpx2.AsyncClient:
        """A client that goes where the browser would, the way that it would.

        Args:
            timeout: Seconds for a server to connect, and for each part of its answer.
        """
        import httpx2

        extra = dict(self.options.extra)
        return httpx2.AsyncClient(
            headers={
                "user-agent": extra.get("user_agent") or self.user_agent,
                "accept": "*/*",
                "accept-language": self.options.locale,
                **extra.get("extra_http_headers", {}),
            },
            timeout=timeout,
            proxy=self.proxy or None,
            verify=_tls(is_checked=not extra.get("ignore_https_errors", False)),
        )

    async def headers(self, url: str) -> dict[str, str]:
        """What goes along with one request."""
        cookies = await self.jar.header(url)
        referrer = {"referer": self.referrer} if self.referrer else {}
        return {**referrer, **({"cookie": cookies} if cookies else {})}


@cache
def _tls(*, is_checked: bool) -> ssl.SSLContext:
    """Read once: all certificates that are trusted take as long as a quick server's answer."""
    import httpx2

    return httpx2.create_ssl_context(verify=is_checked)


class ContextJar:
    """The cookies of an open context.

    Args:
        context: Whose.
    """

    def __init__(self, context: BrowserContext) -> None:
        self._context = context

    async def header(self, url: str) -> str:
        """See :class:`Jar`."""
        cookies = await self._context.cookies(url)
        return "; ".join(f"{each['name']}={each['value']}" for each in cookies)

    async def keep(self, response: httpx2.Response) -> None:
        """See :class:`Jar`."""
        from playwright.async_api import Error

        for cookie in _set_cookies(response):
            with contextlib.suppress(Error):  # one that no browser would take
                await self._context.add_cookies([cookie])


class StateJar:
    """The cookies of a state at rest, for one task: what is set here, no other task sees.

    Args:
        state: As a session handed it on.
    """

    def __init__(self, state: BrowserState) -> None:
        self._jar = CookieJar()
        for each in state.storage.get("cookies", ()):
            self._jar.set_cookie(_cookie(each))

    async def header(self, url: str) -> str:
        """See :class:`Jar`."""
        request = Request(url)  # noqa: S310 - nothing is opened: it is what the jar asks about
        self._jar.add_cookie_header(request)
        return str(request.get_header("Cookie") or "")

    async def keep(self, response: httpx2.Response) -> None:
        """See :class:`Jar`."""
        for cookie in response.cookies.jar:
            self._jar.set_cookie(cookie)


def _cookie(kept: dict[str, Any]) -> Cookie:
    """A cookie of Playwright's storage state in Python's words."""
    domain, expires = str(kept["domain"]), float(kept.get("expires") or -1)
    return Cookie(
        version=0,
        name=str(kept["name"]),
        value=str(kept["value"]),
        port=None,
        port_specified=False,
        # Python's jar knows a host without a dot by this ending.
        domain=domain if "." in domain else f"{domain}.local",
        domain_specified=domain.startswith("."),
        domain_initial_dot=domain.startswith("."),
        path=str(kept.get("path") or "/"),
        path_specified=True,
        secure=bool(kept.get("secure")),
        expires=int(expires) if expires > 0 else None,
        discard=0 < expires < time.time(),
        comment=None,
        comment_url=None,
        rest={},
    )


def _set_cookies(response: httpx2.Response) -> list[SetCookieParam]:
    """The cookies that an answer sets, in Playwright's words."""
    return [
        {
            "name": each.name,
            "value": each.value or "",
            "domain": each.domain,
            "path": each.path,
            "secure": each.secure,
            "httpOnly": each.has_nonstandard_attr("HttpOnly"),
            "expires": float(each.expires) if each.expires else -1,
        }
        for each in response.cookies.jar
    ]
