"""Request files under an S3 prefix, through boto3 as the upload of documents has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from skyvern_dagster.blocks.s3_client import s3_client
from skyvern_dagster.errors import RunError
from skyvern_dagster.sensors.request_files import PROCESSED, QUARANTINE, REASON, is_request_name


@dataclass(frozen=True)
class RequestObject:
    """An object that is waiting."""

    client: Any
    bucket: str
    key: str

    @property
    def name(self) -> str:
        """The last part of its key."""
        return self.key.rpartition("/")[2]

    def read_bytes(self) -> bytes:
        """What is in it."""
        return bytes(self.client.get_object(Bucket=self.bucket, Key=self.key)["Body"].read())


class RequestBucket:
    """Request files under a prefix.

    An object appears in one piece, so there is no waiting as for files.

    Args:
        url: ``s3://bucket/prefix``; region, endpoint and credentials are found as boto3 does it.

    Raises:
        RunError: The URL names no bucket.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if not parts.netloc:
            raise RunError(f"{url!r} names no bucket: write s3://bucket/prefix")
        self._bucket = parts.netloc
        prefix = parts.path.strip("/")
        self._prefix = f"{prefix}/" if prefix else ""
        self._client: Any = None

    def files(self) -> Iterator[RequestObject]:
        """See :class:`~skyvern_dagster.sensors.request_files.RequestPlace`."""
        client = self._s3()
        pages = client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix, Delimiter="/"
        )
        for page in pages:
            for entry in page.get("Contents", []):
                file = RequestObject(client, self._bucket, entry["Key"])
                if is_request_name(file.name):
                    yield file

    def done(self, file: RequestObject) -> None:
        """See :class:`~skyvern_dagster.sensors.request_files.RequestPlace`."""
        self._move(file, PROCESSED)

    def quarantine(self, file: RequestObject, reason: str) -> None:
        """See :class:`~skyvern_dagster.sensors.request_files.RequestPlace`."""
        moved = self._move(file, QUARANTINE)
        self._s3().put_object(
            Bucket=self._bucket,
            Key=f"{moved}{REASON}",
            Body=f"{reason}\n".encode(),
            ContentType="text/plain; charset=utf-8",
        )

    def _move(self, file: RequestObject, folder: str) -> str:
        """Copies an object, then removes it; under a numbered name where its own is taken."""
        name, number = PurePosixPath(file.name), 1
        taken = self._names(f"{self._prefix}{folder}/{name.stem}")
        target = file.name
        while target in taken:
            number += 1
            target = f"{name.stem}_{number}{name.suffix}"
        key = f"{self._prefix}{folder}/{target}"
        source = {"Bucket": self._bucket, "Key": file.key}
        self._s3().copy_object(Bucket=self._bucket, Key=key, CopySource=source)
        self._s3().delete_object(Bucket=self._bucket, Key=file.key)
        return key

    def _names(self, prefix: str) -> set[str]:
        pages = (
            self._s3().get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
        )
        return {
            entry["Key"].rpartition("/")[2] for page in pages for entry in page.get("Contents", [])
        }

    def _s3(self) -> Any:
        """The client, made when a daemon looks and not where definitions are loaded.

        Raises:
            BlockError: boto3 isn't installed.
        """
        if self._client is None:
            self._client = s3_client()
        return self._client
