"""Identifiers in Skyvern's form: ``<prefix>_<int64>``, sortable by time.

The integer holds 32 bits of seconds since 2022-06-20, 21 bits of worker, 10 bits of sequence and
one bit of version (docs/contract.md#ids). Clients treat it as opaque.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from typing import Literal

EPOCH = 1_655_683_200
"""Unix seconds of 2022-06-20, UTC: before any id was made. Ids that exist count from it, so that
it can't be changed any more."""

Prefix = Literal[
    "o", "oat", "wpid", "w", "wr", "wrb", "wfs", "tsk", "stp", "op", "a", "cred", "totp", "f"
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


def new_id(prefix: Prefix) -> str:
    """A fresh id, unique over processes and machines for all practical purposes."""
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
