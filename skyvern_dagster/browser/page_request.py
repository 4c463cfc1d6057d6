"""A request of a page before it leaves the browser, and who may stop it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_DOCUMENT = "Document"


@dataclass(frozen=True)
class PageRequest:
    """What a page is about to ask for.

    Attributes:
        url: Its address; after a redirect, the one that it leads to.
        method: HTTP method.
        body: What goes along, as text; bytes that are none are kept one by one (Latin-1).
        is_whole: Whether all of the body is here (a file that is sent isn't).
        kind: The DevTools protocol's word: ``Document``, ``XHR``, ``Ping``, ``Image``, ...
        is_page: Whether it is for a tab as a whole: a navigation, or a new tab.
        was_redirected: Whether a server sent it on.
        headers: The browser's own, without cookies.
    """

    url: str
    method: str
    body: str
    is_whole: bool
    kind: str
    is_page: bool
    was_redirected: bool
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, event: Mapping[str, Any], *, is_page: bool) -> PageRequest:
        """Reads a ``Fetch.requestPaused`` event.

        Args:
            is_page: Whether its frame is a tab's main one.
        """
        request = event["request"]
        entries = request.get("postDataEntries") or ()
        # An entry without bytes is a file, which the browser reads when it sends it.
        parts = [base64.b64decode(each["bytes"]) for each in entries if "bytes" in each]
        body = b"".join(parts).decode("latin-1")
        utf8 = str(request.get("postData") or "")
        return cls(
            url=request["url"] + request.get("urlFragment", ""),
            method=request["method"],
            body=f"{utf8}\n{body}" if body != utf8 else utf8,
            is_whole=len(parts) == len(entries)
            and (bool(parts or utf8) or not request.get("hasPostData")),
            kind=event["resourceType"],
            is_page=is_page and event["resourceType"] == _DOCUMENT,
            was_redirected="redirectedRequestId" in event,
            headers=request.get("headers", {}),
        )

    @property
    def is_document(self) -> bool:
        """Whether a page or a frame shows what comes."""
        return self.kind == _DOCUMENT

    @property
    def sends(self) -> bool:
        """Whether it hands something over rather than only asking."""
        return self.method not in ("GET", "HEAD", "OPTIONS")


class RequestRules:
    """Says which requests of a session's pages don't go out. This one lets all of them through."""

    @property
    def watches_all(self) -> bool:
        """Whether requests other than for documents have to be shown, too; each costs a little."""
        return False

    def refusal(self, request: PageRequest) -> str | None:
        """Why a request is stopped, in words for the planner; ``None`` lets it through."""
        del request
        return None

    @property
    def header_names(self) -> frozenset[str]:
        """Names of the headers that :meth:`headers_for` may give, in lower case."""
        return frozenset()

    def headers_for(self, url: str) -> Mapping[str, str]:
        """What is sent to an address beside the browser's own headers."""
        del url
        return {}

    def knows(self, request: PageRequest) -> bool:
        """Whether a request carries something of this session: whose frame it is, is unknown."""
        del request
        return False

    def fetch_refusal(self, url: str, *, was_redirected: bool) -> str | None:
        """Why a file isn't fetched from an address, past the browser's pages."""
        del url, was_redirected
        return None

    def page_refusal(self, url: str) -> str | None:
        """Why a page that has been answered isn't shown; a file from there may still land."""
        del url
        return None
