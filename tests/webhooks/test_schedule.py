"""When a webhook is tried again."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyvern_dagster.webhooks.delivery import Delivery
from skyvern_dagster.webhooks.schedule import RetrySchedule, may_be_retried

START = datetime.fromisoformat("2026-05-01T00:00:00")
DOWN = Delivery(error="nobody there")


def attempts(schedule: RetrySchedule, delivery: Delivery = DOWN) -> list[datetime]:
    """The moments of all attempts at a receiver that never takes anything."""
    made = [START]
    while True:
        again = schedule.next_attempt(delivery, attempts=len(made), first_at=START, now=made[-1])
        if again is None:
            return made
        made.append(again)


@given(jitter=st.floats(0, 1), retry_after=st.none() | st.floats(0, 10**9))
def test_at_least_a_day_and_not_much_more(jitter: float, retry_after: float | None) -> None:
    schedule = RetrySchedule(jitter=lambda: jitter)
    made = attempts(schedule, Delivery(status_code=503, retry_after=retry_after))
    assert timedelta(hours=24) <= made[-1] - START <= timedelta(hours=48)
    assert len(made) < 80


@given(jitter=st.floats(0, 1))
def test_waits_grow_to_an_hour(jitter: float) -> None:
    made = attempts(RetrySchedule(jitter=lambda: jitter))
    waits = [(b - a).total_seconds() for a, b in pairwise(made)]
    assert 0.5 <= waits[0] <= 1
    assert waits == sorted(waits)
    assert 1800 <= waits[-1] <= 3600


def test_what_the_receiver_asks_for() -> None:
    schedule = RetrySchedule(jitter=lambda: 1.0)
    assert schedule.wait(1, retry_after=90) == 90
    assert schedule.wait(10, retry_after=1) == 512
    assert schedule.wait(1, retry_after=10**9) == 86400


@pytest.mark.parametrize(
    ("delivery", "expected"),
    [
        (Delivery(error="time-out"), True),
        (Delivery(error="blocked", is_final=True), False),
        *((Delivery(status_code=code), True) for code in (408, 425, 429, 500, 502, 503, 504, 599)),
        *((Delivery(status_code=code), False) for code in (301, 307, 400, 401, 403, 404, 410, 422)),
    ],
)
def test_what_may_go_away(delivery: Delivery, expected: bool) -> None:
    assert may_be_retried(delivery) is expected
    again = RetrySchedule().next_attempt(delivery, attempts=1, first_at=START, now=START)
    assert (again is not None) is expected
