"""While runs follow one another, the next one's process is there before it, with its browser."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import dagster as dg
import pytest

from skyvern_dagster.compiler.dagster_internals import LaunchRunContext
from skyvern_dagster.execution import tags
from skyvern_dagster.process.next_process import SECONDS_VARIABLE
from skyvern_dagster.process.ready_process import ReadyProcess
from skyvern_dagster.process.socket_place import socket_place
from tests.office import wait_until
from tests.processes import browsers_below, living
from tests.runs.ended import ended


def launched(instance: dg.DagsterInstance) -> int:
    """The process of a run that has been launched, and was a success."""
    run = instance.create_run_for_job(
        ended,
        tags={"ending": "completed"},
        job_code_origin=dg.reconstructable(ended).get_python_origin(),
    )
    instance.run_launcher.launch_run(LaunchRunContext(dagster_run=run, workspace=None))
    wait_until(lambda: again(instance, run).is_finished, every=0.05)
    assert again(instance, run).is_success
    return int(again(instance, run).tags[tags.PROCESS].split(":")[1])


def again(instance: dg.DagsterInstance, run: dg.DagsterRun) -> dg.DagsterRun:
    found = instance.get_run_by_id(run.run_id)
    assert found is not None
    return found


def fork_server(home: Path) -> int:
    mark = f"skyvern_dagster.launching.fork_server\0{socket_place(home, 'fork_server')}\0"
    wanted = f"{mark}{home}\0{os.getpid()}\0".encode()
    found = [
        int(path.parent.name)
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if path.read_bytes().endswith(wanted)
    ]
    return min(found)  # the others are its forks


def waiting_beside(server: int, launched: int) -> int:
    """The child that has started a browser and isn't the one of a run, which may still be ending.

    A run that nothing waited for has a browser of its own until its process has gone.
    """
    children = Path(f"/proc/{server}/task/{server}/children")

    def found() -> list[int]:
        others = [int(each) for each in children.read_text().split() if int(each) != launched]
        return [each for each in others if browsers_below(each)]

    wait_until(lambda: bool(found()), seconds=60, every=0.1)
    (waiting,) = found()
    return waiting


def test_the_next_run_gets_the_process_that_waits(
    instance: dg.DagsterInstance, home: Path, clean_environment: pytest.MonkeyPatch
) -> None:
    clean_environment.setenv(SECONDS_VARIABLE, "120")
    first = launched(instance)
    server = fork_server(home)
    waiting = waiting_beside(server, first)
    browsers = browsers_below(waiting)

    assert launched(instance) == waiting
    wait_until(lambda: not living({waiting} | browsers), seconds=30, every=0.1)

    killed = waiting_beside(server, waiting)
    os.killpg(killed, signal.SIGKILL)
    without = launched(instance)
    assert without != killed

    last = waiting_beside(server, without)
    browsers = browsers_below(last)
    os.kill(server, signal.SIGKILL)
    wait_until(lambda: not living({last} | browsers), seconds=30, every=0.1)


def status_of(child: ReadyProcess) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child.pid, 0)[1])


def test_it_acts_once_it_has_a_message_and_ends_without(tmp_path: Path) -> None:
    def forked(name: str) -> ReadyProcess:
        def act(message: bytes, _: list[int]) -> int:
            (tmp_path / name).write_bytes(message)
            return 7

        return ReadyProcess.fork(
            (tmp_path / f"{name} prepared").touch, act, (tmp_path / f"{name} unused").touch
        )

    given, unused = forked("given"), forked("unused")
    assert given.give(b"do it\n")
    assert status_of(given) == 7
    assert (tmp_path / "given").read_bytes() == b"do it\n"
    unused.close()
    assert status_of(unused) == 0
    assert {path.name for path in tmp_path.iterdir()} == {
        "given", "given prepared", "unused prepared", "unused unused",
    }  # fmt: skip


def test_one_that_does_not_take_its_message_never_acts(tmp_path: Path) -> None:
    def stuck() -> None:
        time.sleep(60)

    def act(message: bytes, _: list[int]) -> int:
        return (tmp_path / "acted").write_bytes(message)

    child = ReadyProcess.fork(stuck, act, lambda: None)
    assert not child.give(b"do it\n")
    assert status_of(child) == -signal.SIGKILL
    assert not list(tmp_path.iterdir())
