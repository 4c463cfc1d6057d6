"""Following a run through Dagster's event log."""

# Dagster reads the annotations of ops at run time, so they are not deferred here.

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest

from skyvern_dagster.runs.events import ProgressEvent, RunEvents, last_failure


@dg.op(out={"result": dg.Out(), "fork": dg.DynamicOut(is_required=False)})
def fan_out(context: dg.OpExecutionContext) -> Iterator[Any]:
    context.log.info("two items")
    yield dg.Output("begun", "result")
    for key in ("0", "1"):
        yield dg.DynamicOutput(key, mapping_key=key, output_name="fork")


@dg.op(retry_policy=dg.RetryPolicy(max_retries=1))
def visit(context: dg.OpExecutionContext, item: str) -> dg.Output[str]:
    if item == "1" and context.retry_number == 0:
        raise ConnectionError("the shop is away")
    metadata = {"skyvern/status": "terminated", "skyvern/failure_reason": "no invoice"}
    return dg.Output(item, metadata={**metadata, "steps": 3, "seconds": 1.5})


@dg.op
def give_up(items: list[str]) -> None:
    raise dg.Failure(f"nothing in {items}", allow_retries=False)


@dg.op
def break_down(_start: str) -> None:
    raise ValueError("out of paper\n")


@dg.graph
def errands() -> None:
    result, fork = fan_out()
    give_up(fork.map(visit).collect())
    break_down(result)


@pytest.fixture(scope="module")
def followed() -> Iterator[tuple[dg.DagsterInstance, str]]:
    with dg.DagsterInstance.ephemeral() as instance:
        job = errands.to_job(executor_def=dg.in_process_executor)
        result = job.execute_in_process(instance=instance, raise_on_error=False)
        yield instance, result.run_id


def test_what_happened_in_its_order(followed: tuple[dg.DagsterInstance, str]) -> None:
    events = list(RunEvents(*followed).new())
    own = [each for each in events if each.op == "fan_out"]
    assert own == [
        ProgressEvent("started", "fan_out"),
        ProgressEvent("line", "fan_out", text="two items"),
        ProgressEvent("finished", "fan_out"),
    ]
    assert [(each.kind, each.iteration) for each in events if each.op == "visit"] == [
        ("started", "0"), ("finished", "0"), ("started", "1"), ("retried", "1"), ("finished", "1"),
    ]  # fmt: skip


def test_how_a_block_ended(followed: tuple[dg.DagsterInstance, str]) -> None:
    finished = [each for each in RunEvents(*followed).new() if each.kind == "finished"]
    assert ProgressEvent(
        "finished", "visit", "0", text="no invoice", status="terminated", steps=3, seconds=1.5
    ) in finished  # fmt: skip


def test_why_it_failed(followed: tuple[dg.DagsterInstance, str]) -> None:
    failed = [each for each in RunEvents(*followed).new() if each.kind == "failed"]
    texts = {each.op: each.text for each in failed}
    assert texts["give_up"] == "nothing in ['0', '1']"
    assert "out of paper" in texts["break_down"]


def test_each_event_comes_once(followed: tuple[dg.DagsterInstance, str]) -> None:
    events = RunEvents(*followed)
    assert len(list(events.new())) > 8
    assert list(events.new()) == []


def test_why_the_run_failed(followed: tuple[dg.DagsterInstance, str]) -> None:
    reason = last_failure(*followed)
    assert reason == "nothing in ['0', '1']" or reason.startswith("step 'break_down' broke: ")
    assert last_failure(followed[0], "no such run") == ""


def test_a_run_that_was_ended_from_outside() -> None:
    """What Dagster says by itself explains nothing; what somebody else says may."""
    with dg.DagsterInstance.ephemeral() as instance:
        job = errands.to_job()
        silent, told = (instance.create_run_for_job(job) for _ in range(2))
        instance.report_run_failed(silent)
        instance.report_run_failed(told, message="the run's process is gone")
        assert last_failure(instance, silent.run_id) == ""
        assert last_failure(instance, told.run_id) == "the run's process is gone"
