"""The pieces of Dagster that its public API lacks, all in this folder but for one.

Each is held to the versions named in ``tests/house/test_dagster_internals.py``. The one is in
``resources/hidden_defaults.py``, below this folder; ``tests/compiler/test_launchpad.py`` holds it.
"""

from __future__ import annotations

from dagster._core.events import EngineEventData
from dagster._core.execution.context.system import (
    PlanExecutionContext,
    PlanOrchestrationContext,
    StepExecutionContext,
)
from dagster._core.execution.plan.active import ActiveExecution
from dagster._core.execution.plan.instance_concurrency_context import InstanceConcurrencyContext
from dagster._core.execution.plan.plan import ExecutionPlan
from dagster._core.execution.plan.step import ExecutionStep
from dagster._core.execution.retries import RetryMode
from dagster._core.execution.step_dependency_config import StepDependencyConfig
from dagster._core.launcher.base import (
    CheckRunHealthResult,
    LaunchRunContext,
    RunLauncher,
    WorkerStatus,
)
from dagster._serdes import ConfigurableClass

from skyvern_dagster.compiler.dagster_internals.cron import is_cron, next_ticks
from skyvern_dagster.compiler.dagster_internals.launched_run import LaunchedRun, launch_arguments
from skyvern_dagster.compiler.dagster_internals.mapped import all_of_mapped
from skyvern_dagster.compiler.dagster_internals.plan_execution import (
    captured_output,
    config_errors,
    execute_plan_with,
    fields_of_multiprocess,
    step_with_hooks,
)
from skyvern_dagster.compiler.dagster_internals.run_log import (
    ended_by_process,
    newest_run_with_tag,
    report_canceled,
    report_canceling,
    report_note,
    root_cause,
    run_ids,
    step_has_succeeded,
    step_key,
)
from skyvern_dagster.compiler.dagster_internals.run_queue import (
    enqueue_again,
    enqueue_reexecution,
    make_pools,
    run_pool_limit,
)
from skyvern_dagster.compiler.dagster_internals.run_tags import (
    MAX_RUNTIME_TAGS,
    RESUME_TAG,
    RETRY_NUMBER_TAG,
    WILL_RETRY_TAG,
    add_run_tags,
)
from skyvern_dagster.compiler.dagster_internals.storages import (
    keep_connections,
    shared_database_lock,
)
from skyvern_dagster.compiler.dagster_internals.webserver import webserver_app

VERIFIED_VERSIONS = ("1.13.27",)
"""Versions of Dagster that these pieces were tried with."""

__all__ = [
    "MAX_RUNTIME_TAGS",
    "RESUME_TAG",
    "RETRY_NUMBER_TAG",
    "VERIFIED_VERSIONS",
    "WILL_RETRY_TAG",
    "ActiveExecution",
    "CheckRunHealthResult",
    "ConfigurableClass",
    "EngineEventData",
    "ExecutionPlan",
    "ExecutionStep",
    "InstanceConcurrencyContext",
    "LaunchRunContext",
    "LaunchedRun",
    "PlanExecutionContext",
    "PlanOrchestrationContext",
    "RetryMode",
    "RunLauncher",
    "StepDependencyConfig",
    "StepExecutionContext",
    "WorkerStatus",
    "add_run_tags",
    "all_of_mapped",
    "captured_output",
    "config_errors",
    "ended_by_process",
    "enqueue_again",
    "enqueue_reexecution",
    "execute_plan_with",
    "fields_of_multiprocess",
    "is_cron",
    "keep_connections",
    "launch_arguments",
    "make_pools",
    "newest_run_with_tag",
    "next_ticks",
    "report_canceled",
    "report_canceling",
    "report_note",
    "root_cause",
    "run_ids",
    "run_pool_limit",
    "shared_database_lock",
    "step_has_succeeded",
    "step_key",
    "step_with_hooks",
    "webserver_app",
]
