"""Runs of a workflow that sends one letter to each of a list of people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dagster as dg

from skyvern_dagster.artifacts.default_store import default_store
from skyvern_dagster.compiler.config import run_config
from skyvern_dagster.runs.answer import build_answer
from skyvern_dagster.runs.run_answer import WorkflowRunAnswer
from skyvern_dagster.workflow.loader import Workflow
from tests.compiler.definitions import email, given, loop, mail_secrets, upload, workflow
from tests.office import QUIET

ADA, BEN, CLARA, DAN = (f"{name}@example.com" for name in ("ada", "ben", "clara", "dan"))
EVERYBODY = [ADA, BEN, CLARA, DAN]

# A sender who is no recipient would get a copy.
TO_THE_ITEM: dict[str, Any] = {
    "sender": "{{ current_value }}",
    "recipients": ["{{ current_value }}"],
}

PARAMETERS = [given("people", "json"), *mail_secrets()]


def letters(block_goes_on: bool = False, **flags: bool) -> Workflow:
    """One letter to each of ``people``, then an upload of nothing."""
    mail = email("mail", **TO_THE_ITEM, continue_on_failure=block_goes_on)
    return workflow([loop("each", "people", mail, **flags), upload("end")], PARAMETERS)


def job(definition: Workflow) -> Any:
    arguments = (definition.text, "sample.yaml", definition.name, definition.from_rest)
    return dg.build_reconstructable_job(
        "skyvern_dagster.compiler.job",
        "job_from_text",
        arguments,  # type: ignore[arg-type]
    )


def run(definition: Workflow, people: Any, instance: dg.DagsterInstance) -> dg.JobExecutionResult:
    config = {**run_config({"people": people}), **QUIET}
    return dg.execute_job(job(definition), instance, run_config=config)


def run_again(
    definition: Workflow,
    before: dg.JobExecutionResult,
    instance: dg.DagsterInstance,
    *,
    options: dg.ReexecutionOptions | None = None,
    given_tags: Mapping[str, str] | None = None,
) -> dg.JobExecutionResult:
    """Re-executes a run, from its failure unless other options are given."""
    return dg.execute_job(
        job(definition),
        instance,
        reexecution_options=options or dg.ReexecutionOptions.from_failure(before.run_id, instance),
        tags=given_tags,
    )


def dagster_run(result: dg.JobExecutionResult, instance: dg.DagsterInstance) -> dg.DagsterRun:
    found = instance.get_run_by_id(result.run_id)
    assert found is not None
    return found


def tags_of(result: dg.JobExecutionResult, instance: dg.DagsterInstance) -> Any:
    return dagster_run(result, instance).tags


def answer_of(result: dg.JobExecutionResult, instance: dg.DagsterInstance) -> WorkflowRunAnswer:
    return build_answer(instance, default_store(), dagster_run(result, instance))


def failed_steps(result: dg.JobExecutionResult) -> list[str | None]:
    return [event.step_key for event in result.all_events if event.is_step_failure]


def loop_values(answer: WorkflowRunAnswer) -> list[Any]:
    iterations = (answer.outputs or {})["each_output"]
    return [entries[0]["loop_value"] for entries in iterations]


def metadata_of(result: dg.JobExecutionResult, step: str) -> list[Any]:
    return [
        event.step_output_data.metadata
        for event in result.all_events
        if event.step_key == step
        and event.event_type == dg.DagsterEventType.STEP_OUTPUT
        and event.step_output_data.output_name == "result"
    ]
