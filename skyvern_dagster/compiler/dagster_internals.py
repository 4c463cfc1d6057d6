"""The pieces of Dagster that its public API lacks, all in this file but for one.

Each is held to the versions named in ``tests/house/test_dagster_internals.py``. The one is in
``resources/hidden_defaults.py``, below this folder; ``tests/compiler/test_launchpad.py`` holds it.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster._core.definitions.executor_definition import MULTI_PROC_CONFIG
from dagster._core.events import DagsterEvent, EngineEventData
from dagster._core.execution.api import ExecuteRunWithPlanIterable
from dagster._core.execution.compute_logs import create_compute_log_file_key
from dagster._core.execution.context.system import (
    PlanExecutionContext,
    PlanOrchestrationContext,
    StepExecutionContext,
)
from dagster._core.execution.context_creation_job import PlanExecutionContextManager
from dagster._core.execution.plan.active import ActiveExecution
from dagster._core.execution.plan.execute_plan import (
    _handle_compute_log_setup_error,
    _trigger_hook,
    dagster_event_sequence_for_step,
)
from dagster._core.execution.plan.instance_concurrency_context import InstanceConcurrencyContext
from dagster._core.execution.plan.plan import ExecutionPlan
from dagster._core.execution.plan.step import ExecutionStep
from dagster._core.execution.retries import RetryMode
from dagster._core.execution.step_dependency_config import StepDependencyConfig
from dagster._core.instance.ref import InstanceRef
from dagster._core.launcher.base import (
    CheckRunHealthResult,
    LaunchRunContext,
    RunLauncher,
    WorkerStatus,
)
from dagster._core.run_coordinator import QueuedRunCoordinator
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.tags import PARENT_RUN_ID_TAG, ROOT_RUN_ID_TAG
from dagster._core.utils import make_new_run_id
from dagster._serdes import ConfigurableClass

if TYPE_CHECKING:
    from dagster._grpc.types import ExecuteRunArgs
    from dagster_shared.error import SerializableErrorInfo
    from starlette.types import ASGIApp

VERIFIED_VERSIONS = ("1.13.27",)
"""Versions of Dagster that the pieces below were tried with."""

RESUME_TAG = "dagster/is_resume_retry"
"""On runs that re-execute another one from its failure."""

_OF_A_LAUNCH = ("dagster-celery/", "dagster-k8s/", "docker/", ".dagster/")
"""What tags begin with that a launcher, or the webserver, has written for one run."""

RETRY_NUMBER_TAG = "dagster/retry_number"
"""On runs that Dagster's run retries started by themselves."""


WILL_RETRY_TAG = "dagster/will_retry"
"""On failed runs: whether Dagster's run retries launch another one by themselves."""

MAX_RUNTIME_TAGS = ("dagster/max_runtime", "dagster/max_runtime_seconds")
"""Seconds after which Dagster's run monitoring ends a run; the first is documented."""

_TAG_TRIES = 5
"""A loss takes two writes within milliseconds; five in a row are no coincidence any more."""

_LIVE_DATA_MILLISECONDS = 2000
"""How often the UI asks anew for assets; the webserver's own default."""

_MOST_CONNECTIONS = 20
"""To each of the database's storages, beside the one that is always kept."""


def keep_connections(instance: dg.DagsterInstance) -> None:
    """Has a server's storage keep its database connections, as Dagster's webserver does.

    Otherwise each query of PostgreSQL makes a new one. They are renewed every half minute: one that
    the database has closed meanwhile isn't met often.
    """
    instance.optimize_for_webserver(
        statement_timeout=15_000, pool_recycle=30, max_overflow=_MOST_CONNECTIONS
    )


@contextmanager
def log_kept_open(instance: dg.DagsterInstance, run_id: str) -> Iterator[None]:
    """Has SQLite keep a run's event log open while it is written to.

    Dagster opens and closes it for each event, and SQLite, whenever the last connection is closed,
    writes its journal into the file and waits for the disk. One connection more halves the time
    that a run spends on its events. Other storages have no such file.
    """
    storage = instance.event_log_storage
    if not isinstance(storage, SqliteEventLogStorage):
        yield
        return
    path = storage.path_for_shard(run_id)
    with closing(sqlite3.connect(path, check_same_thread=False)) as connection:
        connection.execute("PRAGMA schema_version").fetchall()  # else it isn't opened
        yield


def add_run_tags(instance: dg.DagsterInstance, run_id: str, tags: Mapping[str, str]) -> None:
    """Sets tags on a run. Not marked as public, and the only way to tag a run that has begun.

    Dagster reads the run, adds the tags and writes it back: where another process does so at the
    same moment, one of them loses its tags. So they are looked for, and set again.
    """
    for _ in range(_TAG_TRIES):
        instance.add_run_tags(run_id, dict(tags))
        run = instance.get_run_by_id(run_id)
        if run is None or all(run.tags.get(name) == value for name, value in tags.items()):
            return


def newest_run_with_tag(instance: dg.DagsterInstance, key: str, value: str) -> dg.DagsterRun | None:
    """The newest run that carries a tag."""
    runs = instance.get_runs(filters=dg.RunsFilter(tags={key: value}), limit=1)
    return runs[0] if runs else None


def report_canceling(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """Says that a person wants a run to end, so that its end counts as ``CANCELED``."""
    instance.report_run_canceling(run)


def step_key(context: dg.OpExecutionContext) -> str:
    """The key under which the event log knows this step: ``download[07]``."""
    return context.get_step_execution_context().step.key


def step_has_succeeded(instance: dg.DagsterInstance, run_id: str, key: str) -> bool:
    """Whether a run's event log says so of a step."""
    records = instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_SUCCESS)
    return any(record.step_key == key for record in records)


def root_cause(error: SerializableErrorInfo) -> str:
    """What an op raised; Dagster wraps it in errors of its own."""
    while error.cause is not None and (error.cls_name or "").startswith("Dagster"):
        error = error.cause
    return error.message.strip()


def report_note(
    instance: dg.DagsterInstance, run: dg.DagsterRun, message: str, metadata: Mapping[str, str]
) -> None:
    """Adds an engine event to a run's log from outside of the run's process."""
    data = EngineEventData(metadata={key: dg.MetadataValue.text(metadata[key]) for key in metadata})
    instance.report_engine_event(message, dagster_run=run, engine_event_data=data)


def enqueue_reexecution(
    instance: dg.DagsterInstance, run: dg.DagsterRun, run_tags: Mapping[str, str]
) -> str | None:
    """Puts a run into Dagster's queue that re-executes all of another one, from any process.

    What is public needs the code location's client, which sensors don't have.

    Args:
        run: One that has ended.
        run_tags: More tags of the new one.

    Returns:
        The new run's id; ``None`` where the instance has no queue.
    """
    if not isinstance(instance.run_coordinator, QueuedRunCoordinator):
        return None
    own = {name: value for name, value in run.tags.items() if not name.startswith(_OF_A_LAUNCH)}
    again = run._replace(
        run_id=make_new_run_id(),
        status=dg.DagsterRunStatus.NOT_STARTED,
        parent_run_id=run.run_id,
        root_run_id=run.root_run_id or run.run_id,
        tags={
            **own,
            PARENT_RUN_ID_TAG: run.run_id,
            ROOT_RUN_ID_TAG: run.root_run_id or run.run_id,
            **run_tags,
        },
    )
    instance.add_run(again)
    instance.report_dagster_event(DagsterEvent.job_enqueue(again), run_id=again.run_id)
    return again.run_id


def run_ids(instance: dg.DagsterInstance, filters: dg.RunsFilter) -> list[str]:
    """Ids of runs, oldest first, without their records."""
    return list(reversed(instance.get_run_ids(filters)))


def report_canceled(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """Says that a run whose process is gone was canceled."""
    instance.report_run_canceled(run)


def next_ticks(cron: str, timezone: str, count: int, start: float) -> list[float]:
    """When a cron expression comes due next.

    Args:
        start: Seconds since 1970.

    Returns:
        Seconds since 1970.
    """
    from dagster._utils.schedules import cron_string_iterator

    ticks = cron_string_iterator(start, cron, timezone)
    times = [next(ticks).timestamp() for _ in range(count + 1)]
    return [each for each in times if each > start][:count]


def is_cron(cron: str) -> bool:
    """Whether Dagster takes this for a cron expression."""
    from dagster._utils.schedules import is_valid_cron_schedule

    return is_valid_cron_schedule(cron)


@contextmanager
def webserver_app(instance: dg.DagsterInstance, workspace: Path) -> Iterator[ASGIApp]:
    """Dagster's webserver as an application, as its own command serves it.

    Args:
        workspace: A ``workspace.yaml``.
    """
    from dagster._core.workspace.context import WorkspaceProcessContext
    from dagster._core.workspace.load_target import WorkspaceFileTarget
    from dagster._utils.log import configure_loggers
    from dagster_webserver.app import create_app_from_workspace_process_context
    from dagster_webserver.version import __version__

    configure_loggers()
    target = WorkspaceFileTarget([str(workspace)])
    with WorkspaceProcessContext(instance, target, version=__version__) as context:
        yield create_app_from_workspace_process_context(
            context, live_data_poll_rate=_LIVE_DATA_MILLISECONDS
        )


def run_pool_limit(instance: dg.DagsterInstance, pool: str) -> int | None:
    """How many runs may use a pool at a time.

    Returns:
        ``None`` where there is no limit, or where the instance counts a pool's ops instead of runs.
    """
    from dagster._core.instance.config import PoolGranularity

    pools = instance.get_concurrency_config().pool_config
    if pools.pool_granularity != PoolGranularity.RUN:
        return None
    set_limits = {each.name: each.limit for each in instance.event_log_storage.get_pool_limits()}
    return set_limits.get(pool, pools.default_pool_limit)


@contextmanager
def shared_database_lock(instance: dg.DagsterInstance, name: str) -> Iterator[None]:
    """Between processes of all machines that have the instance in PostgreSQL, one is inside.

    PostgreSQL gives the lock back when its holder is gone. With files, the instance is of one
    machine, and nothing is locked here.
    """
    storage: Any = instance.run_storage
    if type(storage).__name__ != "PostgresRunStorage":
        yield
        return
    from sqlalchemy import text

    with storage.connect() as connection:
        asked = {"name": name}
        connection.execute(text("SELECT pg_advisory_lock(hashtext(:name))"), asked)
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(hashtext(:name))"), asked)


def make_pools(instance: dg.DagsterInstance, pools: Iterable[str]) -> None:
    """Gives pools that nobody has used yet the instance's default limit.

    Dagster's queue does so when it first meets a pool, and only holds runs back from then on: the
    first two runs ever would begin together.
    """
    missing = set(pools) - instance.event_log_storage.get_concurrency_keys()
    for pool in sorted(missing):
        instance.event_log_storage.initialize_concurrency_limit_to_default(pool)


def ended_by_process(instance: dg.DagsterInstance, run_id: str) -> int | None:
    """The process that said first how a run has ended; ``None`` if it was said from outside."""
    ends = {
        dg.DagsterEventType.RUN_SUCCESS,
        dg.DagsterEventType.RUN_FAILURE,
        dg.DagsterEventType.RUN_CANCELED,
    }
    first = instance.all_logs(run_id, of_type=ends)
    event = first[0].dagster_event if first else None
    return None if event is None else event.pid


def enqueue_again(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """Puts a run that was taken from the queue, and not launched, back into it."""
    from dagster._core.events import DagsterEvent

    instance.report_dagster_event(DagsterEvent.job_enqueue(run), run_id=run.run_id)


def launch_arguments(instance: dg.DagsterInstance, run: dg.DagsterRun) -> str:
    """What the process of a run is told, as Dagster's own launchers tell it."""
    from dagster._core.origin import JobPythonOrigin
    from dagster._grpc.types import ExecuteRunArgs
    from dagster._serdes import serialize_value

    origin = run.job_code_origin
    assert isinstance(origin, JobPythonOrigin)
    return serialize_value(
        ExecuteRunArgs(
            job_origin=origin,
            run_id=run.run_id,
            instance_ref=instance.get_ref(),
            set_exit_code_on_failure=True,
        )
    )


@dataclass(frozen=True)
class LaunchedRun:
    """What :func:`launch_arguments` has told a run's process.

    Attributes:
        instance: What Dagster opens the instance with.
    """

    run_id: str
    job_name: str
    instance: InstanceRef

    @classmethod
    def read(cls, arguments: str) -> LaunchedRun:
        """Reads them from what the launcher has written down."""
        from dagster._grpc.types import ExecuteRunArgs
        from dagster._serdes import deserialize_value

        return cls._of(deserialize_value(arguments, ExecuteRunArgs))

    @classmethod
    def unpacked(cls, arguments: Any) -> LaunchedRun:
        """Reads them from what dagster-celery hands to its workers."""
        from dagster._grpc.types import ExecuteRunArgs
        from dagster._serdes import unpack_value

        return cls._of(unpack_value(arguments, as_type=ExecuteRunArgs))

    @classmethod
    def _of(cls, given: ExecuteRunArgs) -> LaunchedRun:
        assert given.instance_ref is not None
        return cls(given.run_id, given.job_origin.job_name, given.instance_ref)

    def execute(self, instance: dg.DagsterInstance) -> None:
        """Carries the run out in this process, as ``dagster api execute_run`` does.

        Raises:
            SystemExit: The run has failed.
        """
        from dagster._cli.api import _execute_run_command_body
        from dagster._utils.interrupts import capture_interrupts

        with capture_interrupts():
            status = _execute_run_command_body(
                self.run_id, instance, lambda _: None, set_exit_code_on_failure=True
            )
        if status:
            raise SystemExit(status)


def config_errors(config_type: Any, config: Mapping[str, Any]) -> list[str]:
    """What is wrong with a config; variables of the environment aren't looked up."""
    from dagster._config import validate_config

    checked = validate_config(config_type, dict(config))
    return [error.message for error in checked.errors or ()]


def fields_of_multiprocess(*names: str) -> dict[str, Any]:
    """Fields of ``multiprocess_executor``'s config, for an executor that means the same by them."""
    config_type: Any = MULTI_PROC_CONFIG.config_type
    fields: Mapping[str, Any] = config_type.fields
    return {name: fields[name] for name in names}


def execute_plan_with(
    iterate: Callable[..., Iterator[dg.DagsterEvent]],
    context: PlanOrchestrationContext,
    dependencies: StepDependencyConfig,
) -> Iterator[dg.DagsterEvent]:
    """Carries a plan out in this process, with the run's resources, as ``in_process_executor``.

    Args:
        iterate: Called with ``job_context`` and ``execution_plan``; gives the events.
    """
    prepared = PlanExecutionContextManager(
        job=context.job,
        retry_mode=context.retry_mode,
        execution_plan=context.execution_plan,
        run_config=context.run_config,
        dagster_run=context.dagster_run,
        instance=context.instance,
        raise_on_error=context.raise_on_error,
        output_capture=context.output_capture,
        step_dependency_config=dependencies,
    )
    yield from iter(ExecuteRunWithPlanIterable(context.execution_plan, iterate, prepared))


@contextmanager
def captured_output(
    context: PlanExecutionContext, step_keys: Sequence[str]
) -> Iterator[list[dg.DagsterEvent]]:
    """Has what the process prints go into the run's compute log; gives the events that say so."""
    manager = context.instance.compute_log_manager
    file_key: str = create_compute_log_file_key()  # type: ignore[no-untyped-call]
    log_key = manager.build_log_key_for_run(context.run_id, file_key)
    capture = manager.capture_logs(log_key)
    try:
        where = capture.__enter__()
    except OSError:
        # Dagster's own executors go on without a compute log, too.
        yield list(_handle_compute_log_setup_error(context, sys.exc_info()))
        return
    try:
        yield [dg.DagsterEvent.capture_logs(context, list(step_keys), log_key, where)]
    finally:
        capture.__exit__(None, None, None)


def step_with_hooks(context: StepExecutionContext) -> Iterator[dg.DagsterEvent]:
    """The events of one step, and those of its hooks.

    Raises:
        DagsterExecutionInterruptedError: While the step was under way; its failure was told.
    """
    events = []
    for event in dagster_event_sequence_for_step(context):
        events.append(event)
        yield event
    yield from _trigger_hook(context, events)


__all__ = [
    "ActiveExecution",
    "CheckRunHealthResult",
    "ConfigurableClass",
    "EngineEventData",
    "ExecutionPlan",
    "ExecutionStep",
    "InstanceConcurrencyContext",
    "LaunchRunContext",
    "PlanExecutionContext",
    "PlanOrchestrationContext",
    "RetryMode",
    "RunLauncher",
    "StepDependencyConfig",
    "StepExecutionContext",
    "WorkerStatus",
]
