from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyvern_dagster.ids import EPOCH, Prefix, new_id, stable_id
from tests.laws import LAW


def number(identifier: str) -> int:
    return int(identifier.rpartition("_")[2])


@pytest.mark.parametrize("prefix", ["o", "wpid", "w", "wr", "tsk", "stp", "op", "a"])
def test_an_id_is_its_prefix_and_a_positive_int64(prefix: Prefix) -> None:
    for identifier in (new_id(prefix), stable_id(prefix, "x")):
        assert identifier.startswith(f"{prefix}_")
        assert 0 < number(identifier) < 2**63


def test_an_id_begins_with_the_second_in_which_it_was_made() -> None:
    before = int(time.time()) - EPOCH
    made = number(new_id("wr")) >> 32
    assert before <= made <= int(time.time()) - EPOCH + 60


def test_ids_of_one_process_rise_however_fast_they_are_made() -> None:
    made = [number(new_id("stp")) for _ in range(5000)]
    assert made == sorted(set(made))


def test_ids_of_many_threads_differ() -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: new_id("wr"), range(4000)))
    assert len(set(made)) == 4000


HERE = Path(__file__).parent.parent
FORKING = """
import os
from skyvern_dagster.ids import new_id
new_id("wr")  # whatever is counted or drawn has begun before the fork
children = []
for _ in range(4):
    child = os.fork()
    if child == 0:
        lines = "".join(new_id("wr") + "\\n" for _ in range(100))
        os.write(1, lines.encode())  # in one piece
        os._exit(0)
    children.append(child)
for child in children:
    assert os.waitpid(child, 0)[1] == 0
"""


def test_ids_of_forked_processes_differ() -> None:
    # In a process of its own: a fork of one with threads may inherit a lock that is held for ever.
    command = [sys.executable, "-c", FORKING]
    made = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, cwd=HERE)
    assert len(set(made.stdout.split())) == 400


@LAW
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x1f"))))
def test_a_stable_id_says_nothing_but_its_parts(parts: list[str]) -> None:
    assert stable_id("w", *parts) == stable_id("w", *parts)
    assert stable_id("w", *parts, "more") != stable_id("w", *parts)


def test_parts_do_not_run_together() -> None:
    assert stable_id("op", "ab", "c") != stable_id("op", "a", "bc")
