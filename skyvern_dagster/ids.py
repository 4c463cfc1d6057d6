"""Identifiers in Skyvern's form: ``<prefix>_<int64>``, sortable by time.

The integer holds 32 bits of seconds since 2022-06-20, 21 bits of worker, 10 bits of sequence and
one bit of version (docs/contract.md#ids). Clients treat it as opaque.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

EPOCH = 1_655_683_200
"""Unix seconds of 2022-06-20, UTC: before any id was made. Ids that exist count from it, so that
it can't be changed any more."""

Prefix = Literal[
    "o", "oat", "wpid", "w", "wr", "wrb", "wfs", "tsk", "stp", "op", "a", "cred", "totp", "f", "bp"
]  # fmt: skip

_SEQUENCE_BITS = 10
"""1,024 ids a second before the next second is borrowed from. Arbitrary: a run makes some
dozens."""

_BOOT = os.urandom(8).hex()


class _Clock:
    """Seconds and a sequence in them; borrows from the next second when a sequence is used up."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def next(self) -> tuple[int, int]:
        now = (int(time.time()) - EPOCH) << _SEQUENCE_BITS
        with self._lock:
            self._last = max(self._last + 1, now)
            return divmod(self._last, 1 << _SEQUENCE_BITS)


_clock = _Clock()


@dataclass
class _Repetition:
    """What the ids of a request that may be repeated are made of."""

    seed: str
    seconds: int
    count: int = 0

    def next(self) -> int:
        self.count += 1
        digest = hashlib.sha256(f"{self.seed}\x1f{self.count}".encode()).digest()
        return (self.seconds << 32) | (int.from_bytes(digest[:4]) & 0xFFFFFFFE)


_repetition: ContextVar[_Repetition | None] = ContextVar("repetition", default=None)


@contextmanager
def repeatable_ids(seed: str, unix_seconds: int) -> Iterator[None]:
    """While it is open, fresh ids are the same ones each time that the same thing is done.

    Args:
        seed: Tells apart what is done; with it, nobody can guess the ids who doesn't know it.
        unix_seconds: When it was done first.
    """
    token = _repetition.set(_Repetition(seed, unix_seconds - EPOCH))
    try:
        yield
    finally:
        _repetition.reset(token)


def new_id(prefix: Prefix) -> str:
    """A fresh id, unique over processes and machines for all practical purposes."""
    repetition = _repetition.get()
    if repetition is not None:
        return f"{prefix}_{repetition.next()}"
    seconds, sequence = _clock.next()
    digest = hashlib.sha256(f"{os.getpid()}-{_BOOT}".encode()).digest()
    worker = int.from_bytes(digest[:3]) & 0x1FFFFF
    return f"{prefix}_{(seconds << 32) | (worker << 11) | (sequence << 1)}"


def stable_id(prefix: Prefix, *parts: str) -> str:
    """The same id for the same parts, always: for things that have no row in a database."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return f"{prefix}_{int.from_bytes(digest[:8]) >> 2}"


DEFAULT_ORGANIZATION_ID = stable_id("o", "default")
"""The organization of runs, keys and workflows for which none is named."""
