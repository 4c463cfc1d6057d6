"""The ``download_to_s3`` block: what an address holds, into the bucket."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import BaseModel, Field, RootModel

from skyvern_dagster.blocks.block import LeafBlock, Need, RetryRule
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.errors import BlockError


class DownloadToS3Output(RootModel[str]):
    """The ``s3://`` URI."""


class DownloadToS3Block(LeafBlock):
    """Fetches an address, without a browser, and puts what it gave into the bucket."""

    key_fields: ClassVar[tuple[str, ...]] = ("url",)
    needs: ClassVar[frozenset[Need]] = frozenset({"s3"})
    kind: ClassVar[str] = "s3"
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
        """See the base class."""
        raise BlockError("download_to_s3 isn't carried out here yet")
