"""Workers without a browser: they take runs off the real queue, write events, and wait.

``SimulatedRunLauncher`` stands in ``dagster.yaml`` where a deployment has its launcher: it hands a
run's id to this program over a socket. ``python -m benchmarks.simulated_workers PORT WORKERS
SECONDS EVENTS`` is the workers: each carries one run out at a time.
"""

from __future__ import annotations

import multiprocessing
import random
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping
from multiprocessing.queues import Queue
from typing import Any

import dagster as dg
from dagster._core.events import DagsterEvent, DagsterEventType, EngineEventData
from dagster._core.launcher import LaunchRunContext, RunLauncher
from dagster._serdes import ConfigurableClass, ConfigurableClassData

_WORKERS_A_PROCESS = 16
"""Threads that share an interpreter: more would wait for it, and not for the database."""

_SPREAD = 0.5
"""Of the logarithm of a run's length: the longest tenth takes twice the median. An assumption."""


class SimulatedRunLauncher(RunLauncher[Any], ConfigurableClass):
    """Hands runs to simulated workers.

    Args:
        port: Where they listen, on loopback.
    """

    def __init__(self, port: int, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._port = port
        self._inst_data = inst_data

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        """As Dagster asks for it."""
        return self._inst_data

    @classmethod
    def config_type(cls) -> Mapping[str, Any]:
        """Its configuration."""
        return {"port": int}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData, config_value: Mapping[str, Any]
    ) -> SimulatedRunLauncher:
        """Made by Dagster."""
        return cls(port=int(config_value["port"]), inst_data=inst_data)

    def launch_run(self, context: LaunchRunContext) -> None:
        """Hands the run over."""
        with socket.create_connection(("127.0.0.1", self._port), timeout=30) as connection:
            connection.sendall(context.dagster_run.run_id.encode())

    def terminate(self, run_id: str) -> bool:
        """Nothing is ended before its time."""
        del run_id
        return False


class Workers:
    """Workers that share a process.

    Args:
        waiting: Ids of runs that were handed over.
        seconds: A run's median length.
        events: How many rows it leaves in the event log.
    """

    def __init__(self, waiting: Queue[str], seconds: float, events: int) -> None:
        self._waiting = waiting
        self._seconds = seconds
        self._events = events

    def work(self, workers: int) -> None:
        """Carries runs out until the process is ended."""
        with dg.DagsterInstance.get() as instance:
            threads = [
                threading.Thread(target=self._work, args=(instance,), daemon=True)
                for _ in range(workers)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

    def _work(self, instance: dg.DagsterInstance) -> None:
        while True:
            self._carry_out(instance, self._waiting.get())

    def _carry_out(self, instance: dg.DagsterInstance, run_id: str) -> None:
        def tell(kind: DagsterEventType, data: Any = None) -> None:
            event = DagsterEvent(kind.value, "portal", message="", event_specific_data=data)
            instance.report_dagster_event(event, run_id)

        chance = random.Random(run_id)  # the same lengths in every round
        seconds = self._seconds * chance.lognormvariate(0, _SPREAD)
        tell(DagsterEventType.RUN_START)
        began, rows = time.monotonic(), self._events - 2
        for number in range(1, rows + 1):
            time.sleep(max(0.0, began + seconds * number / rows - time.monotonic()))
            tell(DagsterEventType.ENGINE_EVENT, EngineEventData())
        tell(DagsterEventType.RUN_SUCCESS)


def main() -> None:
    """The workers, in processes that end with this one."""
    port, workers, seconds, events = sys.argv[1:]
    context = multiprocessing.get_context("spawn")
    waiting: Queue[str] = context.Queue()
    made = Workers(waiting, float(seconds), int(events))
    rest = int(workers)
    while rest > 0:
        share = min(rest, _WORKERS_A_PROCESS)
        context.Process(target=made.work, args=(share,), daemon=True).start()
        rest -= share
    with socket.create_server(("127.0.0.1", int(port)), backlog=512) as server:
        while True:
            connection, _ = server.accept()
            with connection:
                if run_id := connection.makefile().read():
                    waiting.put(run_id)


if __name__ == "__main__":
    # Otherwise the children would outlive it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    main()
