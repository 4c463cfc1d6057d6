"""How many unfinished runs an organization may have, exactly, however many ask at once."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable

from fastapi import HTTPException

_WAIT_SECONDS = 10.0
"""Arbitrary: for as long, others that are being launched are waited for."""


class RunRoom:
    """Room for runs: those that are there, and those that are just being launched.

    A run that is being launched may be in Dagster's database already, or not yet. Where that
    decides whether there is room, it is waited for.

    Args:
        most: Unfinished runs of an organization; 0 for no limit.
        unfinished: Counts those of an organization that are in the database.
    """

    def __init__(self, most: int, unfinished: Callable[[str], int]) -> None:
        self._most = most
        self._unfinished = unfinished
        self._launching: Counter[str] = Counter()
        self._changed = threading.Condition()

    def take(self, organization_id: str) -> None:
        """Takes room for one run, until :meth:`give_back`.

        Raises:
            HTTPException: There is none (429).
        """
        deadline = time.monotonic() + _WAIT_SECONDS
        with self._changed:
            while self._most:
                count = self._unfinished(organization_id)
                if count + self._launching[organization_id] < self._most:
                    break
                left = deadline - time.monotonic()
                if count >= self._most or left <= 0:
                    raise self._refusal(max(count, self._most))
                self._changed.wait(left)
            self._launching[organization_id] += 1

    def give_back(self, organization_id: str) -> None:
        """A run is there, or will not be."""
        with self._changed:
            self._launching[organization_id] -= 1
            self._changed.notify_all()

    def _refusal(self, count: int) -> HTTPException:
        return HTTPException(
            429,
            f"{count} runs of your organization are unfinished (limit {self._most}): wait for one "
            "to end, or cancel one",
            headers={"Retry-After": "10"},
        )
