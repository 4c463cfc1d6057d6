"""Locks by name between the processes of one machine."""

from __future__ import annotations

import fcntl
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LOCK_FILES = 4096
"""Arbitrary: among a hundred names at one time few meet, and so many empty files are no load."""


class NamedLocks:
    """As many lock files as names would be too many: names share a fixed number of them.

    Two names with one file hinder each other now and then, which costs a little time only. The
    kernel lets go of a lock when its process ends, however it ends.

    Args:
        folder: On a local disk; made when it is needed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def held(self, name: str, *, wait: bool = False) -> Iterator[bool]:
        """Whether the lock was free; if so, it is held inside the block.

        Args:
            name: What is not to be done twice at one time.
            wait: Whether to wait until it is free.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        number = zlib.crc32(name.encode()) % _LOCK_FILES
        with (self._folder / f"{number:04x}.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                yield False
                return
            yield True
