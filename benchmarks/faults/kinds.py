"""The faults: each strikes once, in the middle of a run."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import dagster as dg

from benchmarks.faults.served import Served, below, command, kill
from skyvern_dagster.demo.listener import LOOPBACK
from skyvern_dagster.demo.services import DemoServices
from skyvern_dagster.execution import tags
from skyvern_dagster.process.identity import living_process

_LEFT_BYTES = 120_000_000
"""Under the limit of 200 MB below which no block begins."""


@dataclass(frozen=True)
class Place:
    """What a fault strikes at.

    Attributes:
        run_id: The Skyvern run in whose middle it strikes.
        seconds: How long what is away or full stays so.
    """

    served: Served
    demo: DemoServices
    run_id: str
    seconds: float


Fault = Callable[[Place], bool]
"""Strikes; gives whether there was something to strike at."""


def run_process(place: Place) -> bool:
    """SIGKILL of the run's process, its browser's driver with it or not as the kernel has it."""
    pid = process_of(place.run_id)
    return pid is not None and kill([pid])


def renderer(place: Place) -> bool:
    """SIGKILL of all renderers of the run's Chromium: "Target crashed"."""
    return kill([each for each in _chromium(place) if "--type=renderer" in command(each)])


def browser(place: Place) -> bool:
    """SIGKILL of the run's Chromium."""
    return kill([each for each in _chromium(place) if "--type=" not in command(each)])


def service(name: str) -> Fault:
    """SIGKILL of one of the services."""
    return lambda place: kill(place.served.service(name))


def serve(place: Place) -> bool:
    """SIGKILL of ``serve`` itself, which takes all services with it."""
    return kill([place.served.pid])


class Server(Protocol):
    """A server of the demo, which keeps its port and its contents when it is started again."""

    @property
    def port(self) -> int:
        """Where it listens."""
        ...

    def start(self) -> None:
        """Begins to listen."""
        ...

    def stop(self) -> None:
        """Cuts what is open, and listens no more."""
        ...


def away(server: Callable[[DemoServices], Server]) -> Fault:
    """A server stops for a while: connections are refused."""

    def strike(place: Place) -> bool:
        found = server(place.demo)
        found.stop()
        time.sleep(place.seconds)
        found.start()
        return True

    return strike


def hung(server: Callable[[DemoServices], Server]) -> Fault:
    """A server hangs for a while: connections are accepted, and nothing is ever answered."""

    def strike(place: Place) -> bool:
        found = server(place.demo)
        found.stop()
        # The kernel accepts for whoever listens, up to the length of the queue.
        with socket.create_server((LOOPBACK, found.port), backlog=100):
            time.sleep(place.seconds)
        found.start()
        return True

    return strike


def frozen(place: Place) -> bool:
    """SIGSTOP of the run's Chromium with all its processes, for a while."""
    stopped = [each for each in _chromium(place) if kill([each], signal.SIGSTOP)]
    time.sleep(place.seconds)
    kill(stopped, signal.SIGCONT)
    return bool(stopped)


def disk_nearly_full(place: Place) -> bool:
    """The disk has less left than blocks may begin with."""
    return _filled(place, _LEFT_BYTES)


def disk_full(place: Place) -> bool:
    """The disk has nothing left: no file, no row of Dagster's databases can be written."""
    return _filled(place, 0)


KINDS: dict[str, Fault] = {
    "run process": run_process,
    "renderer": renderer,
    "browser": browser,
    "daemon": service("daemon"),
    "API": service("API"),
    "code server": service("code server"),
    "webserver": service("webserver"),
    "serve": serve,
    "browser frozen": frozen,
    "portal away": away(lambda demo: demo.shop),
    "portal hung": hung(lambda demo: demo.shop),
    "S3 away": away(lambda demo: demo.s3),
    "S3 hung": hung(lambda demo: demo.s3),
    "SMTP away": away(lambda demo: demo.smtp),
    "SMTP hung": hung(lambda demo: demo.smtp),
    "disk nearly full": disk_nearly_full,
    "disk full": disk_full,
}


def process_of(run_id: str) -> int | None:
    """The process in which the newest Dagster run of a Skyvern run goes on."""
    with dg.DagsterInstance.get() as instance:
        runs = instance.get_runs(dg.RunsFilter(tags={tags.WORKFLOW_RUN_ID: run_id}), limit=1)
    return living_process(runs[0].tags.get(tags.PROCESS, "")) if runs else None


def _chromium(place: Place) -> list[int]:
    pid = process_of(place.run_id)
    return [each for each in below(pid) if "chrom" in command(each)] if pid is not None else []


def _filled(place: Place, left: int) -> bool:
    """Takes what the disk has left, again and again: others free some, and take it."""
    filler = place.served.home.parent / "filler"
    until = time.monotonic() + place.seconds
    try:
        with filler.open("wb") as file:
            size = 0
            while time.monotonic() < until:
                missing = shutil.disk_usage(filler.parent).free - left
                with contextlib.suppress(OSError):  # somebody was quicker
                    if missing > 0:
                        os.posix_fallocate(file.fileno(), size, missing)
                        size += missing
                time.sleep(0.05)
    finally:
        filler.unlink(missing_ok=True)
    return True
