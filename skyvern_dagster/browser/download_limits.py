"""How much a session takes from pages, and writing it to disk without holding all of it."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from skyvern_dagster.artifacts.disk_space import require_space
from skyvern_dagster.errors import ActionError

PARTIAL = ".part-"
"""Names of files that are still coming begin with this."""

CHUNK = 1 << 20
"""Bytes that are held at a time."""

_ROOM_EVERY = 32
"""Chunks between two looks at the disk."""


@dataclass(frozen=True)
class DownloadLimits:
    """Limits of one task.

    Attributes:
        most_bytes: Of one file.
        most_files: Of all that it is given.
    """

    # A year of a company's receipts as one archive; larger ones are backups or films.
    most_bytes: int = 300_000_000
    # Arbitrary: ten times what a list of a portal shows on its pages.
    most_files: int = 1_000

    def too_large(self, name: str) -> str:
        """Why a file isn't taken that is larger."""
        return (
            f"{name} is larger than {self.most_bytes:,} bytes: raise max_download_bytes of the "
            "browser resource (SKYVERN_MAX_DOWNLOAD_BYTES) if it is meant"
        )

    @property
    def too_many(self) -> str:
        """Why no further file is taken."""
        return (
            f"the pages gave more than {self.most_files:,} files: raise max_downloads of the "
            "browser resource (SKYVERN_MAX_DOWNLOADS) if they are meant"
        )


async def write_chunks(
    chunks: AsyncIterator[bytes], folder: Path, name: str, limits: DownloadLimits
) -> Path:
    """Writes what comes to a file of its own, and takes it away again if it breaks off.

    Returns:
        The file; its name tells nothing.

    Raises:
        ActionError: It is too large.
        DiskFullError: There is no room for it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{PARTIAL}{uuid.uuid4().hex}"
    size = count = 0
    try:
        with path.open("wb") as file:
            async for chunk in chunks:
                size, count = size + len(chunk), count + 1
                if size > limits.most_bytes:
                    raise ActionError(limits.too_large(name))
                if count % _ROOM_EVERY == 0:
                    require_space(folder, "files that are being downloaded")
                await asyncio.to_thread(file.write, chunk)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path
