"""Files of a local store: written in one piece, and for their owner only."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_CHUNK = 1 << 20
"""Bytes: large enough that reading costs more than the loop around it, small beside a file."""

UNFINISHED = ".tmp-"
"""Names of files that are being written begin with this."""


def write_file(folder: Path, path: Path, content: bytes) -> None:
    """Writes beside the target and renames; private, since states and downloads are.

    Args:
        folder: Of the store.
        path: In it.

    Raises:
        OSError: It can't be written.
    """
    with _unfinished(folder, path) as (name, file):
        with file:
            file.write(content)
        name.replace(path)


def copy_file(folder: Path, path: Path, source: Path) -> None:
    """As :func:`write_file`, of a file's content.

    Raises:
        OSError: It can't be read or written.
    """
    with _unfinished(folder, path) as (name, file):
        with file, source.open("rb") as content:
            shutil.copyfileobj(content, file, _CHUNK)
        name.replace(path)


def create_file(folder: Path, path: Path, content: bytes) -> bool:
    """As :func:`write_file`, with a link instead of the renaming: a link never overwrites.

    Returns:
        Whether it was written; not when there is such a file already.
    """
    with _unfinished(folder, path) as (name, file):
        with file:
            file.write(content)
        try:
            path.hardlink_to(name)
        except FileExistsError:
            return False
    return True


@contextmanager
def _unfinished(folder: Path, path: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """A file beside the target, to be written and then given its name; gone in the end."""
    _make_private(path.parent, folder)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=UNFINISHED)
    try:
        yield Path(name), os.fdopen(handle, "wb")
    finally:
        Path(name).unlink(missing_ok=True)


def _make_private(folder: Path, root: Path) -> None:
    """Makes a folder in the store (``mkdir`` gives its mode to the last of a path only)."""
    if folder.is_dir():
        return
    if folder != root:
        _make_private(folder.parent, root)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
