"""Dagster's tasks as a Celery application: ``celery --app skyvern_dagster.launching.celery_app``.

The tasks are dagster-celery's own: a whole run (its run launcher) and a step (its executor). Broker
and result backend are ``DAGSTER_CELERY_BROKER`` and ``DAGSTER_CELERY_BACKEND``, as in
``dagster.yaml``. What is set here on top of its defaults:

* What every run needs is imported once, before processes are forked: a run begins a second or two
  earlier. Definitions aren't: each task has a new process, which reads them.
* SIGINT does again what it does in Python. Celery ignores it in these processes, Dagster copies its
  handler onto SIGTERM, and then nothing could be canceled.
* The processes end with their worker. Celery's go on for as long as their task takes, while nobody
  answers for it any more: the run would be taken for lost, and carried out a second time beside
  itself.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Mapping
from typing import Any

from celery import signals
from dagster_celery import defaults
from dagster_celery.make_app import make_app
from dagster_celery.tasks import create_execute_job_task, create_resume_job_task, create_task

from skyvern_dagster.compiler.dagster_internals import LaunchedRun
from skyvern_dagster.process.run_job import carry_out_only
from skyvern_dagster.runs.preloading import preload

_LOOK_SECONDS = 1.0
"""Arbitrary: well below the time after which a worker counts as gone."""

_SETTINGS = {
    # A task is an hour of somebody's work, not a millisecond: none waits behind another one.
    "worker_prefetch_multiplier": 1,
    "worker_max_tasks_per_child": 1,
    # A run's state is asked for as long as it goes on; Celery's default forgets it after a day.
    "result_expires": 7 * 86_400,
    "broker_connection_retry_on_startup": True,
    "broker_transport_options": defaults.broker_transport_options,
}

app = make_app(  # type: ignore[no-untyped-call]
    {
        "broker": os.environ.get("DAGSTER_CELERY_BROKER") or defaults.broker_url,
        "backend": os.environ.get("DAGSTER_CELERY_BACKEND") or defaults.result_backend,
        "config_source": _SETTINGS,
        "task_default_queue": defaults.task_default_queue,
    }
)

execute_plan = create_task(app)  # type: ignore[no-untyped-call]
execute_job = create_execute_job_task(app)
resume_job = create_resume_job_task(app)


@signals.worker_init.connect  # type: ignore[untyped-decorator]
def prepare_worker(**_: Any) -> None:
    """In the worker, before it has forked a process."""
    preload()


@signals.worker_process_init.connect  # type: ignore[untyped-decorator]
def prepare(**_: Any) -> None:
    """In each process that works."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()


@signals.task_prerun.connect  # type: ignore[untyped-decorator]
def narrow(kwargs: Mapping[str, Any] | None = None, **_: Any) -> None:
    """Before a run: its process needs no other jobs of the code location."""
    if arguments := (kwargs or {}).get("execute_job_args_packed"):
        carry_out_only(LaunchedRun.unpacked(arguments).job_name)


def _end_with(worker: int) -> None:
    while os.getppid() == worker:
        time.sleep(_LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
