"""Room for runs is exact, however launches and their appearance in the database are interleaved."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi import HTTPException

from skyvern_dagster_api.run_room import RunRoom

MOST = 9


def test_of_many_at_one_time_as_many_as_there_is_room_for() -> None:
    there: list[int] = []
    room = RunRoom(MOST, lambda _: len(there))

    def launch(number: int) -> bool:
        try:
            room.take("o_1")
        except HTTPException:
            return False
        time.sleep(number % 3 / 1000)  # seen in the database before, or after, it is given back
        there.append(number)
        time.sleep(number % 5 / 1000)
        room.give_back("o_1")
        return True

    with ThreadPoolExecutor(40) as pool:
        launched = list(pool.map(launch, range(200)))
    assert sum(launched) == len(there) == MOST


def test_who_waits_gets_the_room_of_a_launch_that_failed() -> None:
    room = RunRoom(1, lambda _: 0)
    room.take("o_1")
    got = threading.Event()

    def wait() -> None:
        room.take("o_1")
        got.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    room.take("o_2")  # another organization's is its own
    assert not got.is_set()
    room.give_back("o_1")
    waiting.join(10)
    assert got.is_set()


def test_no_limit() -> None:
    room = RunRoom(0, lambda _: pytest.fail("nobody has to count"))
    for _ in range(50):
        room.take("o_1")
