"""Two workflows that were just created use one login one after the other."""

from __future__ import annotations

import dagster as dg
import pytest

from skyvern_dagster.execution import tags
from tests.api.served import Served

LOGIN = """\
title: Look in {number}
workflow_definition:
  parameters:
  - {{parameter_type: workflow, key: website_url, workflow_parameter_type: string}}
  - {{parameter_type: credential, key: credentials}}
  blocks:
  - block_type: task
    label: login
    url: website_url
    parameter_keys: [credentials]
    navigation_goal: Log in with the given credentials. COMPLETE when you are logged in.
"""


@pytest.mark.long
def test_of_workflows_that_were_just_created(served: Served) -> None:
    runs = []
    for number in range(2):
        made = served.post("/v1/workflows", json={"yaml_definition": LOGIN.format(number=number)})
        body = {
            "workflow_id": made["workflow_permanent_id"],
            "parameters": {"website_url": served.demo.shop_url},
        }
        runs.append(served.post("/v1/run/workflows", json=body)["run_id"])

    ended = [served.wait(each) for each in runs]

    assert [each["status"] for each in ended] == ["completed"] * 2
    with dg.DagsterInstance.get() as instance:
        records = [
            instance.get_run_records(dg.RunsFilter(tags={tags.WORKFLOW_RUN_ID: each}))[0]
            for each in runs
        ]
        said = [
            any("another run uses" in log.user_message for log in instance.all_logs(run.run_id))
            for run in (each.dagster_run for each in records)
        ]
    first, second = sorted(records, key=lambda each: each.end_time or 0)
    assert any(said) or (second.start_time or 0) >= (first.end_time or 0)
    assert all(tags.LOGINS in each.dagster_run.tags for each in records)
