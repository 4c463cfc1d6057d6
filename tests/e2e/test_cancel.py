"""Runs that somebody stops: the browser goes with them, and what is finished stays."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from skyvern_dagster.runs.local import LocalRun
from tests.office import INVOICES, Office, skyvern_dagster, wait_until

ORDERS = 12
"""Three times as many as are fetched at a time: some are left when the signal comes."""

SOON = 30

Command = Callable[[Office], subprocess.Popen[str]]


@pytest.fixture(autouse=True)
def in_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a page, a loop over so few items is over before a signal comes."""
    monkeypatch.setenv("SKYVERN_FETCH_KNOWN_FILES", "0")


@pytest.fixture
def command() -> Iterator[Command]:
    """Starts the command line, and leaves nothing behind."""
    started: list[subprocess.Popen[str]] = []

    def start(office: Office) -> subprocess.Popen[str]:
        pairs = [f"{key}={value}" for key, value in office.parameters(ORDERS).items()]
        options = [part for pair in pairs for part in ("-p", pair)]
        started.append(skyvern_dagster("run", str(INVOICES), *options, "--json"))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_cancels_the_run(office: Office, command: Command, number: signal.Signals) -> None:
    process, _, family = running(office, command)

    process.send_signal(number)
    out, err = process.communicate(timeout=60)

    assert process.returncode == 130, err
    answer: dict[str, Any] = json.loads(out)
    assert (answer["status"], answer["failure_reason"]) == ("canceled", None)
    run_id = answer["workflow_run_id"]
    assert office.newest(run_id).status == dg.DagsterRunStatus.CANCELED
    assert_gone(family)
    # What a loop has given so far is in the answer, and a resumed run goes on from there.
    so_far = answer["outputs"]["iterate_over_order_ids_output"]
    assert 1 <= len(so_far) < ORDERS
    if number == signal.SIGINT:
        assert LocalRun.resume(run_id).wait(lambda _: None).status == "completed"
        office.assert_complete(run_id, ORDERS)


def test_a_second_signal_ends_it_at_once(office: Office, command: Command) -> None:
    process, run, family = running(office, command)

    process.send_signal(signal.SIGINT)
    wait_until(lambda: status(office, run) == dg.DagsterRunStatus.CANCELING, every=0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)

    assert process.returncode == 130, err
    assert status(office, run) == dg.DagsterRunStatus.CANCELED
    assert_gone(family)


def test_a_command_line_that_is_killed_takes_the_run_along(
    office: Office, command: Command
) -> None:
    process, run, family = running(office, command)

    process.kill()
    process.communicate(timeout=60)

    assert_gone(family)
    # Nobody was left to say so in the instance; whoever resumes the run does.
    assert status(office, run) == dg.DagsterRunStatus.STARTED


def test_stopped_before_there_is_a_run(office: Office, command: Command) -> None:
    process = command(office)
    line = process.stderr.readline() if process.stderr else ""
    assert "run wr_" in line

    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)

    assert process.returncode == 130
    wait_until(
        lambda: not [run for run in office.instance.get_runs() if not run.is_finished], every=0.1
    )


def status(office: Office, run: dg.DagsterRun) -> dg.DagsterRunStatus:
    found = office.instance.get_run_by_id(run.run_id)
    assert found is not None
    return found.status


def running(
    office: Office, command: Command
) -> tuple[subprocess.Popen[str], dg.DagsterRun, set[Process]]:
    """A run by the command line in the middle of its loop, and the processes below it."""
    seen = len(office.demo.request_log.requests)
    process = command(office)
    wait_until(lambda: len(office.invoice_requests(seen)) >= 2)
    (run,) = office.instance.get_runs()
    family = {each for each in processes() if process.pid in ancestors(each)}
    assert "chromium" in {each.name for each in family}
    return process, run, family


def assert_gone(family: set[Process]) -> None:
    """None of these is left: neither the run's process nor Chromium's."""
    wait_until(lambda: not family & processes(), seconds=SOON, every=0.05)


@dataclass(frozen=True)
class Process:
    """A living process; pids are used again, so its start belongs to it. Orphans are adopted."""

    pid: int
    name: str
    parent: int = field(compare=False)
    started: str


def processes() -> set[Process]:
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text()
        except OSError:
            continue
        name, _, rest = stat.partition("(")[2].rpartition(")")
        fields = rest.split()
        if fields[0] != "Z":
            found.add(Process(int(folder.name), name, int(fields[1]), fields[19]))
    return found


def ancestors(process: Process) -> Iterator[int]:
    by_pid = {each.pid: each for each in processes()}
    pid = process.parent
    while pid in by_pid:
        yield pid
        pid = by_pid[pid].parent
