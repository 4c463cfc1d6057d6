"""Goals as users word them, without a model: what they have reported keeps working."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.agent.planners.heuristic.planner import HeuristicPlanner
from skyvern_dagster.agent.task import TaskResult
from skyvern_dagster.agent.task_runner import TaskRunner
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.credentials.access import SecretAccess
from skyvern_dagster.credentials.declared_secrets import SecretDeclarations
from skyvern_dagster.credentials.redaction import Redactor
from skyvern_dagster.credentials.sources import EnvironmentSource
from skyvern_dagster.credentials.vault import SecretVault
from skyvern_dagster.reading.file_text import file_text
from tests.agent.errand import Errand
from tests.planners.portal_of_users import PortalOfUsers

_LOGIN = {
    "SKYVERN_CREDENTIAL_LOGIN_USERNAME": "sam",
    "SKYVERN_CREDENTIAL_LOGIN_PASSWORD": "Harbour-Bell-4",
}
_CREDENTIAL = {
    "login": {"username": "secret://login/username", "password": "secret://login/password"}
}
_ROWS = {
    "type": "object",
    "properties": {
        "tickets": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "ticket": {"type": "string", "description": "Number of the ticket"},
                    "total": {"type": "number", "description": "Total of the ticket"},
                },
            },
        }
    },
}


@pytest.fixture(scope="module")
def runtime() -> Iterator[BrowserRuntime]:
    with BrowserRuntime() as running:
        yield running


@pytest.fixture(scope="module")
def portal() -> Iterator[PortalOfUsers]:
    with PortalOfUsers() as running:
        yield running


@pytest.fixture
def desk(runtime: BrowserRuntime, portal: PortalOfUsers, tmp_path: Path) -> Errand:
    store = ArtifactStore(tmp_path / "artifacts")
    access = SecretAccess.of_operator(EnvironmentSource(_LOGIN))
    vault = SecretVault(SecretDeclarations(credentials={"login": ()}), access, Redactor())
    return Errand(TaskRunner(runtime, store), store, portal.url, vault=vault)


def _do(desk: Errand, page: str | None, goal: str, state: str | None = None, **more: Any) -> Any:
    wanted = Goal(navigation_goal=goal, **more)
    result = desk.plan(
        page, HeuristicPlanner(), goal=wanted, state=state, hand_on="state", max_steps=10,
        trace="off",
    )  # fmt: skip
    assert result.status == "completed", (goal, result.failure_reason)
    return result


def _said(desk: Errand, result: TaskResult) -> list[str]:
    return [file_text(desk.store.read(file.key)).strip() for file in result.files]


def test_tasks_one_after_the_other_log_in_filter_read_and_fetch(desk: Errand) -> None:
    inside = _do(
        desk, "/", "Log in with the given credentials.\nClose cookie notices.\n"
        "COMPLETE when the account page or the tickets are shown.", payload=_CREDENTIAL,
    )  # fmt: skip
    filtered = _do(
        desk, None, "Go to the past tickets.\nFilter the tickets between 2024-04-15 and 2024-06-30."
        "\nClick the Apply button.\nCOMPLETE when the filtered tickets are shown.", inside.state,
    )  # fmt: skip
    read = _do(
        desk, None, "", filtered.state, data_extraction_goal="Extract all visible tickets: "
        "ticket and total.", data_schema=_ROWS,
    )  # fmt: skip
    assert read.extracted_information == {
        "tickets": [{"ticket": "TK-511", "total": 2310.0}, {"ticket": "TK-512", "total": 6.15}]
    }
    for row in read.extracted_information["tickets"]:
        fetched = _do(
            desk, None, f"Find ticket {row['ticket']}.\nClick Get receipt.\nCOMPLETE when the "
            "download starts.", filtered.state, complete_on_download=True,
        )  # fmt: skip
        assert _said(desk, fetched) == [f"Receipt {row['ticket']}"]


@pytest.mark.parametrize(
    ("goal", "file"),
    [
        ("Download my latest receipt.", "latest"),
        pytest.param("Download the receipt of May.", "may", marks=pytest.mark.long),
        pytest.param("Download the receipt of April.", "april", marks=pytest.mark.long),
        pytest.param('Click "View the receipt TK-511 (PDF)".', "TK-511", marks=pytest.mark.long),
    ],
)
def test_a_page_on_the_way_goes_on_to_the_file(desk: Errand, goal: str, file: str) -> None:
    assert _said(desk, _do(desk, "/ways", goal, complete_on_download=True)) == [f"Receipt {file}"]


@pytest.mark.parametrize(
    ("page", "goal"),
    [
        ("/tickets", "Find ticket TK-512. Click Get receipt. COMPLETE when the download starts."),
        *(
            pytest.param("/tickets", goal, marks=pytest.mark.long)
            for goal in (
                "Download the receipt TK-512.",
                "Download the receipt of May 2024.",
                "Download the receipt dated 2024-05-30.",
                "Download the receipt with the total 6.15.",
            )
        ),
        pytest.param("/by-post", "Download the receipt of the ticket TK-512.",
                     marks=pytest.mark.long),
    ],
)  # fmt: skip
def test_the_row_that_is_meant(desk: Errand, page: str, goal: str) -> None:
    inside = _do(desk, "/", "Log in with the given credentials.", payload=_CREDENTIAL)
    state = inside.state
    wanted = Goal(navigation_goal=goal, complete_on_download=True)
    result = desk.plan(page, HeuristicPlanner(), goal=wanted, state=state, max_steps=6, trace="off")
    assert (result.status, _said(desk, result)) == ("completed", ["Receipt TK-512"]), (
        result.failure_reason
    )


@pytest.mark.long
def test_after_a_file_in_the_same_tab_the_next_task_finds_its_page(desk: Errand) -> None:
    inside = _do(desk, "/", "Log in with the given credentials.", payload=_CREDENTIAL)
    shown = _do(
        desk, "/ways", 'Click "View the receipt TK-511 (PDF)".', inside.state,
        complete_on_download=True,
    )  # fmt: skip
    wanted = Goal(navigation_goal='Click "My account".')
    after = desk.plan(None, HeuristicPlanner(), goal=wanted, state=shown.state, trace="off")
    assert after.status == "completed", after.failure_reason
