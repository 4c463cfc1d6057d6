"""Steps in threads of the run's process, sharing one browser: the default of compiled jobs.

Dagster's own executors are one step after another in the run's process, or a process a step. A
step of ours mostly waits for a portal, and a Chromium of its own costs it a second and 200 MB:
threads give the width of the one for the price of the other. What steps share, resources and
logging, is Dagster's own for one process; what follows from several threads stands here.

* Events are written where they happen, and taken note of in the main thread, in their order.
* Signals reach the main thread only: an interruption is raised in each thread that has a step.
  It strikes at the thread's next instruction, so what waits for the browser wakes up regularly
  (``browser/runtime.py``).
* ``stdout`` and ``stderr`` are captured for the whole process, as ``in_process_executor`` does.

The private pieces of Dagster that it calls are those that its own executors call, and are
imported by ``compiler/dagster_internals/``.
"""

from __future__ import annotations

import itertools
import os
import queue
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import dagster as dg

from skyvern_dagster.compiler.dagster_internals import (
    ActiveExecution,
    EngineEventData,
    ExecutionPlan,
    ExecutionStep,
    InstanceConcurrencyContext,
    PlanExecutionContext,
    PlanOrchestrationContext,
    RetryMode,
    StepDependencyConfig,
    StepExecutionContext,
    captured_output,
    execute_plan_with,
    fields_of_multiprocess,
    step_with_hooks,
)
from skyvern_dagster.execution.side_by_side import DEFAULT_WIDTH, WIDTH_VARIABLE, run_width
from skyvern_dagster.process.interrupt import interrupt_thread

LOOP_TAG = "skyvern/loop"
"""On the ops of a loop's body: ``<label>:<width>``, how many of its steps may be under way."""

_LOOK_SECONDS = 0.25
"""How often the main thread looks for an interruption, a retry that is due and a free pool."""


@dg.executor(
    name="browser",
    config_schema={
        "max_concurrent": dg.Field(
            dg.Noneable(dg.IntSource),
            is_required=False,
            default_value=None,
            description=f"How many steps run at once; left out: {WIDTH_VARIABLE}, else "
            f"{DEFAULT_WIDTH}. A loop may be held to fewer by its `parallel`.",
        ),
        **fields_of_multiprocess("retries", "tag_concurrency_limits", "step_dependency_config"),
    },
)
def browser_executor(init_context: dg.InitExecutorContext) -> dg.Executor:
    """Steps in threads of the run's process, with one browser and a context for each step.

    Same events, retries, hooks, pools and re-execution as Dagster's executors. Its config is that
    of ``multiprocess_executor``, without what speaks of processes.

    Example:
        .. code-block:: yaml

            execution:
              config:
                max_concurrent: 8
    """
    config = init_context.executor_config
    width: Any = config["max_concurrent"] or run_width()
    return BrowserExecutor(
        width=int(width),
        retries=RetryMode.from_config(config["retries"]),  # type: ignore[arg-type]
        limits=list(config.get("tag_concurrency_limits") or []),  # type: ignore[call-overload]
        dependencies=StepDependencyConfig.from_config(config.get("step_dependency_config")),  # type: ignore[arg-type]
    )


class BrowserExecutor(dg.Executor):
    """See :func:`browser_executor`.

    Args:
        width: How many steps run at once.
        retries: Whether steps are tried again here, never, or by whoever called.
        limits: Dagster's ``tag_concurrency_limits`` within the run.
        dependencies: Whether a step needs the success of those before it, or their outputs only.
    """

    def __init__(
        self,
        *,
        width: int,
        retries: RetryMode,
        limits: Sequence[dict[str, Any]] = (),
        dependencies: StepDependencyConfig,
    ) -> None:
        self._width = width
        self._retries = retries
        self._limits = list(limits)
        self._dependencies = dependencies

    @property
    def retries(self) -> RetryMode:
        """As Dagster asks for it."""
        return self._retries

    def execute(
        self, plan_context: PlanOrchestrationContext, execution_plan: ExecutionPlan
    ) -> Iterator[dg.DagsterEvent]:
        """Carries a run's steps out.

        Raises:
            DagsterExecutionInterruptedError: The run was asked to end; all steps have ended.
        """
        keys = execution_plan.step_keys_to_execute
        process = EngineEventData.in_process(os.getpid(), keys)
        words = f"steps in {self._width} threads (pid: {os.getpid()})"
        yield dg.DagsterEvent.engine_event(plan_context, f"Executing {words}", process)
        # With SQLAlchemy and Alembic behind it, which loading a code location has no need of.
        from skyvern_dagster.compiler.dagster_internals.kept_sqlite import sqlite_kept_open

        with sqlite_kept_open(plan_context.instance):
            yield from execute_plan_with(self._iterate, plan_context, self._dependencies)
        yield dg.DagsterEvent.engine_event(plan_context, f"Finished {words}", process)

    def _iterate(
        self, job_context: PlanExecutionContext, execution_plan: ExecutionPlan
    ) -> Iterator[dg.DagsterEvent]:
        with (
            InstanceConcurrencyContext(job_context.instance, job_context.dagster_run) as pools,
            ActiveExecution(
                execution_plan,
                retry_mode=job_context.retry_mode,
                max_concurrent=self._width,
                tag_concurrency_limits=[*self._limits, *loop_limits(execution_plan)],
                instance_concurrency_context=pools,
                step_dependency_config=self._dependencies,
                sort_key_fn=_turn,  # type: ignore[arg-type] # it only has to be comparable
            ) as active,
        ):
            keys = [step.key for step in execution_plan.get_steps_to_execute_in_topo_order()]
            with captured_output(job_context, keys) as events:
                yield from events
                yield from _Steps(job_context, active, self._width).run()


def loop_limits(plan: ExecutionPlan) -> list[dict[str, Any]]:
    """The widths of the plan's loops, as Dagster's ``tag_concurrency_limits``."""
    values = {(step.tags or {}).get(LOOP_TAG) for step in plan.step_dict.values()} - {None}
    return [
        {"key": LOOP_TAG, "value": value, "limit": int(str(value).rpartition(":")[2])}
        for value in sorted(map(str, values))
    ]


def _turn(step: ExecutionStep) -> tuple[int, str]:
    """By priority, as Dagster has it; then by key, which has a loop's items in their order.

    A run that is re-executed from its failure has its steps from a set, in any order.
    """
    return -int((step.tags or {}).get("dagster/priority", 0)), step.key


class _Attempt(NamedTuple):
    """A step under way; its next attempt may begin before the thread of the last has gone."""

    step: str
    number: int


@dataclass(frozen=True)
class _StepMessage:
    """What a thread tells the main thread: an event of its step, or that it has ended."""

    attempt: _Attempt
    event: dg.DagsterEvent | None = None
    error: BaseException | None = None


class _Steps:
    """The steps of one run that are under way, and what they say."""

    def __init__(self, context: PlanExecutionContext, active: ActiveExecution, width: int) -> None:
        self._context = context
        self._active = active
        self._width = width
        self._threads: dict[_Attempt, threading.Thread] = {}
        self._numbers = itertools.count()
        self._messages: queue.SimpleQueue[_StepMessage] = queue.SimpleQueue()
        self._error: BaseException | None = None

    def run(self) -> Iterator[dg.DagsterEvent]:
        """Until no step is left, or one of them has ended the run."""
        try:
            while self._threads or not (self._error or self._active.is_complete):
                if self._active.check_for_interrupts():
                    yield self._interrupt()
                if self._error is None:
                    yield from self._begin()
                yield from self._take_messages()
        finally:
            # Whoever reads the events may stop doing so: no step outlives its run.
            self._stop_threads()
        if self._error is not None:
            raise self._error

    def _begin(self) -> Iterator[dg.DagsterEvent]:
        free = self._width - len(self._threads)
        steps = self._active.get_steps_to_execute(limit=free) if free else []
        yield from self._active.concurrency_event_iterator(self._context)
        yield from self._active.plan_events_iterator(self._context)
        for step in steps:
            context = self._context.for_step(step, self._active.get_known_state())
            attempt = _Attempt(step.key, next(self._numbers))
            thread = threading.Thread(
                target=self._execute, args=(attempt, context), name=f"step-{step.key}"
            )
            self._threads[attempt] = thread
            thread.start()

    def _execute(self, attempt: _Attempt, context: StepExecutionContext) -> None:
        """In the step's thread. Dagster turns what ops raise into events; the rest ends the run."""
        try:
            for event in step_with_hooks(context):
                self._messages.put(_StepMessage(attempt, event))
        except BaseException as error:  # noqa: BLE001 - it is raised again in the main thread
            self._messages.put(_StepMessage(attempt, error=error))
        else:
            self._messages.put(_StepMessage(attempt))

    def _take_messages(self) -> Iterator[dg.DagsterEvent]:
        """Takes note of what steps have said, and waits a little where they say nothing."""
        seconds = _LOOK_SECONDS
        while True:
            try:
                message = self._messages.get(timeout=seconds)
            except queue.Empty:
                self._notice_ended_threads()
                return
            seconds = 0.0
            if message.event is None:
                self._ended(message)
                yield from self._active.plan_events_iterator(self._context)
                continue
            yield message.event
            if not message.event.is_hook_event:
                self._active.handle_event(message.event)

    def _ended(self, message: _StepMessage) -> None:
        self._threads.pop(message.attempt).join()
        if message.error is not None:
            self._error = self._error or message.error
        elif message.attempt.step not in {attempt.step for attempt in self._threads}:
            self._active.verify_complete(self._context, message.attempt.step)

    def _notice_ended_threads(self) -> None:
        """An interruption may strike where a thread is about to say that it has ended."""
        for attempt, thread in self._threads.items():
            if not thread.is_alive() and self._messages.empty():
                self._messages.put(
                    _StepMessage(attempt, error=dg.DagsterExecutionInterruptedError())
                )

    def _interrupt(self) -> dg.DagsterEvent:
        self._active.mark_interrupted()
        self._error = self._error or dg.DagsterExecutionInterruptedError()
        self._raise_in_threads()
        return dg.DagsterEvent.engine_event(
            self._context,
            "Interrupting all steps that are under way",
            EngineEventData.interrupted([attempt.step for attempt in self._threads]),
        )

    def _raise_in_threads(self) -> None:
        for thread in self._threads.values():
            if thread.ident is not None and thread.is_alive():
                interrupt_thread(thread.ident, dg.DagsterExecutionInterruptedError)

    def _stop_threads(self) -> None:
        if self._threads:
            self._raise_in_threads()
        for thread in self._threads.values():
            thread.join()
