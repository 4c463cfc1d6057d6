"""A visitor of the demo shop who reads the HTML, with the standard library's parser."""

from __future__ import annotations

from html.parser import HTMLParser
from types import TracebackType
from typing import Self

import httpx2

from skyvern_dagster.demo.accounts import ACCOUNTS, AccountName


class Page(HTMLParser):
    """Links, alerts, hidden fields and table cells of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: dict[str, str] = {}
        self.targets: dict[str, str | None] = {}
        self.hidden: dict[str, str] = {}
        self.alerts: list[str] = []
        self.rows: list[list[str]] = []
        self.text = ""
        self._href: str | None = None
        self._collect = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "a":
            self._href, self._collect = found.get("href"), ""
            self.targets[self._href or ""] = found.get("target")
        elif tag == "input" and found.get("type") == "hidden":
            self.hidden[found.get("name") or ""] = found.get("value") or ""
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
        if found.get("role") == "alert":
            self.alerts.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._href is not None:
            self.links.setdefault(self._collect.strip(), self._href)
            self._href = None

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._href is not None:
            self._collect += data
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] = (self.rows[-1][-1] + data).strip()
        if self.alerts and not self.alerts[-1]:
            self.alerts[-1] = data.strip()


class Visitor:
    """An HTTP client with cookies that fills in the shop's forms."""

    def __init__(self, url: str) -> None:
        self.http = httpx2.Client(base_url=url, follow_redirects=True, timeout=20)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.http.close()

    def page(self, path: str) -> Page:
        answer = self.http.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return Page(answer.text)

    def submit_login(self, email: str, password: str, path: str = "/login") -> httpx2.Response:
        hidden = self.page(path).hidden
        return self.http.post("/login", data={**hidden, "email": email, "password": password})

    def submit_code(self, code: str) -> httpx2.Response:
        hidden = self.page("/login/verify").hidden
        return self.http.post("/login/verify", data={**hidden, "code": code})

    def log_in(self, name: AccountName) -> None:
        account = ACCOUNTS[name]
        answer = self.submit_login(account.username, account.password)
        assert answer.url.path == "/account", answer.url
