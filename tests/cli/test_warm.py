"""Commands that are forked from a warm process, as whoever types them sees it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from skyvern_dagster.cli.warm_client import carried_out
from skyvern_dagster.cli.warm_message import warm_place
from skyvern_dagster.execution import tags
from skyvern_dagster.process.next_process import SECONDS_VARIABLE
from tests.office import wait_until
from tests.processes import browsers_below, living

ENTRY = (sys.executable, "-m", "skyvern_dagster.cli.entry")

GOES_ON = dg.DagsterRunStatus.STARTED

WAITS = """
title: waits
workflow_definition:
  parameters: []
  blocks:
    - {block_type: wait, label: pause, wait_sec: SECONDS}
"""


@pytest.fixture
def warm(home: Path, tmp_path: Path) -> Iterator[Path]:
    """A home folder with a warm process, and definitions beside it."""
    for name, seconds in (("quick", "0"), ("waits", "500")):
        text = WAITS.replace("SECONDS", seconds)
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    process = subprocess.Popen([*ENTRY, "warm"], cwd=tmp_path)
    wait_until(warm_place(home).exists)
    yield home
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
    assert not warm_place(home).exists()


def typed(*arguments: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*ENTRY, *arguments],
        cwd=folder,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def forks_of(home: Path) -> list[int]:
    """Processes that have the command line of the warm one, and are of this home folder."""
    ours = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            environment = (folder / "environ").read_bytes()
        except OSError:
            continue
        if b"warm" in words and f"DAGSTER_HOME={home}".encode() in environment:
            ours.append(int(folder.name))
    return ours


def test_it_is_the_same_command(
    warm: Path,
    tmp_path: Path,
    instance: dg.DagsterInstance,
    clean_environment: pytest.MonkeyPatch,
) -> None:
    """Its folder, environment, output and status, and a signal; nothing is left behind."""
    for sent in (b"", b"half of a command"):  # interrupted as they asked
        with socket.socket(socket.AF_UNIX) as gone:
            gone.connect(str(warm_place(warm)))
            gone.sendall(sent)
    clean_environment.setenv("SKYVERN_ARTIFACT_STORE", str(tmp_path / "elsewhere"))
    done = typed("run", "quick.yaml", "--json", folder=tmp_path)
    said, shown = done.communicate(timeout=60)
    assert done.returncode == 0, shown
    assert json.loads(said)["status"] == "completed"
    assert "completed" in shown
    assert any((tmp_path / "elsewhere").iterdir())

    for not_its in ([], ["validate", "quick.yaml"], ["--help"]):
        assert carried_out(not_its) is None

    wrong = typed("run", "nothing.yaml", folder=tmp_path)
    assert "nothing.yaml" in wrong.communicate(timeout=60)[1]
    assert wrong.returncode == 1

    waiting = typed("run", "waits.yaml", "--json", folder=tmp_path)
    wait_until(lambda: len(forks_of(warm)) == 3, every=0.05)  # itself, the command, and the run
    wait_until(
        lambda: [run for run in instance.get_runs() if run.status == GOES_ON] != [], every=0.05
    )
    waiting.send_signal(signal.SIGINT)
    said, shown = waiting.communicate(timeout=60)
    assert waiting.returncode == 130, shown
    assert json.loads(said)["status"] == "canceled"
    wait_until(lambda: len(forks_of(warm)) == 1, every=0.05)


@pytest.mark.long
def test_a_command_that_is_killed_takes_its_run_along(warm: Path, tmp_path: Path) -> None:
    waiting = typed("run", "waits.yaml", folder=tmp_path)
    wait_until(lambda: len(forks_of(warm)) == 3, every=0.05)
    waiting.kill()
    waiting.communicate(timeout=60)
    wait_until(lambda: len(forks_of(warm)) == 1, every=0.05)


def test_what_has_other_code_is_carried_out_here(
    home: Path, tmp_path: Path, clean_environment: pytest.MonkeyPatch
) -> None:
    process = subprocess.Popen([*ENTRY, "warm"], cwd=tmp_path)
    wait_until(warm_place(home).exists)
    clean_environment.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ['PYTHONPATH']}")
    assert carried_out(["run", "quick.yaml"]) is None
    assert process.wait(20) == 0  # it is of no use any more
    assert not warm_place(home).exists()


def test_the_next_command_gets_the_processes_that_wait(
    home: Path,
    tmp_path: Path,
    instance: dg.DagsterInstance,
    clean_environment: pytest.MonkeyPatch,
) -> None:
    """One for the command, and one for its run, whose browser is there by then."""
    for name, seconds in (("quick", "0"), ("waits", "500")):
        text = WAITS.replace("SECONDS", seconds)
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    clean_environment.setenv(SECONDS_VARIABLE, "300")
    warm = subprocess.Popen([*ENTRY, "warm"], cwd=tmp_path)
    wait_until(warm_place(home).exists)

    def waiting() -> set[int]:
        """The processes that wait, once they do."""
        wait_until(lambda: len(forks_of(home)) == 3 and bool(browsers_below(warm.pid)), every=0.05)
        return set(forks_of(home)) - {warm.pid}

    def process_of_the_last() -> int:
        return int(instance.get_runs(limit=1)[0].tags[tags.PROCESS].split(":")[1])

    def completed() -> bool:
        said = typed("run", "quick.yaml", "--json", folder=tmp_path).communicate(timeout=60)[0]
        return bool(json.loads(said)["status"] == "completed")

    assert completed()
    ready = waiting()
    assert process_of_the_last() not in ready
    assert completed()
    assert process_of_the_last() in ready
    wait_until(lambda: not living(ready), every=0.05)

    ready = waiting()
    interrupted = typed("run", "waits.yaml", "--json", folder=tmp_path)
    wait_until(lambda: instance.get_runs(limit=1)[0].status == GOES_ON, every=0.05)
    assert process_of_the_last() in ready
    interrupted.send_signal(signal.SIGINT)
    assert json.loads(interrupted.communicate(timeout=60)[0])["status"] == "canceled"

    ready = waiting()
    clean_environment.setenv("TZ", "Asia/Tokyo")  # its browser would tell another time
    assert completed()
    assert process_of_the_last() not in ready
    wait_until(lambda: not living(ready), every=0.05)

    ready = waiting() | browsers_below(warm.pid)
    warm.send_signal(signal.SIGINT)
    assert warm.wait(20) == 0
    wait_until(lambda: not living(ready), every=0.05)
