"""Portals that don't like several pages of one login at the same time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from skyvern_dagster.browser.runtime import BrowserRuntime
from tests.agent.test_known_files import NUMBERS, WORKFLOW, bill, fetched
from tests.loopback import Answering, LoopbackSite, bound


class Crowded(LoopbackSite):
    """A list of bills that is opened by one at a time: others are turned away.

    Attributes:
        logs_out: Whether they see a login page; else "too many requests".
        turned_away: How often that has happened.
    """

    def __init__(self) -> None:
        self.logs_out = False
        self.turned_away = 0
        self.guard = threading.Lock()
        super().__init__(bound(_Handler, self))


class _Handler(Answering):
    site: Crowded

    def get(self) -> None:
        path = urlsplit(self.path).path
        if path == "/enter":
            self.page("<h1>In</h1>")
        elif path == "/bills":
            self._list()
        elif path.startswith("/bill/"):
            number = NUMBERS[int(path.rpartition("/")[2])]
            disposition = f'attachment; filename="{number}.pdf"'
            self.answer(200, "application/pdf", bill(number), Content_Disposition=disposition)
        else:
            self.answer(404, "text/html", b"<h1>Not here</h1>")

    def _list(self) -> None:
        if not self.site.guard.acquire(blocking=False):
            self.site.turned_away += 1
            if self.site.logs_out:
                return self.page("<h1>Log in</h1><form><input type=password></form>")
            return self.answer(429, "text/html", b"<h1>Too many requests</h1>")
        try:
            time.sleep(0.5)  # so long does it look things up
            rows = "".join(
                f"<tr><td>{each}</td><td><a href='/bill/{place}'>Bill</a></td></tr>"
                for place, each in enumerate(NUMBERS)
            )
            self.page(f"<h1>Bills</h1><table><tr><th>Number</th><th></th></tr>{rows}</table>")
        finally:
            self.site.guard.release()


@pytest.fixture
def crowded() -> Iterator[Crowded]:
    with Crowded() as running:
        yield running


@pytest.mark.parametrize("logs_out", [False, pytest.param(True, marks=pytest.mark.long)])
def test_a_portal_that_turns_away_is_asked_for_one_item_at_a_time(
    tmp_path: Path, runtime: BrowserRuntime, crowded: Crowded, *, logs_out: bool
) -> None:
    crowded.logs_out = logs_out
    records = fetched(tmp_path, runtime, crowded, text=WORKFLOW, on=False)
    assert {each.outcome.status for each in records.values()} == {"completed"}
    # Only those that had begun together, at most three beside the first one; each looks twice.
    assert 1 <= crowded.turned_away <= 6
