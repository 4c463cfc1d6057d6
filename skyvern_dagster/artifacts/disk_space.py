"""Noticing a disk that is about to be full, while there is still room to say so."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

from skyvern_dagster.errors import ArtifactError, DiskFullError, StorageError

LEAST_FREE_MB = 200
"""Megabytes that must be free before a block begins.

A task leaves about 1 MB, a run 30 MB; Dagster's database and four blocks at the same time must find
room for what they write while they end.
"""

LEAST_FREE_VARIABLE = "SKYVERN_MIN_FREE_DISK_MB"
_FULL = (errno.ENOSPC, errno.EDQUOT)


def least_free() -> int:
    """Bytes that must be free, as the environment says.

    Raises:
        StorageError: The setting is no number.
    """
    text = os.environ.get(LEAST_FREE_VARIABLE, "").strip()
    if not text:
        return LEAST_FREE_MB * 1_000_000
    if not text.isdecimal():
        raise StorageError(f"{LEAST_FREE_VARIABLE}={text!r} is no number of megabytes")
    return int(text) * 1_000_000


def require_space(folder: Path, what: str) -> None:
    """Holds that the disk of a folder isn't about to be full.

    Args:
        folder: On that disk; it need not exist yet.
        what: What lies there, for the message.

    Raises:
        DiskFullError: It is.
        StorageError: The disk can't be asked.
    """
    existing = next((each for each in (folder, *folder.parents) if each.exists()), Path("/"))
    try:
        free = shutil.disk_usage(existing).free
    except OSError as error:
        raise StorageError(f"the disk of {folder} ({what}) can't be asked: {error}") from error
    needed = least_free()
    if free < needed:
        raise DiskFullError(
            f"the disk of {folder} ({what}) has {free // 1_000_000} MB left, and a run needs "
            f"{needed // 1_000_000} MB: free some space, then resume the run "
            f"({LEAST_FREE_VARIABLE} sets the limit)"
        )


def storage_error(message: str, error: Exception) -> ArtifactError:
    """The error for a failure of the store: that nothing is there, or that it can't be used."""
    if isinstance(error, FileNotFoundError) or _code(error) in ("NoSuchKey", "404"):
        return ArtifactError(f"{message}: {error}")
    if isinstance(error, OSError) and error.errno in _FULL:
        return DiskFullError(f"{message}: the disk is full; free some space, then resume the run")
    return StorageError(f"{message}: {error}")


def _code(error: Exception) -> str:
    """Of an error of botocore: the service's code."""
    response = getattr(error, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""
