"""A run that was ended from outside has ended: its process doesn't go on, and can't say otherwise.

Dagster takes a run's newest event for its status. A process that goes on after Dagster's run
monitoring has given the run up, or after somebody has marked it as canceled in the UI, would turn
what was told as failed into a success.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

import dagster as dg

from skyvern_dagster.compiler.dagster_internals import ended_by_process
from skyvern_dagster.compiler.dagster_internals.kept_sqlite import sqlite_kept_open
from skyvern_dagster.process.attended import kill_group

_POLL_SECONDS = 1.0
"""Arbitrary: a look takes two milliseconds, and what is done in vain meanwhile is little."""


FindRun = Callable[[dg.DagsterInstance], dg.DagsterRun | None]


def end_with_the_run(
    find: FindRun,
    act: Callable[[], object] = kill_group,
    *,
    instance: dg.DagsterInstance | None = None,
) -> None:
    """Watches, in a thread, whether somebody else ends this process's run.

    Args:
        find: Finds the run, as it is now, in the home folder's instance.
        act: What ends the process; the browser goes with it.
        instance: That of the home folder, where the process has opened it.
    """

    def watch() -> None:
        # At first, the run's own thread needs the interpreter; nobody ends what has hardly begun.
        time.sleep(_POLL_SECONDS)
        with nullcontext(instance) if instance else _own_instance() as opened:
            while (run := find(opened)) is None or not run.is_finished:
                time.sleep(_POLL_SECONDS)
            if ended_by_process(opened, run.run_id) != os.getpid():
                act()

    threading.Thread(target=watch, name="ended-elsewhere", daemon=True).start()


def run_of(run_id: str) -> FindRun:
    """Finds a run by Dagster's id."""
    return lambda instance: instance.get_run_by_id(run_id)


@contextmanager
def _own_instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.get() as instance, sqlite_kept_open(instance):
        yield instance
