"""Whether a deployment grows: tasks one after the other for a while, and what its processes hold.

``python -m benchmarks.soak --minutes 60`` serves the demo's shop, has so many tasks done at the
same time as ``--at-once`` says, and prints each minute what the deployment's own processes (API,
daemon, webserver, code servers, fork server) hold together: processes, threads, open files, memory.
Runs have processes of their own, which have ended when it counts. Exit status 1 where more is held
at the end than the bounds allow, or a task didn't complete.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from pathlib import Path

import httpx2

from benchmarks.rest import served
from skyvern_dagster.demo.services import demo_services
from skyvern_dagster.deployment.deployment import Deployment

_WARM_UP = 3
"""Samples that don't count: connections are made and modules imported when they are first used."""
_MORE_HANDLES = 16
"""Threads and files that may be open by chance more at one sample than at another: requests and
database connections of that moment."""
_MORE_MEMORY = 1.15
"""Python gives little of what it has had back; a leak of 100 KB a task shows within the hour."""
_ENDED = {"completed", "failed", "terminated", "canceled", "timed_out"}
_PAGE_SIZE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Held:
    """What processes hold together; memory in MB."""

    processes: int = 0
    threads: int = 0
    files: int = 0
    memory: float = 0.0

    def __add__(self, other: Held) -> Held:
        return Held(*(mine + its for mine, its in zip(astuple(self), astuple(other), strict=True)))

    def is_within(self, earlier: Held) -> bool:
        """Whether it is no more than before, but for what chance explains."""
        return (
            self.processes <= earlier.processes
            and self.threads <= earlier.threads + _MORE_HANDLES
            and self.files <= earlier.files + _MORE_HANDLES
            and self.memory <= earlier.memory * _MORE_MEMORY
        )


def main() -> int:
    """Prints the samples and the verdict."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--at-once", type=int, default=2)
    parser.add_argument("--sample-seconds", type=float, default=60)
    chosen = parser.parse_args()
    print(f"{'minute':>7}{'tasks':>7}{'processes':>11}{'threads':>9}{'files':>7}{'MB':>7}")
    with demo_services() as services:
        os.environ["SKYVERN_VIDEO"] = "0"
        with served("") as (up, key, _):
            samples = list(
                _samples(up, key, services.shop_url, chosen.minutes * 60, chosen.at_once,
                         chosen.sample_seconds)
            )  # fmt: skip
            first, last = samples[min(_WARM_UP, len(samples) - 1)], samples[-1]
            for pid, now in last.items():
                print(
                    f"{_name(pid):40}{first.get(pid, Held()).memory:>8.1f} MB{now.memory:>8.1f} MB"
                )
    grown = not sum(last.values(), start=Held()).is_within(sum(first.values(), start=Held()))
    print("it grows" if grown else "no growth")
    return int(grown)


def _samples(
    up: Deployment, key: str, shop: str, seconds: float, at_once: int, sample_seconds: float
) -> Iterator[dict[int, Held]]:
    began = time.monotonic()
    due, done = began + sample_seconds, 0
    with httpx2.Client(base_url=up.url, headers={"x-api-key": key}, timeout=60) as client:
        while time.monotonic() - began < seconds:
            started = [_start(client, shop) for _ in range(at_once)]
            for task_id in started:
                _wait(client, task_id)
            done += at_once
            if time.monotonic() >= due:
                due += sample_seconds
                yield _sample((time.monotonic() - began) / 60, done)
        yield _sample((time.monotonic() - began) / 60, done)


def _start(client: httpx2.Client, shop: str) -> str:
    body = {"url": shop, "navigation_goal": "Open the help page"}
    return str(client.post("/api/v1/tasks", json=body).raise_for_status().json()["task_id"])


def _wait(client: httpx2.Client, task_id: str) -> None:
    while True:
        task = client.get(f"/api/v1/tasks/{task_id}").raise_for_status().json()
        if task["status"] in _ENDED:
            break
        time.sleep(0.2)
    if task["status"] != "completed":
        sys.exit(f"{task_id}: {task['status']}: {task['failure_reason']}")


def _sample(minute: float, done: int) -> dict[int, Held]:
    runs = _run_processes()
    deadline = time.monotonic() + 30
    while runs & _below(os.getpid()) and time.monotonic() < deadline:
        time.sleep(0.2)
    found = {pid: _held(pid) for pid in _below(os.getpid())}
    held = sum(found.values(), start=Held())
    print(
        f"{minute:>7.1f}{done:>7}{held.processes:>11}{held.threads:>9}{held.files:>7}"
        f"{held.memory:>7.0f}",
        flush=True,
    )
    return found


def _run_processes() -> set[int]:
    """Those that the fork server has forked, and what they have started."""
    mark = b"skyvern_dagster.launching.fork_server\0"
    servers = {pid for pid in _below(os.getpid()) if mark in _command(pid)}
    tops = {pid for pid in servers if _parent(pid) not in servers}
    return {each for top in tops for each in _below(top)}


def _below(pid: int) -> set[int]:
    """Processes that a process, or one that it has started, has started."""
    parents = {int(each.name): _parent(int(each.name)) for each in Path("/proc").glob("[0-9]*")}
    found: set[int] = set()
    level = {pid}
    while level := {child for child, parent in parents.items() if parent in level}:
        found |= level
    return found


def _parent(pid: int) -> int:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:  # it has just ended
        return 0
    return int(stat.rpartition(")")[2].split()[1])


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _name(pid: int) -> str:
    """The last module that a command line names."""
    modules = _command(pid).decode(errors="replace").split("\0-m\0")
    return modules[-1].replace("\0", " ")[:36]


def _held(pid: int) -> Held:
    try:
        folder = Path(f"/proc/{pid}")
        pages = int((folder / "statm").read_text().split()[1])
        return Held(
            1,
            len(list((folder / "task").iterdir())),
            len(list((folder / "fd").iterdir())),
            pages * _PAGE_SIZE / 1e6,
        )
    except OSError:
        return Held()


if __name__ == "__main__":
    sys.exit(main())
