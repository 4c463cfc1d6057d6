"""A plan's steps carried out in this process, with their output and hooks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import dagster as dg
from dagster._core.definitions.executor_definition import MULTI_PROC_CONFIG
from dagster._core.execution.api import ExecuteRunWithPlanIterable
from dagster._core.execution.compute_logs import create_compute_log_file_key
from dagster._core.execution.context.system import (
    PlanExecutionContext,
    PlanOrchestrationContext,
    StepExecutionContext,
)
from dagster._core.execution.context_creation_job import PlanExecutionContextManager
from dagster._core.execution.plan.execute_plan import (
    _handle_compute_log_setup_error,
    _trigger_hook,
    dagster_event_sequence_for_step,
)
from dagster._core.execution.step_dependency_config import StepDependencyConfig


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
