"""Several things at the same time: their results in order, nothing left behind."""

from __future__ import annotations

import threading
import time

import pytest

from skyvern_dagster.execution.side_by_side import run_width, side_by_side
from skyvern_dagster.process.interrupt import interrupt_thread

PATIENCE = 30.0


@pytest.mark.parametrize("width", [1, 2, 4, 9])
def test_results_are_in_order_and_no_more_than_asked_for_go_on(width: int) -> None:
    guard = threading.Lock()
    now, most = 0, 0
    together = threading.Barrier(min(width, 8))

    def work(number: int) -> int:
        nonlocal now, most
        if number < together.parties:
            together.wait(PATIENCE)
        with guard:
            now += 1
            most = max(most, now)
        time.sleep(0.002 * (8 - number))  # the first ones take longest
        with guard:
            now -= 1
        return number

    todo = [lambda number=number: work(number) for number in range(8)]
    assert side_by_side(todo, width=width) == list(range(8))
    assert most <= width


def test_after_the_last_one_nothing_is_begun() -> None:
    begun: list[int] = []

    def work(number: int) -> int:
        begun.append(number)
        return number

    todo = [lambda number=number: work(number) for number in range(100)]
    done = side_by_side(todo, width=2, is_last=lambda number: number == 3)

    assert done == sorted(begun)
    assert 3 in done
    assert len(done) <= 5  # what another thread had begun by then


def test_what_one_of_them_raises_comes_out_and_ends_the_others() -> None:
    def broken() -> int:
        raise KeyError("no such order")

    with pytest.raises(KeyError, match="no such order"):
        side_by_side([broken, lambda: 1, lambda: 2], width=2)
    assert not [
        each
        for each in threading.enumerate()
        if each.is_alive() and each.name.startswith("iteration-")
    ]


def test_an_interruption_reaches_all_of_them() -> None:
    begun = threading.Barrier(4)
    outcome: list[type[BaseException]] = []

    def endless() -> None:
        begun.wait(PATIENCE)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            time.sleep(0.01)

    def caller() -> None:
        try:
            side_by_side([endless] * 5, width=3)
        except KeyboardInterrupt as error:
            outcome.append(type(error))

    thread = threading.Thread(target=caller)
    thread.start()
    begun.wait(PATIENCE)
    time.sleep(0.5)  # until whoever has begun them waits for them
    assert thread.ident is not None
    interrupt_thread(thread.ident, KeyboardInterrupt)
    thread.join(PATIENCE)

    assert outcome == [KeyboardInterrupt]
    assert not [
        each
        for each in threading.enumerate()
        if each.is_alive() and each.name.startswith("iteration-")
    ]


@pytest.mark.parametrize(("given", "width"), [("", 4), ("7", 7), ("0", 1), ("many", 4)])
def test_the_width_is_a_setting(monkeypatch: pytest.MonkeyPatch, given: str, width: int) -> None:
    monkeypatch.setenv("SKYVERN_MAX_CONCURRENT", given)
    assert run_width() == width
