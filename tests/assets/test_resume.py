"""An asset's run that fails in a loop, and goes on from there."""

from __future__ import annotations

import json
from typing import Any

import dagster as dg

from skyvern_dagster import asset_resources, workflow_definitions
from skyvern_dagster.execution import tags
from skyvern_dagster.workflow.loader import load_text
from tests.compiler.definitions import given
from tests.compiler.letters import ADA, BEN, CLARA, letters
from tests.compiler.postman import Postman
from tests.office import QUIET

PEOPLE = [ADA, BEN, CLARA]
KEY = dg.AssetKey("people")
ITEMS = dg.AssetKey(["people", "each"])


def text_of(section: dict[str, Any]) -> str:
    document = json.loads(letters().text)
    document["dagster"] = {"parameters": {"people": PEOPLE}, **section}
    document["workflow_definition"]["parameters"].append(given("account", default="nobody"))
    return json.dumps(document)


def asset_job_from_text(text: str) -> dg.JobDefinition:
    """The asset's job, for the process that must build it again."""
    workflow = load_text(text, source="people.yaml", name="people")
    defs = dg.Definitions.merge(
        workflow_definitions(workflow), dg.Definitions(resources=asset_resources())
    )
    job: dg.JobDefinition = defs.resolve_job_def("people_asset")
    return job


def materialize(
    text: str, instance: dg.DagsterInstance, *, again: str | None = None, key: str | None = None
) -> dg.JobExecutionResult:
    job = dg.build_reconstructable_job(__name__, "asset_job_from_text", (text,))
    options = dg.ReexecutionOptions.from_failure(again, instance) if again else None
    return dg.execute_job(
        job,
        instance=instance,
        run_config=QUIET,
        reexecution_options=options,
        tags={"dagster/partition": key} if key else None,
    )


def test_from_failure_runs_the_missing_items_and_materializes_all(
    postman: Postman, instance: dg.DagsterInstance
) -> None:
    postman.refused = {BEN}
    first = materialize(text_of({}), instance)

    assert not first.success
    assert instance.get_latest_materialization_event(KEY) is None
    (failure,) = (
        event.step_failure_data.user_failure_data
        for event in first.all_events
        if event.is_step_failure and event.step_failure_data.user_failure_data
    )
    assert failure.metadata["skyvern/status"].value == "failed"
    assert BEN in str(failure.metadata["skyvern/failure_reason"].value)

    postman.refused = set()
    second = materialize(text_of({}), instance, again=first.run_id)

    assert second.success
    assert sorted(postman.delivered) == sorted(PEOPLE)
    assert instance.get_latest_materialization_event(KEY) is not None
    assert instance.get_materialized_partitions(ITEMS) == set(PEOPLE)
    ids = {
        run.tags[tags.WORKFLOW_RUN_ID]
        for run in instance.get_runs()
        if tags.WORKFLOW_RUN_ID in run.tags
    }
    assert len(ids) == 1


def test_a_partition_made_again_mails_only_whom_it_has_not(
    postman: Postman, instance: dg.DagsterInstance
) -> None:
    cut = {"partitions": {"type": "static", "keys": ["acme", "globex"], "parameter": "account"}}

    assert materialize(text_of(cut), instance, key="acme").success
    assert materialize(text_of(cut), instance, key="acme").success
    assert sorted(postman.delivered) == sorted(PEOPLE)

    more = {**cut, "parameters": {"people": ["new@example.com", *PEOPLE]}}
    assert materialize(text_of(more), instance, key="acme").success
    assert sorted(postman.delivered) == sorted([*PEOPLE, "new@example.com"])

    assert materialize(text_of(cut), instance, key="globex").success
    assert len(postman.delivered) == 2 * len(PEOPLE) + 1


def test_without_a_partition_it_says_so(postman: Postman, instance: dg.DagsterInstance) -> None:
    cut = {"partitions": {"type": "static", "keys": ["acme"], "parameter": "account"}}

    done = materialize(text_of(cut), instance)

    assert not done.success
    (failed,) = (event.step_failure_data for event in done.all_events if event.is_step_failure)
    assert "choose a partition" in str(failed.error_display_string)
