"""Where a process of a home folder listens, for nobody but its owner."""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LONGEST_PATH = 100
"""Bytes. A socket's path has at most 107 on Linux and 103 on macOS (``sun_path``)."""

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
