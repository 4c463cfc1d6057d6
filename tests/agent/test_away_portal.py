"""A portal that is away in the middle of a task: the task has failed, and may be tried again."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence

import pytest

from skyvern_dagster.agent.decisions import Click, Complete, Decision, Terminate
from skyvern_dagster.agent.planner import PlanRequest
from skyvern_dagster.agent.planners.scripted import ScriptStep
from tests.agent.errand import Errand
from tests.loopback import Answering, LoopbackSite


class _Handler(Answering):
    def get(self) -> None:
        if self.path == "/busy":
            self.answer(503, "text/html", b"<h1>Back soon</h1>")
        elif self.path == "/fine":
            self.page("<h1>Orders</h1>")
        else:
            self.page(
                f"<h1>Home</h1><a href='http://127.0.0.1:{_free_port()}/'>Away</a> "
                "<a href='/busy'>Busy</a> <a href='/fine'>Fine</a>"
            )


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture(scope="module")
def portal() -> Iterator[LoopbackSite]:
    with LoopbackSite(_Handler) as running:
        yield running


def click(name: str, request: PlanRequest) -> Sequence[Decision]:
    nodes = request.observation.root.walk()
    return [Click(ref=next(each.ref for each in nodes if each.name == name and each.ref))]


@pytest.mark.parametrize("link", ["Away", "Busy"])
def test_who_gives_up_over_it_has_failed(errand: Errand, portal: LoopbackSite, link: str) -> None:
    errand.site_url = portal.url
    steps: list[ScriptStep] = [
        lambda request: click(link, request),
        [Terminate(reason="no orders are here")],
    ]
    result = errand.script("/", steps)
    assert (result.status, result.retryable) == ("failed", True)
    assert "no orders are here" in str(result.failure_reason)


def test_a_portal_that_is_back_is_judged_by_what_it_shows(
    errand: Errand, portal: LoopbackSite
) -> None:
    errand.site_url = portal.url
    steps: list[ScriptStep] = [
        lambda request: click("Away", request),
        lambda request: click("Fine", request),
        [Terminate(reason="no orders are here")],
    ]
    assert errand.script("/", steps).status == "terminated"
    fine: list[ScriptStep] = [lambda request: click("Fine", request), [Complete(shows="Orders")]]
    assert errand.script("/", fine).status == "completed"
