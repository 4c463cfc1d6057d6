"""Lists as libraries draw them: all is read, each record's document is fetched, or it is said why.

Without a model. One of the records has no document, and one of the lists says so in words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.agent.planners.heuristic.planner import HeuristicPlanner
from skyvern_dagster.agent.task import TaskResult
from skyvern_dagster.agent.task_runner import TaskRunner
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.browser.runtime import BrowserRuntime
from tests.agent.errand import Errand
from tests.difficulties.cases import LISTS, DifficultSite, missing

TODAY = date(2024, 6, 30)
SINCE = "2024-03-01"
NO_FILE, FIRST, SECOND_PAGE = "RE-70280", "RE-70312", "RE-70200"
SCHEMA = {
    "type": "object",
    "properties": {
        "invoices": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"invoice_id": {"type": "string"}, "invoice_date": {"type": "date"}},
            },
        }
    },
}


def truth() -> Mapping[str, str]:
    """Days by number, of those that are wanted."""
    rows = re.findall(r'number: "(.*?)", date: "(.*?)"', (LISTS / "rows.js").read_text())
    return {number: day for number, day in rows if day >= SINCE}


@pytest.fixture
def errand(runtime: BrowserRuntime, site: DifficultSite, tmp_path: Path) -> Errand:
    store = ArtifactStore(tmp_path / "artifacts")
    return Errand(TaskRunner(runtime, store), store, site.url)


@pytest.fixture(params=sorted(path.stem for path in LISTS.glob("*.html")))
def page(request: pytest.FixtureRequest) -> str:
    if reason := missing((LISTS / f"{request.param}.html").read_text()):
        pytest.skip(reason)
    return f"/{request.param}"


def fetched(errand: Errand, page: str, number: str) -> TaskResult:
    goal = Goal(
        navigation_goal="Download the invoice with the given invoice_id. COMPLETE when it is "
        "downloaded. TERMINATE when there is none.",
        error_code_mapping={"no_invoice_available": "The invoice has no file"},
        payload={"invoice_id": number},
        complete_on_download=True,
        today=TODAY,
    )
    return errand.plan(page, HeuristicPlanner(), goal=goal, max_steps=12)


def test_it_is_read_and_its_documents_fetched(errand: Errand, page: str) -> None:
    goal = Goal(
        navigation_goal="COMPLETE when the invoices are shown.",
        data_extraction_goal=f"Extract the id and date of every invoice since {SINCE}.",
        data_schema=SCHEMA,
        today=TODAY,
    )
    read = errand.plan(page, HeuristicPlanner(), goal=goal, max_steps=12)
    assert read.status == "completed", read.failure_reason
    assert isinstance(read.extracted_information, dict)
    found = read.extracted_information["invoices"]
    assert {one["invoice_id"]: one["invoice_date"] for one in found} == truth()

    for number in (FIRST, SECOND_PAGE):
        done = fetched(errand, page, number)
        assert done.status == "completed", done.failure_reason
        assert len(done.files) == 1


def test_a_record_without_a_document(errand: Errand, page: str) -> None:
    """Its neighbours have one in some of the lists, and one says so: there it is known."""
    done = fetched(errand, page, NO_FILE)
    assert done.status == "terminated"
    assert not done.files
    codes = [one["error_code"] for one in done.errors]
    shows = page in {"/slickgrid", "/vaadin_grid", "/heads_apart", "/opens_by_icon"}
    assert codes == (["no_invoice_available"] if shows else [])
