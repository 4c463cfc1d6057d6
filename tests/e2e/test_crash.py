"""A run's process killed at a known point, then re-executed from failure."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable

import dagster as dg
import pytest

from skyvern_dagster.runs.local import LocalRun
from tests.e2e.jobs import reconstructable
from tests.office import DOWNLOAD, INVOICES, QUIET, Office, wait_until

ORDERS = 4


@pytest.mark.parametrize(
    "nth_invoice",
    [
        pytest.param(1, id="first"),
        pytest.param(2, id="middle", marks=pytest.mark.long),
        pytest.param(3, id="last", marks=pytest.mark.long),
    ],
)
def test_killed_in_an_iteration(office: Office, nth_invoice: int) -> None:
    seen = len(office.demo.request_log.requests)

    run_id = killed_when(office, lambda: len(office.invoice_requests(seen)) >= nth_invoice)

    finish_with_stock_dagster(office, run_id)


@pytest.mark.parametrize("step", ["iterate_over_order_ids", "iterate_over_order_ids__collect"])
def test_killed_around_the_loop(office: Office, step: str) -> None:
    run_id = killed_when(office, lambda: has_begun(office.instance, step))

    finish_with_stock_dagster(office, run_id)


def test_killed_once_at_every_later_point(
    office: Office, clean_environment: pytest.MonkeyPatch
) -> None:
    """In one run, each time resumed as the command line does it: collect, upload, e-mail."""
    collect = "iterate_over_order_ids__collect"
    run_id = killed_when(office, lambda: has_begun(office.instance, collect))

    resumed = LocalRun.resume(run_id)
    wait_until(lambda: bool(office.objects(run_id)), every=0.05)
    kill(resumed)

    with socket.create_server(("127.0.0.1", 0)) as deaf:
        deaf.settimeout(60)
        clean_environment.setenv("SMTP_PORT", str(deaf.getsockname()[1]))
        resumed = LocalRun.resume(run_id)
        connection, _ = deaf.accept()
        kill(resumed)
        connection.close()

    clean_environment.setenv("SMTP_PORT", str(office.demo.smtp_port))
    seen = len(office.demo.request_log.requests)
    answer = LocalRun.resume(run_id).wait(lambda _: None)

    assert answer.status == "completed", answer.failure_reason
    assert office.invoice_requests(seen) == []
    office.assert_complete(run_id, ORDERS)


def has_begun(instance: dg.DagsterInstance, step: str) -> bool:
    """Whether a step of the newest run has started."""
    runs = instance.get_runs(limit=1)
    if not runs:
        return False
    started = instance.get_records_for_run(
        runs[0].run_id, of_type=dg.DagsterEventType.STEP_START, limit=10, ascending=False
    )
    return any(record.event_log_entry.step_key == step for record in started.records)


def killed_when(office: Office, now: Callable[[], bool]) -> str:
    """Starts a run and kills its process; gives the Skyvern run id."""
    local = LocalRun.start(office.workflow, str(INVOICES), office.parameters(ORDERS))
    wait_until(now)
    kill(local)
    return local.workflow_run_id


def kill(local: LocalRun) -> None:
    os.kill(local.process.process.pid, signal.SIGKILL)
    assert local.process.process.wait() == -signal.SIGKILL
    local.process.close()


def finish_with_stock_dagster(office: Office, run_id: str) -> None:
    """Re-executes from failure with nothing but Dagster, and checks that nothing is repeated."""
    run = office.newest(run_id)
    assert not run.is_finished
    office.instance.report_run_failed(run)
    finished = {
        record.loop_value["order_id"]
        for record in office.records(run_id).values()
        if record.label == DOWNLOAD and record.outcome.status in ("completed", "terminated")
    }
    seen = len(office.demo.request_log.requests)

    result = dg.execute_job(
        reconstructable("in_one_process"),
        instance=office.instance,
        run_config={**run.run_config, **QUIET},
        reexecution_options=dg.ReexecutionOptions.from_failure(run.run_id, office.instance),
    )

    assert result.success, office.answer(run_id).failure_reason
    asked_again = {*office.invoice_requests(seen), *office.page_requests(seen)}
    assert not asked_again & finished
    assert asked_again | finished == {order.order_id for order in office.orders(ORDERS)}
    office.assert_complete(run_id, ORDERS)
