"""The process of one run: ``python -m skyvern_dagster.runs.process``, a request on stdin.

What it needs is imported while it waits for the request; nothing is before, so that the collector
of garbage doesn't go through it again and again.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import select
import signal
import sys
import threading

from skyvern_dagster.process.quick_imports import quick_imports
from skyvern_dagster.process.run_process import LaunchRequest
from skyvern_dagster.process.surroundings import Surroundings

AHEAD = (
    "dagster",
    "skyvern_dagster.runs.launched",
    "skyvern_dagster.compiler.job",
    "jsonschema",
    "playwright.async_api",
    "dagster._core.storage.sqlite_storage",
    "dagster._core.storage.local_compute_log_manager",
    "skyvern_dagster.compiler.dagster_internals.kept_sqlite",
    "skyvern_dagster.agent.task_runner",
    "skyvern_dagster.agent.planners.heuristic.planner",
)
"""In the order in which a run meets them; nothing breaks where one of them has another name in some
version, since a run imports what it needs by itself."""


def main() -> int:
    """Carries the requested run out; the exit status says only whether Dagster called it good."""
    # Under a shell's background job SIGINT is ignored, and Dagster would copy that onto SIGTERM.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with quick_imports():
        _import_ahead()
        line = sys.stdin.readline()
        if not line:  # there was no run to be given
            return 0
        from skyvern_dagster.runs.launched import carry_out
    request = LaunchRequest(**json.loads(line))
    if not request.detached:
        _die_with_launcher()
    return 0 if carry_out(request) else 1


def waiting_main() -> int:
    """As :func:`main`, of a process that is there before the command: its browser starts at once.

    It is told first where the command was typed.
    """
    from skyvern_dagster.browser.ahead import close_ahead, start_ahead

    signal.signal(signal.SIGINT, signal.default_int_handler)
    ours = {name: os.environ[name] for name in ("DAGSTER_HOME", "DAGSTER_DISABLE_TELEMETRY")}
    start_ahead()
    line = sys.stdin.readline()
    if line:
        Surroundings.read(line).take()
        os.environ.update(ours)
        return main()
    close_ahead()
    return 0


def _import_ahead() -> None:
    """Imports what most runs come to need, as long as there is no request."""
    for name in AHEAD:
        if select.select([sys.stdin], [], [], 0)[0]:
            return
        with contextlib.suppress(ModuleNotFoundError):
            importlib.import_module(name)


def _die_with_launcher() -> None:
    """A run whose launcher was killed has nobody left to watch it: it stops as in a crash.

    Its finished blocks stay on record, and ``skyvern-dagster resume`` goes on from there.
    """

    def watch() -> None:
        while sys.stdin.readline():
            pass
        if not _finished.is_set():
            os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="launcher-watch", daemon=True).start()


_finished = threading.Event()


if __name__ == "__main__":
    status = main()
    _finished.set()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    # All is closed and on record; taking two thousand modules apart would take half a second.
    os._exit(status)
