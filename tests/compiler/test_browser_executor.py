"""Steps in threads behave as under Dagster's own executors: the same jobs, the same events."""

# Dagster reads the annotations of ops at run time, so they are not deferred here.

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from skyvern_dagster.compiler.browser_executor import LOOP_TAG, browser_executor
from tests.office import QUIET

OURS, IN_PROCESS, PROCESSES = "browser", "in_process", "multiprocess"
EXECUTORS = {
    OURS: browser_executor,
    IN_PROCESS: dg.in_process_executor,
    PROCESSES: dg.multiprocess_executor.configured({"start_method": {"forkserver": {}}}),
}
PATIENCE = 30.0

SUMS: list[int] = []
"""What `joined` gave: jobs are built again from this module, in this process."""


def rebuilt(maker: str, *arguments: object) -> Any:
    """A job that Dagster builds again by its maker, as a run's process does."""
    # Dagster's annotation says that there is one argument.
    return dg.build_reconstructable_job(__name__, maker, arguments)  # type: ignore[arg-type]


@dg.op
def one() -> int:
    return 1


@dg.op
def broken() -> int:
    raise dg.Failure("no such invoice", allow_retries=False)


@dg.op
def doubled(number: int) -> int:
    return 2 * number


@dg.op(retry_policy=dg.RetryPolicy(max_retries=2))
def third_time(context: dg.OpExecutionContext) -> int:
    if context.retry_number < 2:
        raise ValueError(f"attempt {context.retry_number}")
    return context.retry_number


@dg.op(out={"left": dg.Out(is_required=False), "right": dg.Out(is_required=False)})
def left_only() -> Iterator[dg.Output[int]]:
    yield dg.Output(1, "left")


@dg.op
def joined(numbers: list[int]) -> int:
    SUMS.append(sum(numbers))
    return SUMS[-1]


@dg.op(out=dg.DynamicOut(int))
def items() -> Iterator[dg.DynamicOutput[int]]:
    for number in range(6):
        yield dg.DynamicOutput(number, mapping_key=str(number))


@dg.op
def even_only(number: int) -> int:
    if number % 2:
        raise dg.Failure(f"{number} is odd", allow_retries=False)
    return number


@dg.failure_hook
def told(context: dg.HookContext) -> None:
    assert context.op_exception is not None


@dg.graph
def succeeds() -> None:
    doubled(doubled(one()))


@dg.graph
def fails_in_one_branch() -> None:
    doubled(broken())
    doubled.alias("beside")(one())


@dg.graph
def is_retried() -> None:
    doubled(third_time())


@dg.graph
def skips() -> None:
    branches = left_only()
    taken, left_out = doubled.alias("taken")(branches.left), doubled.alias("out")(branches.right)
    joined([taken, left_out])


@dg.graph
def maps() -> None:
    joined(items().map(doubled).collect())


@dg.graph
def maps_with_failures() -> None:
    joined(items().map(lambda each: doubled(even_only(each))).collect())


GRAPHS = {
    graph.name: graph
    for graph in (succeeds, fails_in_one_branch, is_retried, skips, maps, maps_with_failures)
}


def job_of(graph: str, executor: str) -> dg.JobDefinition:
    return GRAPHS[graph].to_job(
        name=f"{graph}_{executor}", executor_def=EXECUTORS[executor], hooks={told}
    )


def executed(instance: dg.DagsterInstance, graph: str, executor: str) -> dg.JobExecutionResult:
    job = rebuilt("job_of", graph, executor)
    return dg.execute_job(job, instance=instance, run_config=QUIET)


def events(instance: dg.DagsterInstance, run_id: str) -> Counter[tuple[str | None, str]]:
    """What the log says of each step; a process a step adds some events of its own."""
    return Counter(
        (entry.step_key, entry.get_dagster_event().event_type_value)
        for entry in instance.all_logs(run_id)
        if entry.is_dagster_event and entry.get_dagster_event().event_type_value in TOLD
    )


TOLD = {
    "STEP_START", "STEP_SUCCESS", "STEP_FAILURE", "STEP_SKIPPED", "STEP_UP_FOR_RETRY",
    "STEP_RESTARTED", "STEP_OUTPUT", "STEP_INPUT", "HANDLED_OUTPUT", "LOADED_INPUT",
    "HOOK_COMPLETED", "HOOK_SKIPPED", "HOOK_ERRORED", "RUN_SUCCESS", "RUN_FAILURE",
}  # fmt: skip


@pytest.mark.parametrize("graph", list(GRAPHS))
def test_the_same_events_as_step_by_step(instance: dg.DagsterInstance, graph: str) -> None:
    ours = executed(instance, graph, OURS)
    other = executed(instance, graph, IN_PROCESS)

    assert ours.success == other.success
    assert events(instance, ours.run_id) == events(instance, other.run_id)


@pytest.mark.long
@pytest.mark.parametrize("graph", list(GRAPHS))
def test_the_same_events_as_a_process_a_step(instance: dg.DagsterInstance, graph: str) -> None:
    ours = executed(instance, graph, OURS)
    other = executed(instance, graph, PROCESSES)

    assert events(instance, ours.run_id) == events(instance, other.run_id)


def test_from_failure_only_what_is_missing_runs(instance: dg.DagsterInstance) -> None:
    failed = executed(instance, "maps_with_failures", OURS)
    job = rebuilt("job_of", "maps_with_failures", OURS)

    options = dg.ReexecutionOptions.from_failure(failed.run_id, instance)
    with dg.execute_job(
        job, instance=instance, run_config=QUIET, reexecution_options=options
    ) as again:
        run_id = again.run_id

    started = {key for (key, kind) in events(instance, run_id) if kind == "STEP_START"}
    assert started == {"even_only[1]", "even_only[3]", "even_only[5]"}


class _Meeting:
    """How many steps of a job were under way at once, and in what order they began."""

    def __init__(self, parties: int = 1) -> None:
        self.now = self.most = 0
        self.begun = threading.Barrier(parties)
        self.order: list[str] = []
        self._guard = threading.Lock()

    def __call__(self, what: str, number: int) -> None:
        if what == "fetch" and number < self.begun.parties:
            self.begun.wait(PATIENCE)
        with self._guard:
            self.order.append(f"{what} {number}")
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(0.05)  # others may come meanwhile
        with self._guard:
            self.now -= 1


MEETING = _Meeting()
"""Of the ops below: they run in this process, in a job that is built again from this module."""


def met(name: str, priority: int, loop: str, pool: str | None) -> dg.OpDefinition:
    """An op of a loop's body."""
    tags = {"dagster/priority": str(priority), **({LOOP_TAG: loop} if loop else {})}

    @dg.op(name=name, tags=tags, pool=pool)
    def body(number: int) -> int:
        MEETING(name, number)
        return number

    return body


def loop_job(loop: str, pool: str | None) -> dg.JobDefinition:
    """A loop over six items whose body has two steps."""
    fetch, store = met("fetch", 1, loop, pool), met("store", 2, loop, pool)

    @dg.job(executor_def=browser_executor.configured({"max_concurrent": 4}))
    def loops() -> None:
        joined(items().map(lambda each: store(fetch(each))).collect())

    return loops


def looped(
    instance: dg.DagsterInstance, loop: str = "", pool: str | None = None, parties: int = 1
) -> int:
    MEETING.__init__(parties)  # type: ignore[misc]
    SUMS.clear()
    job = rebuilt("loop_job", loop, pool)
    assert dg.execute_job(job, instance=instance, run_config=QUIET).success
    return SUMS[-1]


def test_as_many_at_once_as_it_is_wide(instance: dg.DagsterInstance) -> None:
    assert looped(instance, parties=4) == 15
    assert MEETING.most == 4


@pytest.mark.parametrize("width", [1, 2])
def test_a_loop_may_be_held_to_fewer(instance: dg.DagsterInstance, width: int) -> None:
    assert looped(instance, f"orders:{width}") == 15
    assert MEETING.most == width
    if width == 1:  # one item is through before the next begins
        assert MEETING.order == [
            f"{do} {number}" for number in range(6) for do in ("fetch", "store")
        ]


def test_a_pool_is_kept_to(tmp_path: Path) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:  # pools hold steps, not runs
        instance.event_log_storage.set_concurrency_slots("portal", 2)

        assert looped(instance, pool="portal", parties=2) == 15
        assert MEETING.most == 2
        assert instance.event_log_storage.get_concurrency_info("portal").active_slot_count == 0


BEGUN = threading.Barrier(3)
CLOSED: list[str] = []


@dg.op
def asks_to_end(context: dg.OpExecutionContext, number: int) -> int:
    BEGUN.wait(PATIENCE)
    try:
        if number == 0:
            context.instance.report_run_canceling(context.run)
            os.kill(os.getpid(), signal.SIGINT)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            time.sleep(0.01)
    finally:
        CLOSED.append(str(number))
    return number


def endless_job() -> dg.JobDefinition:
    @dg.job(executor_def=browser_executor.configured({"max_concurrent": 3}))
    def endless() -> None:
        joined(items().map(asks_to_end).collect())

    return endless


def test_a_cancel_reaches_every_thread(instance: dg.DagsterInstance) -> None:
    CLOSED.clear()
    job = rebuilt("endless_job")

    run_id = dg.execute_job(job, instance=instance, run_config=QUIET).run_id

    assert sorted(CLOSED) == ["0", "1", "2"]
    run = instance.get_run_by_id(run_id)
    assert run is not None
    assert run.status == dg.DagsterRunStatus.CANCELED
    assert not [each for each in threading.enumerate() if each.name.startswith("step-")]
    failures = instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    assert {entry.step_key for entry in failures} == {f"asks_to_end[{key}]" for key in "012"}


def test_an_error_is_raised_where_the_caller_wants_it(instance: dg.DagsterInstance) -> None:
    job = rebuilt("job_of", "fails_in_one_branch", OURS)

    with pytest.raises(dg.Failure, match="no such invoice"):
        dg.execute_job(job, instance=instance, run_config=QUIET, raise_on_error=True)


@dg.op
def gives_and_breaks() -> Iterator[dg.Output[int]]:
    yield dg.Output(7)
    raise dg.Failure("after its output", allow_retries=False)


def enough_job() -> dg.JobDefinition:
    config = {"step_dependency_config": {"require_upstream_step_success": False}}

    @dg.job(executor_def=browser_executor.configured({"max_concurrent": 2, **config}))
    def enough() -> None:
        joined([gives_and_breaks()])

    return enough


def test_outputs_are_enough_where_the_executor_says_so(instance: dg.DagsterInstance) -> None:
    SUMS.clear()
    job = rebuilt("enough_job")

    assert not dg.execute_job(job, instance=instance, run_config=QUIET).success
    assert SUMS == [7]
