"""Looking at a page by replay: no model once the way is recorded, one run per change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest

from skyvern_dagster import build_job, build_portal_change_sensor, page_probe
from skyvern_dagster.errors import RunError
from skyvern_dagster.llm.loopback import ChatRequest, ModelServer
from skyvern_dagster.sensors.portal import Probe
from skyvern_dagster.workflow.loader import load_text
from tests.agent.errand import PASSWORD
from tests.agent.errand_models import decide
from tests.agent.records_desk import RecordsDesk
from tests.agent.test_replay import log_in, open_records

TEXT = """
title: Records
planner: llm
workflow_definition:
  parameters:
    - {key: site, parameter_type: workflow, workflow_parameter_type: string}
    - {key: login, parameter_type: credential}
  blocks:
    - block_type: task
      label: enter
      url: site
      parameter_keys: [login]
      navigation_goal: Log in and open the records
      data_extraction_goal: Read every record
    - {block_type: upload_to_s3, label: up}
"""
WORKFLOW = load_text(TEXT, source="records.yaml", name="records")


@pytest.fixture
def desk(home: Any, clean_environment: pytest.MonkeyPatch) -> Iterator[RecordsDesk]:
    clean_environment.setenv("SKYVERN_CREDENTIAL_LOGIN_USERNAME", "bob")
    clean_environment.setenv("SKYVERN_CREDENTIAL_LOGIN_PASSWORD", PASSWORD)
    clean_environment.setenv("SKYVERN_PLANNER", "auto")
    with RecordsDesk() as running:
        yield running


def arrived(request: ChatRequest) -> dict[str, Any]:
    return decide({"type": "complete", "shows": "Your records"})


def tick(instance: dg.DagsterInstance, probe: Probe, cursor: str | None) -> tuple[int, str | None]:
    """How many runs a new sensor with this cursor asks for, and its cursor then."""
    sensor = build_portal_change_sensor(build_job(WORKFLOW), probe)
    with dg.build_sensor_context(instance=instance, cursor=cursor) as context:
        data = sensor.evaluate_tick(context)
    return len(data.run_requests or ()), data.cursor or cursor


def test_a_changed_list_asks_once_and_no_model_is_called_again(
    desk: RecordsDesk, instance: dg.DagsterInstance, clean_environment: pytest.MonkeyPatch
) -> None:
    with ModelServer([log_in, open_records, arrived]) as server:
        settings = server.settings()
        clean_environment.setenv("SKYVERN_LLM_BASE_URL", settings.base_url)
        clean_environment.setenv("SKYVERN_LLM_MODEL", settings.model)
        clean_environment.setenv("SKYVERN_LLM_API_KEY", settings.api_key)
        probe = page_probe(WORKFLOW, {"site": desk.url}, until="enter", pattern=r"R-\d+")

        asked, cursor = tick(instance, probe, None)
        assert (asked, server.calls) == (1, 3)
        asked, cursor = tick(instance, probe, cursor)
        assert (asked, server.calls) == (0, 3)
        desk.numbers = (*desk.numbers, "R-1005")
        asked, _ = tick(instance, probe, cursor)
        assert (asked, server.calls) == (1, 3)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"until": "up"}, "is no task"),
        ({"until": "entre"}, "no block 'entre'"),
        ({"until": "enter", "pattern": "("}, "no regular expression"),
    ],
)
def test_what_cannot_be_looked_at(options: dict[str, str], message: str) -> None:
    with pytest.raises(RunError, match=message):
        page_probe(WORKFLOW, {"site": "https://x.example"}, **options)
