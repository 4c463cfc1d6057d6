"""Files of a local store: written in one piece, and for their owner only."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

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
    _make_private(path.parent, folder)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=UNFINISHED)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def copy_file(folder: Path, path: Path, source: Path) -> None:
    """As :func:`write_file`, of a file's content.

    Raises:
        OSError: It can't be read or written.
    """
    _make_private(path.parent, folder)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=UNFINISHED)
    try:
        with os.fdopen(handle, "wb") as file, source.open("rb") as content:
            shutil.copyfileobj(content, file, _CHUNK)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def create_file(folder: Path, path: Path, content: bytes) -> bool:
    """As :func:`write_file`, with a link instead of the renaming: a link never overwrites.

    Returns:
        Whether it was written; not when there is such a file already.
    """
    _make_private(path.parent, folder)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=UNFINISHED)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        path.hardlink_to(name)
    except FileExistsError:
        return False
    finally:
        Path(name).unlink(missing_ok=True)
    return True


def _make_private(folder: Path, root: Path) -> None:
    """Makes a folder in the store (``mkdir`` gives its mode to the last of a path only)."""
    if folder.is_dir():
        return
    if folder != root:
        _make_private(folder.parent, root)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
