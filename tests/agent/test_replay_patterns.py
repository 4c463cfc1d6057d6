"""Recordings of two records become one that holds for all, and say where they don't hold."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from skyvern_dagster.agent.decisions import Click, Decision, Download
from skyvern_dagster.agent.planner import Goal, PastAction, PastStep, Place, Plan, PlanRequest
from skyvern_dagster.agent.planners.replay.library import RecordingLibrary, previous_of
from skyvern_dagster.agent.planners.replay.planner import ReplayPlanner
from skyvern_dagster.agent.policy import PlannerPolicy
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.browser.observation import Node, Observation
from skyvern_dagster.browser.results import ActionResult, DownloadedFile

SITE = "https://shop.example"
KEY = "recordings/wpid_1/fetch/shop.example.yaml"
Rows = Sequence[tuple[str, str, str]]  # order, name of its link, path of its link


class Reader:
    """In a model's place: clicks its way to the record as a strong reader would, and counts."""

    name = "llm"

    def __init__(self, decide: Callable[[PlanRequest], Sequence[Decision]]) -> None:
        self.calls = 0
        self._decide = decide

    async def plan(self, request: PlanRequest) -> Plan:
        self.calls += 1
        return Plan(tuple(self._decide(request)), 0.9, "", self.name)


class Shop:
    """Two pages without a browser: a home page with a menu, and the orders."""

    def __init__(self, rows: Rows, menu: str = "Orders", folder: str = "my") -> None:
        self.rows = rows
        self.menu = menu
        self.folder = folder

    def page(self, path: str) -> Observation:
        heading = Node("heading", "Your orders" if "orders" in path else "Home", level=1)
        if "orders" not in path:
            link = Node("link", self.menu, ref="e1", tag="a", url=f"{SITE}/{self.folder}/orders")
            return Observation(SITE + path, "Shop", Node("document", children=(heading, link)))
        rows = tuple(
            Node("row", children=(Node("cell", order), Node("cell", children=(
                Node("link", name, ref=f"e{place}", tag="a", url=SITE + file),))))
            for place, (order, name, file) in enumerate(self.rows)
        )  # fmt: skip
        table = Node("table", children=rows)
        return Observation(SITE + path, "Shop", Node("document", children=(heading, table)))

    def result(self, decision: Decision, page: Observation) -> ActionResult:
        node = page.find(getattr(decision, "ref", ""))
        after = node.url if node is not None and isinstance(decision, Click) else page.url
        name = str(node.url).rpartition("/")[2] if node is not None else ""
        file = DownloadedFile(Path(name), name, "application/pdf", 1, "0", "")
        landed = (file,) if isinstance(decision, Download) else ()
        return ActionResult(True, "", page.url, str(after), page_changed=True, downloads=landed)


class FilePages(Shop):
    """A link of a row leads to a page about the file, where it is to be had."""

    def page(self, path: str) -> Observation:
        if "attachments" not in path:
            return super().page(path)
        heading = Node("heading", "About the file", level=1)
        link = Node("link", "Download", ref="e1", tag="a", url=f"{SITE}/download{path}")
        return Observation(SITE + path, "Shop", Node("document", children=(heading, link)))

    def result(self, decision: Decision, page: Observation) -> ActionResult:
        result = super().result(decision, page)
        node = page.find(getattr(decision, "ref", ""))
        url = str(node.url) if node is not None else ""
        if "/download/" in url or not isinstance(decision, Download):
            return result
        error = "The click led to a page, not to a file"
        return ActionResult(False, "", page.url, url, page_changed=True, error=error)


class Desk:
    """Fetches one order's invoice after the other, as a loop's iterations do."""

    def __init__(self, folder: Path) -> None:
        self.library = RecordingLibrary(ArtifactStore(folder))
        self.reader = Reader(_as_a_reader)
        self.planner = PlannerPolicy([ReplayPlanner(self.library), self.reader])
        self.declined: list[str] = []

    def fetch(self, shop: Shop, order: str, **variables: str) -> str:
        """The name of the file that was fetched."""
        goal = Goal(f"Download the invoice of order {order}", complete_on_download=True)
        place = Place("wpid_1", "fetch", {"order_id": order, **variables})
        learner = self.planner.learner()
        assert learner is not None
        history: list[PastStep] = []
        path = "/"
        for order_of_step in range(4):
            page = shop.page(path)
            request = PlanRequest(goal, page, tuple(history), place=place)
            plan = asyncio.run(self.planner.plan(request))
            self.declined += [each.reason for each in plan.declined if each.diverged]
            actions = [PastAction(each, shop.result(each, page)) for each in plan.decisions]
            learner.note(request, plan, actions)
            history.append(PastStep(order_of_step, page.url, "", plan.planner, tuple(actions)))
            path = actions[-1].result.url_after.removeprefix(SITE)
            if actions[-1].result.downloads:
                learner.finish(completed=True)
                return actions[-1].result.downloads[0].filename
        raise AssertionError("no file")


def _as_a_reader(request: PlanRequest) -> Sequence[Decision]:
    page, order = request.observation, request.place.variables["order_id"]
    if "attachments" in page.url:
        return [Download(ref="e1")]
    if "orders" not in page.url:
        return [Click(ref="e1")]
    row = next(node for node in page.root.walk() if node.role == "row" and order in node.full_text)
    return [Download(ref=next(str(node.ref) for node in row.walk() if node.ref))]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def _numbered(count: int) -> Rows:
    return [
        (f"LF-{n}", f"Invoice {7000 + n * 13}", f"/file/{n * 31}") for n in range(10, 10 + count)
    ]


def _lettered(count: int) -> Rows:
    words = [f"{chr(65 + n % 26)}{chr(65 + n * 7 % 26)}Q" for n in range(count)]
    return [
        (f"LF-{n + 10}", f"Invoice {word} (PDF)", f"/{word.lower()}/order/LF-{n + 10}")
        for n, word in enumerate(words)
    ]


@pytest.mark.parametrize(("rows", "calls"), [(_numbered(50), 2), (_lettered(50), 3)])
def test_fifty_invoices_whose_links_have_names_of_their_own(
    desk: Desk, rows: Rows, calls: int
) -> None:
    """Two steps of the first one, and the second one's link where its name shares no words."""
    shop = Shop(rows)
    for order, _, path in rows:
        assert desk.fetch(shop, order) == path.rpartition("/")[2]
    assert desk.reader.calls == calls


def test_a_page_about_the_file_is_gone_through_again(desk: Desk) -> None:
    rows = [(f"LF-{n}", f"bill_{n}.pdf", f"/attachments/{n * 31}") for n in range(10, 20)]
    shop = FilePages(rows)
    for order, _, path in rows:
        assert desk.fetch(shop, order) == path.rpartition("/")[2]
    assert desk.reader.calls == 3  # of the first one; its link's name says the order
    assert desk.declined == []


def test_what_differs_is_a_pattern_that_people_can_read(desk: Desk) -> None:
    rows = _lettered(3)
    for order, _, _ in rows[:2]:
        desk.fetch(Shop(rows), order)
    element = desk.library.store.read(KEY).decode()
    assert "name: Invoice * (PDF)" in element
    assert "url: /*/order/{{ order_id }}" in element
    assert "varies: true" in element


def test_a_link_of_the_menu_that_is_called_otherwise_was_renamed(desk: Desk) -> None:
    rows = _numbered(3)
    desk.fetch(Shop(rows), rows[0][0])
    desk.fetch(Shop(rows, menu="Purchases", folder="all"), rows[1][0])
    text = desk.library.store.read(KEY).decode()
    assert "name: Purchases" in text
    assert "name: '*'" not in text
    expected, there = desk.declined[0].split(";", 1)
    assert 'there is no link "Orders"' in expected
    assert 'there are link "Purchases"' in there
    assert desk.declined[0] in " ".join(text.split())
    assert "name: Orders" in desk.library.store.read(previous_of(KEY)).decode()


def test_a_counted_name_is_the_same(desk: Desk) -> None:
    rows = _numbered(2)
    desk.fetch(Shop(rows, menu="Orders (2)"), rows[0][0])
    calls = desk.reader.calls
    desk.fetch(Shop(rows, menu="Orders (14)"), rows[1][0])
    assert desk.reader.calls == calls


def test_another_day_stops_a_recording_only_where_it_matters(desk: Desk) -> None:
    """The way to the list is gone without a model; what is fetched there may depend on the day."""
    rows = _numbered(2)
    desk.fetch(Shop(rows), rows[0][0], since="2024-04-01")
    calls = desk.reader.calls
    desk.fetch(Shop(rows), rows[1][0], since="2024-05-01")
    assert desk.reader.calls == calls + 1
    desk.fetch(Shop(rows), rows[1][0], since="later")
    assert desk.reader.calls == calls + 3
