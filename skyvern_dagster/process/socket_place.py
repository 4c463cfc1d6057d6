"""Where a process of a home folder listens, for nobody but its owner."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

_LONGEST_PATH = 100
"""Bytes. A socket's path has at most 107 on Linux and 103 on macOS (``sun_path``)."""


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
