"""What a place that holds files can do."""

from __future__ import annotations

from typing import Protocol

MOST_BYTES = 500_000_000
"""Of one file that is taken from a store; it passes through this process's memory."""


class FileStore(Protocol):
    """A place that holds files by name; names may have folders (``2026/05/a.pdf``)."""

    def put(self, name: str, content: bytes, content_type: str, sha256: str) -> str:
        """Stores a file, unless it is there already with this content.

        Returns:
            Its URI.

        Raises:
            BlockError: The place can't be reached, or refuses.
        """
        ...

    def names(self, prefix: str, most: int) -> list[str]:
        """The names of at most so many files that begin with a prefix, in order.

        Raises:
            BlockError: The place can't be reached, or refuses.
        """
        ...

    def get(self, name: str) -> bytes:
        """A file's content.

        Raises:
            BlockError: There is no such file, it is too large, or the place can't be reached.
        """
        ...
