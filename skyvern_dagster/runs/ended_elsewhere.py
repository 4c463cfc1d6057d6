"""A run that was ended from outside has ended: its process doesn't go on, and can't say otherwise.

Dagster takes a run's newest event for its status. A process that goes on after Dagster's run
monitoring has given the run up, or after somebody has marked it as canceled in the UI, would turn
what was told as failed into a success.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

import dagster as dg

from skyvern_dagster.compiler.dagster_internals import ended_by_process
from skyvern_dagster.process.attended import kill_group

_POLL_SECONDS = 1.0
"""Arbitrary: a look takes two milliseconds, and what is done in vain meanwhile is little."""


def end_with_the_run(run_id: str, act: Callable[[], object] = kill_group) -> None:
    """Watches, in a thread, whether somebody else ends this process's run.

    Args:
        run_id: Dagster's id; the instance is that of the home folder.
        act: What ends the process; the browser goes with it.
    """

    def watch() -> None:
        with dg.DagsterInstance.get() as instance:
            while not _is_over(instance, run_id):
                time.sleep(_POLL_SECONDS)
            if ended_by_process(instance, run_id) != os.getpid():
                act()

    threading.Thread(target=watch, name="ended-elsewhere", daemon=True).start()


def _is_over(instance: dg.DagsterInstance, run_id: str) -> bool:
    run = instance.get_run_by_id(run_id)
    return run is not None and run.is_finished
