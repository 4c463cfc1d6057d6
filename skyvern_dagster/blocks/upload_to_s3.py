"""The ``upload_to_s3`` block: the run's downloads into a bucket, never twice."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field, RootModel

from skyvern_dagster.artifacts.files import StoredFile
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.blocks.block import DOWNLOAD_DIRECTORY, LeafBlock, Need, RetryRule
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.entry import BlockEntry, UploadsEntry
from skyvern_dagster.blocks.outcome import BlockOutcome, UploadedFile
from skyvern_dagster.blocks.s3_bucket import S3Bucket
from skyvern_dagster.errors import BlockError

_AT_A_TIME = 4
"""Uploads side by side. S3 takes a tenth of a second for one, most of it on the way; below the ten
connections that boto3 keeps. Arbitrary otherwise."""


class UploadOutput(RootModel[list[str]]):
    """``s3://`` URIs, in the order of the downloads (docs/contract.md#outputs)."""


class UploadToS3Block(LeafBlock):
    """Puts downloads into a bucket, each once."""

    example: ClassVar[str] = """\
block_type: upload_to_s3
label: upload
path: SKYVERN_DOWNLOAD_DIRECTORY
"""
    key_fields: ClassVar[tuple[str, ...]] = ("path",)
    takes_downloads: ClassVar[bool] = True
    needs: ClassVar[frozenset[Need]] = frozenset({"s3"})
    kind: ClassVar[str] = "s3"
    changes_nothing: ClassVar[bool] = True
    output_type: ClassVar[type[BaseModel]] = UploadOutput
    entry_base: ClassVar[type[BlockEntry]] = UploadsEntry

    block_type: Literal["upload_to_s3"]
    path: str = Field(
        default=DOWNLOAD_DIRECTORY,
        description="SKYVERN_DOWNLOAD_DIRECTORY for all of the run's downloads, or the name (or a "
        "parameter that gives the name) of one downloaded file.",
    )
    # Two, after boto3's own retries within an attempt; arbitrary above one.
    max_retries: int = Field(default=2, ge=0, le=20, description="Our extension.")

    @property
    def retry_rule(self) -> RetryRule:
        """S3 that is down for a moment is tried again."""
        return RetryRule(self.max_retries, delay_seconds=1.0)

    def describe(self) -> str:
        """What it uploads."""
        return f"Uploads {self.path} to S3."

    def summary(self) -> str:
        """What it uploads."""
        return "uploads the downloads to S3"

    @classmethod
    def failed_output(cls, reason: str) -> Any:
        """Nothing was uploaded."""
        del reason
        return []

    def run(self, context: BlockContext) -> BlockOutcome:
        """Uploads each file that isn't there yet.

        Raises:
            BlockError: No bucket is configured, no such file, or S3 failed.
        """
        bucket = context.services.s3
        if not bucket.bucket:
            raise BlockError("no bucket to upload to: set SKYVERN_UPLOAD_BUCKET")
        files = select_files(context, context.text(self.path, "path"), "path")
        keys = [
            f"{bucket.environment}/{name}"
            for name in delivered_names(context.workflow_run_id, files)
        ]
        uploads: list[UploadedFile] = []
        uploaded = 0
        for upload, is_new in _side_by_side(context, bucket, files, keys):
            if is_new:
                context.log(f"uploaded {upload.filename} ({upload.size} bytes) to {upload.uri}")
            uploaded += is_new
            uploads.append(upload)
        return BlockOutcome(
            status="completed",
            output=UploadOutput([each.uri for each in uploads]).model_dump(mode="json"),
            uploads=tuple(uploads),
            details={"files": len(uploads), "uploaded_now": uploaded},
        )


def _side_by_side(
    context: BlockContext, bucket: S3Bucket, files: Sequence[StoredFile], keys: Sequence[str]
) -> Iterator[tuple[UploadedFile, bool]]:
    """Each upload, and whether it was made now, in the order of the files."""
    if not files:
        return
    client = bucket.client()  # made once: boto3 makes none side by side
    bucket = replace(bucket, client=lambda: client)
    with ThreadPoolExecutor(_AT_A_TIME, thread_name_prefix="upload") as pool:
        store = context.services.artifacts
        pending = [
            pool.submit(_uploaded, store, bucket, file, key)
            for file, key in zip(files, keys, strict=True)
        ]
        try:
            for each in pending:
                yield each.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _uploaded(
    store: ArtifactStore, bucket: S3Bucket, file: StoredFile, key: str
) -> tuple[UploadedFile, bool]:
    is_new = not bucket.holds(key, file.sha256)
    if is_new:
        with store.opened(file.key) as content:
            bucket.put(key, content, content_type=file.content_type, sha256=file.sha256)
    uploaded = UploadedFile(
        key=file.key,
        uri=bucket.uri(key),
        filename=file.filename,
        size=file.size,
        sha256=file.sha256,
    )
    return uploaded, is_new


def delivered_names(workflow_run_id: str, files: Sequence[StoredFile]) -> list[str]:
    """Keys without the environment, one per file.

    In a run: ``<wr_id>/<uuid>_<name>``, the uuid from the file's place and content
    (docs/contract.md#upload-to-s3).
    In a partition: ``<delivery>/<uuid>_<name>``, the uuid from block, item and name only, so that a
    document that the portal draws anew for each download takes the place of the earlier one.
    """
    seen: Counter[str] = Counter()
    names = []
    for file in files:
        if file.delivery in ("", workflow_run_id):
            names.append(_named_by_run(workflow_run_id, file))
            continue
        identity = f"{file.delivery}/{file.block}/{file.item}/{file.filename}"
        seen[identity] += 1
        unique = uuid.uuid5(uuid.NAMESPACE_URL, f"{identity}/{seen[identity]}")
        names.append(f"{file.delivery}/{unique}_{file.filename}")
    return names


def _named_by_run(workflow_run_id: str, file: StoredFile) -> str:
    unique = uuid.uuid5(uuid.NAMESPACE_URL, f"{workflow_run_id}/{file.key}/{file.sha256}")
    return f"{workflow_run_id}/{unique}_{file.filename}"


def select_files(context: BlockContext, path: str, field: str) -> tuple[StoredFile, ...]:
    """The run's downloads that a path means.

    Raises:
        BlockError: The run has downloaded no such file.
    """
    wanted = path.strip().rstrip("/")
    if wanted == DOWNLOAD_DIRECTORY:
        return context.files
    name = wanted.removeprefix(DOWNLOAD_DIRECTORY + "/")
    files = tuple(file for file in context.files if name in (file.filename, file.key))
    if not files:
        names = ", ".join(file.filename for file in context.files) or "nothing"
        raise BlockError(
            f"{field}: the run has downloaded no file {name!r} (it has: {names}); "
            f"use {DOWNLOAD_DIRECTORY} for all downloads"
        )
    return files
