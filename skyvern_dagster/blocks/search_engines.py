"""Search engines that are asked over HTTP: a SearXNG server of one's own, Exa, Google."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode

from skyvern_dagster.addresses.http_status import is_error, may_pass
from skyvern_dagster.blocks.web_client import WebRequest, exchange
from skyvern_dagster.browser.network import NetworkPolicy
from skyvern_dagster.errors import BlockError

Provider = Literal["auto", "google", "exa"]

_EXA = "https://api.exa.ai/search"
_GOOGLE = "https://customsearch.googleapis.com/customsearch/v1"
_GOOGLE_PAGE = 10
"""Google's Custom Search gives at most ten results a request."""
_SECONDS = 30.0
"""For one request: an engine that takes longer is down. Arbitrary."""
_MOST_BYTES = 5_000_000
"""Of one answer: ten results take some kilobytes. Arbitrary above that."""

NO_ENGINE = (
    "no search engine is configured: set SKYVERN_SEARCH_URL (a SearXNG server of yours, with JSON "
    "among its formats), SKYVERN_EXA_API_KEY, or SKYVERN_GOOGLE_SEARCH_KEY and "
    "SKYVERN_GOOGLE_SEARCH_ID"
)
"""What to set up before anything can be searched for."""


@dataclass(frozen=True)
class SearchResult:
    """A page that was found."""

    title: str
    url: str
    snippet: str

    def as_dict(self) -> dict[str, str]:
        """The form that it has in outputs."""
        return {"title": self.title, "url": self.url, "snippet": self.snippet}


@dataclass(frozen=True)
class SearchSettings:
    """Which engines there are.

    Attributes:
        url: Address of a SearXNG server.
        exa_key: Key of Exa's API.
        google_key: Key of Google's Custom Search API.
        google_id: Its search engine's id.
    """

    url: str = ""
    exa_key: str = field(default="", repr=False)
    google_key: str = field(default="", repr=False)
    google_id: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> SearchSettings:
        """As the environment says."""
        env = os.environ if environment is None else environment
        return cls(
            env.get("SKYVERN_SEARCH_URL", "").strip().rstrip("/"),
            env.get("SKYVERN_EXA_API_KEY", "").strip(),
            env.get("SKYVERN_GOOGLE_SEARCH_KEY", "").strip(),
            env.get("SKYVERN_GOOGLE_SEARCH_ID", "").strip(),
        )

    @property
    def has_google(self) -> bool:
        """Whether Google can be asked."""
        return bool(self.google_key and self.google_id)


def search(
    settings: SearchSettings, provider: Provider, query: str, most: int, policy: NetworkPolicy
) -> list[SearchResult]:
    """What an engine finds, at most so many.

    Raises:
        BlockError: There is none, it can't be reached, or refuses.
    """
    if provider in ("auto", "google") and settings.has_google:
        return _google(settings, query, most, policy)
    if provider in ("auto", "exa") and settings.exa_key:
        return _exa(settings, query, most, policy)
    if settings.url:
        # It asks Google, and others, by itself; where it is, the operator has said.
        return _searxng(settings, query, most, NetworkPolicy())
    raise BlockError(NO_ENGINE)


def _searxng(
    settings: SearchSettings, query: str, most: int, policy: NetworkPolicy
) -> list[SearchResult]:
    found: list[SearchResult] = []
    for page in range(1, 11):
        asked = urlencode({"q": query, "format": "json", "pageno": page})
        request = WebRequest("GET", f"{settings.url}/search?{asked}")
        answer = _asked(request, policy, "the SearXNG server")
        fresh = [
            SearchResult(str(each.get("title", "")), str(each["url"]), str(each.get("content", "")))
            for each in answer.get("results", [])
            if isinstance(each, dict) and each.get("url")
        ]
        known = {each.url for each in found}
        fresh = [each for each in fresh if each.url not in known]
        found += fresh
        if not fresh or len(found) >= most:
            break
    return found[:most]


def _exa(
    settings: SearchSettings, query: str, most: int, policy: NetworkPolicy
) -> list[SearchResult]:
    body = {"query": query, "numResults": most, "contents": {"text": {"maxCharacters": 500}}}
    headers = {"x-api-key": settings.exa_key, "content-type": "application/json"}
    request = WebRequest("POST", _EXA, headers, json.dumps(body).encode(), holds_secret=True)
    answer = _asked(request, policy, "Exa")
    return [
        SearchResult(
            str(each.get("title") or ""), str(each.get("url") or ""), str(each.get("text") or "")
        )
        for each in answer.get("results", [])
    ][:most]


def _google(
    settings: SearchSettings, query: str, most: int, policy: NetworkPolicy
) -> list[SearchResult]:
    found: list[SearchResult] = []
    while len(found) < most:
        wanted = {"q": query, "cx": settings.google_id, "start": len(found) + 1,
                  "num": min(_GOOGLE_PAGE, most - len(found))}  # fmt: skip
        headers = {"x-goog-api-key": settings.google_key}
        request = WebRequest("GET", f"{_GOOGLE}?{urlencode(wanted)}", headers, holds_secret=True)
        items = _asked(request, policy, "Google").get("items", [])
        found += [
            SearchResult(
                str(each.get("title", "")), str(each.get("link", "")), str(each.get("snippet", ""))
            )
            for each in items
        ]
        if len(items) < _GOOGLE_PAGE:
            break
    return found[:most]


def _asked(request: WebRequest, policy: NetworkPolicy, who: str) -> dict[str, Any]:
    answer = exchange(request, policy, seconds=_SECONDS, most_bytes=_MOST_BYTES)
    if is_error(answer.status):
        raise BlockError(
            f"{who} refused the search (HTTP {answer.status})", retryable=may_pass(answer.status)
        )
    try:
        document = json.loads(answer.body)
    except ValueError as error:
        raise BlockError(f"{who} gave no JSON: is `json` among its formats?") from error
    if not isinstance(document, dict):
        raise BlockError(f"{who} gave an answer of another form")
    return document
