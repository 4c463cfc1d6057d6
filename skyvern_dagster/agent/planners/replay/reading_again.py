"""Recorded steps that read the page, on the page of today."""

from __future__ import annotations

from skyvern_dagster.agent.decisions import Click, Complete, Decision, Extract
from skyvern_dagster.agent.planner import PlanRequest
from skyvern_dagster.agent.planners.replay.data_mapping.learning import schema_digest
from skyvern_dagster.agent.planners.replay.data_mapping.mapping import DataMapping
from skyvern_dagster.agent.planners.replay.data_mapping.reader import read_again
from skyvern_dagster.agent.planners.replay.paging import next_page
from skyvern_dagster.agent.planners.replay.recording import RecordedStep
from skyvern_dagster.agent.purposes import Purpose, ReplayMemo
from skyvern_dagster.agent.variables import Variables
from skyvern_dagster.errors import PageDiffersError


def read_page(
    step: RecordedStep, mark: ReplayMemo, request: PlanRequest, variables: Variables
) -> tuple[Decision, ...] | str:
    """Reads one page of a list, and goes on to the next where there is one."""
    reading, turn = step.actions[0].reading, step.actions[1].element
    if reading is None or turn is None:
        return f"{mark} is malformed: it goes through pages without a reading and a way on"
    following = next_page(turn, request.observation, variables)
    read = read_again_here(reading, mark, request, variables, more=following is not None)
    if isinstance(read, str):
        return read
    why = str(mark)
    if following:
        return read, Click(ref=following, reasoning=why, purpose=Purpose.NEXT_PAGE, memo=mark)
    return read, Complete(reasoning=why, memo=mark)


def read_again_here(
    reading: DataMapping,
    mark: ReplayMemo,
    request: PlanRequest,
    variables: Variables,
    *,
    more: bool = False,
) -> Extract | str:
    """Reads the page in the recorded way, or says what is different here."""
    past = (action for step in request.history for action in step.actions if action.result.ok)
    before = [each.decision.data for each in past if isinstance(each.decision, Extract)]
    if before and not reading.paged:
        return f"{mark}: the data was read already"
    if reading.schema_digest != schema_digest(request.goal.data_schema):
        return f"{mark} was read for another data_schema"
    try:
        data = read_again(reading, request, variables, more=more)
    except PageDiffersError as error:
        return f"{mark}: {error}"
    if data in before:
        return f"{mark}: the page shows what was read already"
    return Extract(data=data, reasoning=str(mark), purpose=Purpose.READ, memo=mark)
