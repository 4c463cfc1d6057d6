"""Claims: of several processes that are about to do the same thing, one does it at a time.

A place in the artifact store has a numbered claim for each time that it was taken. The next number
can be created by one process only, and only once the claim before it has been given back, or its
holder is gone; none is ever removed, so that no process can mistake an old claim for its own.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.errors import ArtifactError, ClaimedError
from skyvern_dagster.process.clock import utc_now
from skyvern_dagster.process.identity import machine, process_is_gone, process_tag

LONGEST_SECONDS = 600.0
"""After so long, by the store's clock, a holder on another machine counts as gone: five times as
long as a mail server is listened to (`blocks.email_server`), which is what a place is held for."""

_POLL_SECONDS = 0.1
"""Arbitrary: a look lists one folder, which an object store is asked ten times a second at most."""


@contextmanager
def claimed(
    store: ArtifactStore,
    places: Sequence[str],
    *,
    wait_seconds: float = 120.0,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[None]:
    """Holds places of the store while the context is open.

    They are taken in alphabetical order, so that two processes with several places in common never
    wait for each other.

    Args:
        places: Keys (of folders) that stand for what is being done.
        wait_seconds: For how long a holder that is alive is waited for, at each place.

    Raises:
        ClaimedError: Somebody else holds a place for too long.
        ArtifactError: The store can't be read or written.
    """
    with ExitStack() as held:
        for place in sorted(set(places)):
            key = _take(store, place, wait_seconds, sleep)
            held.callback(store.write_json, key, {**_claim(), "given_back": True})
        yield


def _take(
    store: ArtifactStore, place: str, wait_seconds: float, sleep: Callable[[float], None]
) -> str:
    deadline = time.monotonic() + wait_seconds
    gone_at: dict[int, float] = {}
    while True:
        number, holder = _latest(store, place)
        if holder is not None and _is_elsewhere(holder) and number not in gone_at:
            # By the store's clock, once: the other machine's may be wrong, and so may ours.
            age = store.seconds_since(f"{place}/claims/{number}.json")
            gone_at[number] = time.monotonic() + LONGEST_SECONDS - age
        left = gone_at.get(number, 0.0) - time.monotonic()
        if holder is None or _is_over(holder, left):
            key = f"{place}/claims/{number + 1}.json"
            if store.create(key, json.dumps(_claim()).encode()):
                return key
            continue
        if time.monotonic() > deadline:
            raise ClaimedError(
                f"{place} is held by process {holder.get('process')} since {holder.get('at')}: "
                f"another run is doing the same at this moment{_hint(holder, left)}"
            )
        sleep(_POLL_SECONDS)


def _latest(store: ArtifactStore, place: str) -> tuple[int, dict[str, Any] | None]:
    """Number of the newest claim, and what it says; ``(0, None)`` where there is none."""
    numbers = [
        int(name.removesuffix(".json"))
        for key in store.keys(f"{place}/claims")
        if (name := key.rpartition("/")[2]).removesuffix(".json").isdecimal()
    ]
    if not numbers:
        return 0, None
    newest = max(numbers)
    claim = store.read_json(f"{place}/claims/{newest}.json")
    if not isinstance(claim, dict):
        raise ArtifactError(f"{place}/claims/{newest}.json is damaged: it is no claim")
    return newest, claim


def _claim() -> dict[str, Any]:
    return {"process": process_tag(os.getpid()), "machine": machine(), "at": utc_now().isoformat()}


def _is_elsewhere(claim: dict[str, Any]) -> bool:
    """Whether nobody here can see if the holder goes on; names of machines aren't unique."""
    if claim.get("given_back"):
        return False
    is_named_so = process_is_gone(str(claim.get("process", ""))) is not None
    return not is_named_so or claim.get("machine", machine()) != machine()


def _is_over(claim: dict[str, Any], left: float) -> bool:
    if claim.get("given_back"):
        return True
    return left <= 0 if _is_elsewhere(claim) else bool(process_is_gone(str(claim["process"])))


def _hint(claim: dict[str, Any], left: float) -> str:
    if not _is_elsewhere(claim):
        return ""
    return (
        ". It is on another machine: if that one is gone, its place is taken over in "
        f"{left:.0f} s; resume the run then"
    )
