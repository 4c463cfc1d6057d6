"""Servers that are down: tried again, then failed with a reason, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from skyvern_dagster.demo.services import demo_services
from tests.e2e.jobs import reconstructable
from tests.office import Office

ORDERS = 2
S3, EMAIL = "upload_downloaded_files_to_s3", "send_email"


@pytest.fixture
def own_office(
    home: Path, instance: dg.DagsterInstance, clean_environment: pytest.MonkeyPatch
) -> Iterator[Office]:
    """Servers that may be stopped."""
    with demo_services() as demo:
        # boto3's own patience comes on top of ours.
        for name, value in {**demo.environment(), "AWS_MAX_ATTEMPTS": "1"}.items():
            clean_environment.setenv(name, value)
        yield Office(demo, home, instance)


def test_first_s3_then_the_mail_server_is_down(own_office: Office) -> None:
    demo, instance = own_office.demo, own_office.instance
    job = reconstructable("in_one_process")

    demo.s3.stop()
    first = dg.execute_job(job, instance, run_config=own_office.config(ORDERS))
    assert retries_and_failure(first) == (S3, 2)
    run_id = instance.get_run_by_id(first.run_id).tags["skyvern/workflow_run_id"]  # type: ignore[union-attr]
    answer = own_office.answer(run_id)
    assert answer.status == "failed"
    assert "S3 can't be used for bucket" in str(answer.failure_reason)
    assert len(answer.downloaded_file_urls or []) == len(own_office.invoices(ORDERS))
    requests = len(demo.request_log.requests)

    demo.s3.start()
    demo.smtp.stop()
    second = resume(job, first, instance)
    assert retries_and_failure(second) == (EMAIL, 2)
    answer = own_office.answer(run_id)
    assert "can't be used: [Errno 111] Connection refused" in str(answer.failure_reason)
    assert (answer.outputs or {})[f"{EMAIL}_output"]["success"] is False
    assert own_office.objects(run_id) == own_office.invoices(ORDERS)

    demo.smtp.start()
    third = resume(job, second, instance)
    assert third.success
    own_office.assert_complete(run_id, ORDERS)
    assert len(demo.request_log.requests) == requests


def resume(
    job: dg.JobDefinition, failed: dg.JobExecutionResult, instance: dg.DagsterInstance
) -> dg.JobExecutionResult:
    options = dg.ReexecutionOptions.from_failure(failed.run_id, instance)
    return dg.execute_job(job, instance, reexecution_options=options)  # type: ignore[arg-type]


def retries_and_failure(result: dg.JobExecutionResult) -> tuple[str | None, int]:
    """The step that failed, and how often Dagster has tried it again."""
    (failed,) = [event.step_key for event in result.all_events if event.is_step_failure]
    restarted = [
        event.step_key
        for event in result.all_events
        if event.event_type == dg.DagsterEventType.STEP_RESTARTED
    ]
    assert set(restarted) == {failed}
    return failed, len(restarted)
