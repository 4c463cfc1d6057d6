"""How large a definition may be, found out before anything is built of it."""

from __future__ import annotations

import time
from typing import Any

import yaml
from yaml.composer import ComposerError
from yaml.events import CollectionEndEvent, CollectionStartEvent, MappingStartEvent, NodeEvent

MAX_CHARACTERS = 2_000_000
"""Of the text. Arbitrary: two hundred pages of goals; it is read in seconds."""

MAX_VALUES = 200_000
"""With every alias written out; a few lines of aliases can stand for billions of values."""

MAX_DEPTH = 100
"""Of lists and mappings in each other. Arbitrary: a loop in a loop takes two, and each costs
several of the 1,000 calls that Python allows in each other."""

MAX_SECONDS = 10.0
"""Of a processor, for reading and checking one definition. The largest that the limits above allow
takes half of it."""


class ReadingTime:
    """The time of this thread's processor that is left for one definition."""

    def __init__(self, seconds: float = MAX_SECONDS) -> None:
        self._end = time.thread_time() + seconds

    @property
    def is_up(self) -> bool:
        """Whether nothing is left."""
        return time.thread_time() > self._end


class TooLargeError(ComposerError):
    """A document with more, or deeper, values than are read."""


def measure(text: str, loader: type[yaml.CSafeLoader | yaml.SafeLoader]) -> int:
    """Goes once through a YAML text without building anything.

    It needs neither memory nor stack that grows with the text, whatever the text is.

    Returns:
        How many events the text makes: about two for each of its values.

    Raises:
        TooLargeError: It has too many values, or is too deep.
        YAMLError: It can't be read.
    """
    count = values = 0
    awaits_key: list[bool | None] = []  # of each open mapping; of a list, nothing
    for event in yaml.parse(text, Loader=loader):
        count += 1
        if isinstance(event, CollectionEndEvent):
            awaits_key.pop()
        elif isinstance(event, NodeEvent):
            is_key = bool(awaits_key and awaits_key[-1])
            values += not is_key
            if values > MAX_VALUES:
                raise too_many_values(event.start_mark)
            if len(awaits_key) >= MAX_DEPTH:
                raise too_deep(event.start_mark)
            if awaits_key and awaits_key[-1] is not None:
                awaits_key[-1] = not is_key
            if isinstance(event, CollectionStartEvent):
                awaits_key.append(True if isinstance(event, MappingStartEvent) else None)
    return count


def too_many_values(mark: Any) -> TooLargeError:
    """The refusal of a document with more values than are read."""
    return TooLargeError(None, None, f"the document has more than {MAX_VALUES:,} values", mark)


def too_deep(mark: Any) -> TooLargeError:
    """The refusal of lists in lists in lists."""
    return TooLargeError(None, None, "the document is nested too deeply", mark)
