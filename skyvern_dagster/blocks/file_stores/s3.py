"""A bucket of AWS, or of another store that speaks S3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from skyvern_dagster.blocks.file_stores.store import MOST_BYTES
from skyvern_dagster.blocks.s3_bucket import S3Bucket
from skyvern_dagster.errors import BlockError


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


def s3_client(region: str, endpoint: str, key_id: str, secret_key: str) -> Any:
    """A boto3 client; without a key, with what boto3 finds by itself.

    Raises:
        BlockError: The extra ``aws`` is not installed, or a value is malformed.
    """
    try:
        import boto3
        from botocore.exceptions import BotoCoreError
    except ModuleNotFoundError as error:
        raise BlockError("S3 needs: pip install 'skyvern-dagster[aws]'") from error
    try:
        return boto3.client(
            "s3",
            region_name=region or None,
            endpoint_url=endpoint or None,
            aws_access_key_id=key_id or None,
            aws_secret_access_key=secret_key or None,
        )
    except (BotoCoreError, ValueError) as error:
        raise BlockError(f"S3 can't be used: {error}") from error
