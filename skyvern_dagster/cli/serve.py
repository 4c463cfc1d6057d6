"""``skyvern-dagster serve``: everything that a single machine needs, until Ctrl-C."""

from __future__ import annotations

import json
import signal
import sys
import threading

from rich.console import Console

from skyvern_dagster.deployment.deployment import Deployment, ServeOptions, deployment
from skyvern_dagster.errors import RunError

_LOOK_SECONDS = 0.3
"""Arbitrary: a look is a system call a process."""


def serve(options: ServeOptions, *, as_json: bool) -> int:
    """Starts, says in one line that all is up, and waits.

    Returns:
        Exit status: 0 after Ctrl-C or SIGTERM.

    Raises:
        RunError: Something doesn't come up.
    """
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    console = Console(stderr=True)
    with console.status("starting") as status:

        def note(what: str) -> None:
            status.update(f"starting {what}")
            if stopping.is_set():
                raise RunError("stopped while starting")

        with deployment(options, note) as up:
            status.stop()
            _announce(up, as_json=as_json)
            return _watch(up, stopping, console)


def _announce(up: Deployment, *, as_json: bool) -> None:
    if as_json:
        ready = {"api": up.url, "dagster": up.dagster_url, "home": str(up.home)}
        sys.stdout.write(json.dumps(ready) + "\n")
    else:
        token = " (asks for its token)" if up.dagster_token else ""
        sys.stdout.write(f"ready: API {up.url} (docs at /docs), Dagster {up.dagster_url}{token}\n")
    sys.stdout.flush()


def _watch(up: Deployment, stopping: threading.Event, console: Console) -> int:
    supervisor = up.supervisor(lambda said: console.print(said, markup=False, highlight=False))
    while not stopping.wait(_LOOK_SECONDS):
        supervisor.look()
    console.print("stopping (runs that go on end by themselves)")
    return 0
