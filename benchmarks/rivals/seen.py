"""What a look gives, and how a rival's process is asked for one: a line of JSON each way."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

CONTROL_TAGS = frozenset({"a", "button", "input", "select", "textarea"})
SCRIPTED = "js"
"""``id`` of the element that only a script makes a control."""


class Seen(NamedTuple):
    """One look.

    Attributes:
        seconds: How long it took, the text included.
        text: What a model would be given.
        controls: How many of the page's controls it holds as such.
    """

    seconds: float
    text: str
    controls: int


async def timed(look: Callable[[], Awaitable[tuple[str, int]]]) -> Seen:
    """Looks, by the clock."""
    started = time.perf_counter()
    text, controls = await look()
    return Seen(time.perf_counter() - started, text, controls)


async def answer_lines(
    go: Callable[[str], Awaitable[object]], look: Callable[[], Awaitable[tuple[str, int]]]
) -> None:
    """Serves standard input until it ends: an address goes there, an empty line looks.

    What libraries print goes to standard error, so that only answers are on standard output.
    """
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    print(json.dumps("ready"), file=answers, flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        if url := line.strip():
            await go(url)
            answer: object = None
        else:
            answer = await timed(look)
        print(json.dumps(answer), file=answers, flush=True)
