"""A process that is asked to end, and one on which the first signal is lost."""

from __future__ import annotations

import subprocess
import sys

import pytest

from skyvern_dagster.process.interrupt import interrupt

PROGRAM = """
import signal, sys, time

left = int(sys.argv[1])

def take(*_):
    global left
    if left == 0:
        raise SystemExit(7)
    left -= 1

signal.signal(signal.SIGINT, take)
print("ready", flush=True)
time.sleep(60)
time.sleep(60)
"""


@pytest.mark.parametrize("lost", [0, 1, 3])
def test_it_is_asked_until_it_ends(lost: int) -> None:
    command = [sys.executable, "-c", PROGRAM, str(lost)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        interrupt(process.pid, again_seconds=0.1)
        assert process.wait(30) == 7


def test_a_process_that_is_gone_is_left_alone() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    interrupt(process.pid)
