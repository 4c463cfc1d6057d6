"""The ``download_to_s3`` block: what an address holds, into the bucket."""

from __future__ import annotations

import hashlib
import uuid
from typing import ClassVar, Literal

from pydantic import BaseModel, Field, RootModel

from skyvern_dagster.blocks.block import LeafBlock, Need, RetryRule
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.given_file import fetched
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.blocks.web_address import web_address
from skyvern_dagster.errors import BlockError


class DownloadToS3Output(RootModel[str]):
    """The ``s3://`` URI."""


class DownloadToS3Block(LeafBlock):
    """Fetches an address, without a browser, and puts what it gave into the bucket."""

    example: ClassVar[str] = """\
block_type: download_to_s3
label: keep_terms
url: https://portal.example/terms.pdf
"""
    key_fields: ClassVar[tuple[str, ...]] = ("url",)
    needs: ClassVar[frozenset[Need]] = frozenset({"s3"})
    kind: ClassVar[str] = "s3"
    changes_nothing: ClassVar[bool] = True
    output_type: ClassVar[type[BaseModel]] = DownloadToS3Output

    block_type: Literal["download_to_s3"]
    url: str = Field(description="http or https.")
    max_retries: int = Field(default=2, ge=0, le=20, description="Our extension.")

    @property
    def retry_rule(self) -> RetryRule:
        """A server that is down for a moment is tried again."""
        return RetryRule(self.max_retries, delay_seconds=1.0)

    def describe(self) -> str:
        """What it fetches."""
        return f"Puts {self.url} into S3."

    def summary(self) -> str:
        """What it fetches."""
        return f"puts {self.url} into S3"

    def run(self, context: BlockContext) -> BlockOutcome:
        """Fetches the address, and uploads what it gave.

        Raises:
            BlockError: No bucket is configured, the address can't be fetched, or S3 failed.
        """
        bucket = context.services.s3
        if not bucket.bucket:
            raise BlockError("no bucket to upload to: set SKYVERN_UPLOAD_BUCKET")
        file = fetched(context, web_address(context.single(self.url, "url").strip()), "url")
        sha256 = hashlib.sha256(file.content).hexdigest()
        # The same content again, as of a resumed run, takes the place of what is there.
        unique = uuid.uuid5(uuid.NAMESPACE_URL, f"{context.block_key}/{file.name}/{sha256}")
        delivery = context.delivery or context.workflow_run_id
        key = f"{bucket.environment}/{delivery}/{unique}_{file.name}"
        if not bucket.holds(key, sha256):
            bucket.put(key, file.content, content_type=file.content_type, sha256=sha256)
        uri = bucket.uri(key)
        context.log(f"uploaded {file.name} ({len(file.content)} bytes) to {uri}")
        return BlockOutcome(status="completed", output=uri)
