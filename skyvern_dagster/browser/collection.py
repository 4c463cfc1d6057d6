"""Builds large trees without the garbage collector looking at them over and over meanwhile."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collection_paused() -> Iterator[None]:
    """Holds the collector back, for code that only builds: half of its time goes there otherwise.

    Also a decorator. What is garbage meanwhile is collected afterwards.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
