"""What proves that sentences decide nothing would notice a planner that reads one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from skyvern_dagster.agent.decisions import Click, Wait
from skyvern_dagster.agent.planner import Goal, PastAction, PastStep, Plan, PlanRequest
from skyvern_dagster.agent.purposes import Purpose
from skyvern_dagster.browser.observation import Node, Observation
from skyvern_dagster.browser.results import ActionResult
from tests.planners.wordless import Wordless

PAGE = Observation(url="https://shop.example/", title="Shop", root=Node(role="document"))
CLICK = Click(ref="e1", reasoning='Consent: button "No"', purpose=Purpose.CONSENT)
FAILED = ActionResult(ok=False, message="Clicked", error="Clicked, no file came", cause="no_file")
HISTORY = (PastStep(0, PAGE.url, "", "", (PastAction(CLICK, FAILED, 'button "No"', "No"),)),)


class Reader:
    """Waits where something in the latest action speaks for it."""

    name = "reader"

    def __init__(self, waits: Callable[[PastAction], bool]) -> None:
        self._waits = waits

    async def plan(self, request: PlanRequest) -> Plan:
        waits = self._waits(request.history[-1].actions[-1])
        return Plan((Wait(),) if waits else (), 1.0, "because", self.name)


def plan_with(waits: Callable[[PastAction], bool]) -> Plan:
    return asyncio.run(Wordless(Reader(waits)).plan(PlanRequest(Goal(), PAGE, HISTORY)))


@pytest.mark.parametrize(
    "waits",
    [
        lambda last: last.decision.reasoning.startswith("Consent"),
        lambda last: "no file" in last.result.error,
        lambda last: last.result.message == "Clicked",
        lambda last: '"No"' in last.target,
        lambda last: not last.decision.reasoning,
    ],
)
def test_a_planner_that_reads_sentences_is_noticed(waits: Callable[[PastAction], bool]) -> None:
    with pytest.raises(AssertionError, match="because"):
        plan_with(waits)


@pytest.mark.parametrize(
    "waits",
    [
        lambda last: last.decision.purpose is Purpose.CONSENT,
        lambda last: last.result.cause == "no_file",
        lambda last: last.label == "No",
    ],
)
def test_typed_fields_may_decide(waits: Callable[[PastAction], bool]) -> None:
    assert plan_with(waits).decisions == (Wait(),)
