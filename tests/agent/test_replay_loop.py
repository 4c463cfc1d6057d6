"""A workflow whose loop needs a model for its first iteration only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.execution.records import BlockRecord
from skyvern_dagster.llm.loopback import ChatRequest, ModelServer
from tests.agent.errand_models import decide
from tests.agent.records_desk import NUMBERS, RecordsDesk
from tests.agent.test_replay import log_in, open_records, take
from tests.agent.workflow_run import ran

WORKFLOW = """
title: Records
planner: llm
workflow_definition:
  parameters:
    - {key: site, parameter_type: workflow, workflow_parameter_type: string}
    - {key: numbers, parameter_type: workflow, workflow_parameter_type: json}
    - {key: login, parameter_type: credential}
    - {key: number, parameter_type: context, source_parameter_key: numbers}
  blocks:
    - block_type: task
      label: enter
      url: site
      parameter_keys: [login]
      navigation_goal: Log in and open the records
    - block_type: for_loop
      label: each
      loop_over_parameter_key: numbers
      loop_blocks:
        - block_type: task
          label: fetch
          url: "{{ site }}/records"
          parameter_keys: [number]
          complete_on_download: true
          navigation_goal: Download the PDF of record {{ number }}
"""


@pytest.fixture
def desk() -> Iterator[RecordsDesk]:
    with RecordsDesk() as running:
        yield running


def run(
    folder: Path, runtime: BrowserRuntime, server: ModelServer, desk: RecordsDesk, text: str
) -> list[BlockRecord]:
    """Runs the workflow; gives the records of its task blocks."""
    parameters = {"site": desk.url, "numbers": list(NUMBERS)}
    return ran(folder, runtime, text, parameters, model=server.settings(retries=0)).tasks


def _arrived(request: ChatRequest) -> dict[str, Any]:
    return decide({"type": "complete", "shows": "Your records"})


def _take_asked(request: ChatRequest) -> dict[str, Any]:
    number = next(each for each in NUMBERS if each in request.texts[1])
    taken: dict[str, Any] = take(number)(request)
    return taken


def test_iterations_after_the_first_make_no_model_calls(
    tmp_path: Path, runtime: BrowserRuntime, desk: RecordsDesk
) -> None:
    with ModelServer([log_in, open_records, _arrived, _take_asked]) as server:
        records = run(tmp_path, runtime, server, desk, WORKFLOW)
        assert server.calls == 4
        assert sorted(desk.served) == list(NUMBERS)
        calls = {each.block_key: sum(s.model_calls for s in each.outcome.steps) for each in records}
        # They go on side by side, and wait for whichever of them is the first to ask.
        assert sorted(calls.values()) == [0, 0, 0, 1, 3]

        # The same portal at another address on the same host: where it begins is no difference.
        with RecordsDesk() as moved:
            run(tmp_path, runtime, server, moved, WORKFLOW)
        assert server.calls == 4
    assert sorted(desk.served) == sorted(moved.served) == list(NUMBERS)


def test_a_block_can_want_another_planner_than_its_workflow(
    tmp_path: Path, runtime: BrowserRuntime, desk: RecordsDesk
) -> None:
    text = WORKFLOW.replace(
        "          complete_on_download",
        "          planner: heuristic\n          complete_on_download",
    )
    with ModelServer([log_in, open_records, _arrived]) as server:
        records = run(tmp_path, runtime, server, desk, text)
    assert server.calls == 3
    planners = {step.planner for each in records[1:] for step in each.outcome.steps}
    assert planners == {"heuristic"}
