"""For how long an S3 store is waited for, by all who speak to one."""

from __future__ import annotations

import os
from typing import Any

from skyvern_dagster.errors import StorageError

CONNECT_SECONDS = 5.0
"""A store that is there takes a connection in one or two round trips. botocore waits for 60."""
READ_SECONDS = 20.0
"""For a store to begin to answer, and between two pieces of an answer: S3 takes some seconds for a
part of 16 MB. botocore waits for 60, five times. For slower stores: ``SKYVERN_S3_READ_SECONDS``."""
_WRITES = 3
"""Times the time for an answer: a write asks whether it may, sends, and is answered."""
_BYTES_PER_SECOND = 1_000_000
"""Of a slow line to a store: 8 Mbit/s."""
_TOO_LONG = 3_600.0
"""An hour: a slip of the keyboard, or ``inf``."""
ATTEMPTS = 2
"""One repetition at once, for what passes in a moment; blocks, steps and s3fs repeat by themselves
after that."""


def s3_patience() -> dict[str, Any]:
    """What botocore's ``Config`` is given; ``AWS_MAX_ATTEMPTS`` counts where it is set.

    Raises:
        StorageError: ``SKYVERN_S3_READ_SECONDS`` is no number of seconds.
    """
    given = os.environ.get("AWS_MAX_ATTEMPTS", "")
    attempts = max(1, int(given)) if given.isdecimal() else ATTEMPTS
    return {
        "connect_timeout": CONNECT_SECONDS,
        "read_timeout": _read_seconds(),
        "retries": {"mode": "standard", "total_max_attempts": attempts},
    }


def write_seconds(size: int) -> float:
    """For how long so many bytes may be written to any store that isn't a folder.

    Raises:
        StorageError: As :func:`s3_patience`.
    """
    return _WRITES * _read_seconds() + size / _BYTES_PER_SECOND


def _read_seconds() -> float:
    text = os.environ.get("SKYVERN_S3_READ_SECONDS", "").strip()
    try:
        seconds = float(text) if text else READ_SECONDS
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < _TOO_LONG:
        raise StorageError(f"SKYVERN_S3_READ_SECONDS must be a number of seconds, not {text!r}")
    return seconds
