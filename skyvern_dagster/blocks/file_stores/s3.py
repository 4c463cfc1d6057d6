"""A bucket of AWS, or of another store that speaks S3."""

from __future__ import annotations

from dataclasses import dataclass

from skyvern_dagster.blocks.file_stores.store import MOST_BYTES
from skyvern_dagster.blocks.s3_bucket import S3Bucket


@dataclass(frozen=True)
class S3Store:
    """A bucket that a block names."""

    bucket: S3Bucket

    def put(self, name: str, content: bytes, content_type: str, sha256: str) -> str:
        """See :class:`FileStore`."""
        if not self.bucket.holds(name, sha256):
            self.bucket.put(name, content, content_type=content_type, sha256=sha256)
        return self.bucket.uri(name)

    def names(self, prefix: str, most: int) -> list[str]:
        """See :class:`FileStore`."""
        return [each for each in self.bucket.keys(prefix, most) if not each.endswith("/")]

    def get(self, name: str) -> bytes:
        """See :class:`FileStore`."""
        return self.bucket.get(name, MOST_BYTES)
