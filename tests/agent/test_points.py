"""Points of the picture and key events: carried out, and guarded like what they hit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from skyvern_dagster.agent.decisions import ClickAt, Complete, Decision, TypeKeys
from skyvern_dagster.agent.guard import Guard
from skyvern_dagster.agent.planner import Goal, PlanRequest
from skyvern_dagster.agent.planners.scripted import ScriptStep
from skyvern_dagster.agent.request_guard import RequestGuard
from skyvern_dagster.browser.navigation import goto
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.browser.session import BrowserSession
from tests.agent.errand import Errand
from tests.browser.site import Site


def test_a_point_and_keys(errand: Errand) -> None:
    def keys(request: PlanRequest) -> list[Decision]:
        nodes = request.observation.root.walk()
        field = next(node for node in nodes if node.role == "textbox")
        return [TypeKeys(ref=field.ref, text="bc", press_enter=True), Complete(shows="abc")]

    steps: list[ScriptStep] = [
        [ClickAt(x=120, y=30), Complete(shows="map 120 30")],
        [ClickAt(x=5000, y=1)],
        [],
    ]
    assert errand.script("/points", steps).status == "completed"
    typed = errand.script("/points", [keys])
    assert typed.status == "completed", [step.result for step in typed.steps]
    outside = errand.script("/points", [[ClickAt(x=5000, y=1)], []])
    assert "outside of the picture" in outside.steps[0].result


@pytest.fixture
def guarded(
    errand: Errand, runtime: BrowserRuntime, site: Site, tmp_path: Path
) -> Iterator[tuple[Guard, BrowserSession]]:
    goal = Goal(navigation_goal="Look at the map")
    session = runtime.run(BrowserSession.open(runtime, downloads_dir=tmp_path))
    runtime.run(goto(session, f"{site.url}/points"))
    yield Guard(goal, RequestGuard.of(site.url, goal, errand.vault)), session
    runtime.run(session.close())


def test_what_lies_there_is_guarded(
    guarded: tuple[Guard, BrowserSession], runtime: BrowserRuntime
) -> None:
    guard, session = guarded

    def refusal(decision: Decision) -> str:
        page = runtime.run(session.observe())
        return runtime.run(guard.refusal(decision, page, session)) or ""

    assert not refusal(ClickAt(x=120, y=30))
    assert "Delete account" in refusal(ClickAt(x=100, y=120))
    assert "Delete everything" in refusal(ClickAt(x=50, y=170))
    assert not refusal(ClickAt(x=170, y=170))
    unplaced = TypeKeys(text="secret://login/password")
    assert "belongs into a field for it" in refusal(unplaced)
