"""A session in synchronous words, for tests."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

from skyvern_dagster.browser import actions, file_actions, navigation
from skyvern_dagster.browser.observation import Node, Observation
from skyvern_dagster.browser.results import ActionResult
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.browser.session import BrowserSession
from tests.browser.site import Site

T = TypeVar("T")


class Visit:
    """One visitor of the site: finds elements by how they read and acts on them."""

    def __init__(self, runtime: BrowserRuntime, session: BrowserSession, site: Site) -> None:
        self.runtime = runtime
        self.session = session
        self.site = site

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.runtime.run(coroutine)

    def open(self, path: str) -> ActionResult:
        url = path if "//" in path else self.site.url + path
        return self.run(navigation.goto(self.session, url))

    def look(self) -> Observation:
        return self.run(self.session.observe())

    def find(self, name: str, role: str = "") -> Node:
        """The node that reads like this."""
        page = self.look()
        for node in page.root.walk():
            if node.ref and (node.name or node.full_text) == name and role in ("", node.role):
                return node
        raise AssertionError(f"no {role} {name!r} in:\n{page.text}")

    def ref(self, name: str, role: str = "") -> str:
        ref = self.find(name, role).ref
        assert ref
        return ref

    def click(self, name: str, role: str = "") -> ActionResult:
        return self.run(actions.click(self.session, self.ref(name, role)))

    def download(self, name: str) -> ActionResult:
        return self.run(file_actions.download(self.session, ref=self.ref(name)))

    def fetch(self, path: str) -> ActionResult:
        url = path if ":" in path else self.site.url + path
        return self.run(file_actions.download(self.session, url=url))

    def evaluate(self, expression: str) -> Any:
        return self.run(self.session.page.evaluate(expression))

    @property
    def path(self) -> str:
        return self.session.page.url.removeprefix(self.site.url)
