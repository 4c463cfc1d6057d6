"""dagster-celery's run launcher, with what it lacks where people cancel and workers die.

In ``dagster.yaml`` (``skyvern-dagster init --engine celery`` writes it)::

    run_launcher:
      module: skyvern_dagster.launching.celery_launcher
      class: SkyvernCeleryRunLauncher
      config:
        broker: {env: DAGSTER_CELERY_BROKER}
        backend: {env: DAGSTER_CELERY_BACKEND}

What it adds to 0.29.27 (``dagster_celery/launcher.py``):

* Canceling is noted before the worker's process is interrupted. Otherwise the run, which can't know
  who interrupted it, ends as failed.
* A run that was canceled as it was taken from the queue isn't carried out.
* A task's state in the result backend is what its worker has last said: of one that was killed with
  its machine, ``STARTED`` for ever. So run monitoring asks the worker, too.
"""

from __future__ import annotations

from typing import Any

import dagster as dg
from dagster_celery.launcher import CeleryRunLauncher
from dagster_celery.tags import DAGSTER_CELERY_TASK_ID_TAG

from skyvern_dagster.compiler.dagster_internals import (
    CheckRunHealthResult,
    LaunchRunContext,
    WorkerStatus,
    report_canceling,
)
from skyvern_dagster.launching.canceled_run import end_if_canceled

_ANSWER_SECONDS = 2.0
"""For a worker's answer, which takes milliseconds; Celery's own default is one second."""

_LOOKS = 3
"""Arbitrary: a worker that is busy or was cut off for a moment isn't taken for dead. With
``poll_interval_seconds`` of 5 a dead one is known after 20 seconds."""

_WAITING = "PENDING"


class SkyvernCeleryRunLauncher(CeleryRunLauncher):
    """Runs as Celery tasks: a run per worker process, its steps in threads with one browser."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._missed: dict[str, int] = {}
        """Task id -> how many looks in a row haven't found it."""

    def launch_run(self, context: LaunchRunContext) -> None:
        """Hands the run to the broker, unless it was canceled as it was taken from the queue."""
        if not end_if_canceled(self._instance, context.dagster_run):
            super().launch_run(context)

    def terminate(self, run_id: str) -> bool:
        """Asks the run's process to end; a run that waits at the broker never begins."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished or DAGSTER_CELERY_TASK_ID_TAG not in run.tags:
            return False
        report_canceling(self._instance, run)
        return bool(super().terminate(run_id))

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Whether the run's task goes on in a worker that is there."""
        task_id = run.tags.get(DAGSTER_CELERY_TASK_ID_TAG, "")
        if not task_id:
            return CheckRunHealthResult(WorkerStatus.RUNNING, "not given to a worker yet")
        health: CheckRunHealthResult = super().check_run_worker_health(run)
        if health.status is not WorkerStatus.RUNNING:
            # A retry of the task's message, or a result that has expired: no sign of an end.
            return health
        if self._is_in_a_worker(task_id):
            self._missed.pop(task_id, None)
            return health
        self._missed[task_id] = self._missed.get(task_id, 0) + 1
        if self._missed[task_id] < _LOOKS:
            return CheckRunHealthResult(WorkerStatus.RUNNING, "its worker doesn't answer")
        return CheckRunHealthResult(WorkerStatus.FAILED, "the run's worker is gone")

    def _is_in_a_worker(self, task_id: str) -> bool:
        started = self.celery.AsyncResult(task_id).info
        worker = started.get("hostname") if isinstance(started, dict) else None
        inspect = self.celery.control.inspect(
            destination=[worker] if worker else None, timeout=_ANSWER_SECONDS
        )
        tasks = [each for active in (inspect.active() or {}).values() for each in active]
        return any(each.get("id") == task_id for each in tasks)
