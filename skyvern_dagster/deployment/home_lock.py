"""One deployment a home folder: two daemons on one instance would start runs twice."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from skyvern_dagster.errors import RunError
from skyvern_dagster.process.identity import living_process, process_tag

_PATIENCE_SECONDS = 15.0
"""How long the processes of a deployment that was killed may take to end. Arbitrary: they notice
it within milliseconds, a busy machine needs seconds for it."""

_POLL_SECONDS = 0.1
"""Between looks at a lock of a deployment that is ending."""


@dataclass
class HomeLock:
    """The lock of a home folder, as its holder has it.

    It is the open file's: where a deployment's processes have the file open too, the lock is held
    until the last of them has ended. The kernel lets go of it then, however they ended.
    """

    file: TextIO

    @property
    def descriptor(self) -> int:
        """For the processes that hold it, too."""
        return self.file.fileno()

    def tell(self, **facts: str) -> None:
        """Writes down who holds it, for the message to whoever wants it."""
        self.file.seek(0)
        self.file.truncate()
        json.dump({"process": process_tag(os.getpid()), **facts}, self.file)
        self.file.flush()


@contextmanager
def locked_home(home: Path, purpose: str) -> Iterator[HomeLock]:
    """The only deployment of a home folder, while the context is open.

    Args:
        purpose: Which command this is, for the message to another one.

    Raises:
        RunError: Another one is up; the message says which.
    """
    place = home / "deployment.lock"
    home.mkdir(parents=True, exist_ok=True)
    with place.open("a+", encoding="utf-8") as file:
        _wait_for(file, home)
        lock = HomeLock(file)
        lock.tell(command=purpose)
        try:
            yield lock
        finally:
            file.seek(0)
            file.truncate()


def _wait_for(file: TextIO, home: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError as error:
            holder = _holder(file)
            pid = living_process(holder.get("process", ""))
            if pid is not None or time.monotonic() > deadline:
                raise RunError(_refusal(home, pid, holder)) from error
        time.sleep(_POLL_SECONDS)


def _holder(file: TextIO) -> dict[str, str]:
    file.seek(0)
    try:
        return dict(json.loads(file.read()))
    except ValueError:  # it is being written, or its holder was killed while it was
        return {}


def _refusal(home: Path, pid: int | None, holder: dict[str, str]) -> str:
    who = f"`skyvern-dagster {holder.get('command', 'serve')}`"
    who += f" (pid {pid})" if pid is not None else ", whose processes are still ending,"
    at = f" at {holder['api']}" if "api" in holder else ""
    return (
        f"the home folder {home} is in use by {who}{at}: two on one home would start runs twice. "
        "Stop that one, or give this one a home of its own (DAGSTER_HOME=...)"
    )
