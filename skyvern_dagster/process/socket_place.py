"""Where a process of a home folder listens, for nobody but its owner; only the standard library."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_LONGEST_PATH = 100
"""Bytes. A socket's path has at most 107 on Linux and 103 on macOS (``sun_path``)."""

START_SECONDS = 60.0
"""Arbitrary: importing Dagster and Playwright takes seconds, many times that on a busy machine.
Below the 180 s after which Dagster's run monitoring gives a start up."""

_POLL_SECONDS = 0.02
"""Arbitrary: a try to connect takes less than a millisecond."""

_WAITING = 64
"""Connections that wait to be taken. Arbitrary: one is answered in milliseconds."""


def socket_place(home: Path, name: str) -> Path:
    """The socket's path: in the home folder, or in a private one where that is too long.

    Args:
        home: The home folder of the deployment.
        name: What listens there.
    """
    place = home / f"{name}.sock"
    if len(str(place).encode()) <= _LONGEST_PATH:
        return place
    folder = Path(tempfile.gettempdir()) / f"skyvern-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    ours = hashlib.sha256(f"{home}\0{name}".encode()).hexdigest()[:24]
    return folder / f"{ours}.sock"


def connected(place: Path) -> socket.socket | None:
    """A connection to whoever listens there; ``None`` where nobody does."""
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(str(place))
    except OSError:
        connection.close()
        return None
    return connection


def connected_or_started(place: Path, command: Sequence[str], log: Path) -> socket.socket | None:
    """A connection to whoever listens there, who is started where nobody does; once, for all.

    Args:
        place: Where it listens.
        command: What starts it.
        log: The file that its output is added to.

    Returns:
        ``None`` where it does not come up.
    """
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (connection := connected(place)) is not None:
            return connection
        log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with log.open("ab") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            if (connection := connected(place)) is not None:
                return connection
            time.sleep(_POLL_SECONDS)
        return None


@contextmanager
def listening(place: Path) -> Iterator[socket.socket]:
    """A socket that only its owner can open; the newest of a home folder has the place."""
    place.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as server:
        before = os.umask(0o077)
        server.bind(str(place))
        os.umask(before)
        server.listen(_WAITING)
        ours = place.stat().st_ino
        try:
            yield server
        finally:
            with contextlib.suppress(FileNotFoundError):
                if place.stat().st_ino == ours:  # not that of the one who came after us
                    place.unlink()
