"""A package that adds a block type: the digests of the files that a run has downloaded."""

from __future__ import annotations

import hashlib
import time
from typing import ClassVar, Literal

from pydantic import BaseModel, Field, RootModel

from skyvern_dagster.blocks.block import LeafBlock
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.outcome import BlockOutcome


class Checksums(RootModel[dict[str, str]]):
    """File name -> hexadecimal digest."""


class ChecksumBlock(LeafBlock):
    """Gives the digest of each file that the run has downloaded."""

    kind: ClassVar[str] = "checksum"
    output_type: ClassVar[type[BaseModel]] = Checksums
    key_fields: ClassVar[tuple[str, ...]] = ("prefix",)
    takes_downloads: ClassVar[bool] = True

    block_type: Literal["checksum"]
    algorithm: Literal["sha256", "md5"] = Field(default="sha256", description="Which digest.")
    prefix: str = Field(default="", description="Text, or a parameter, before each digest.")

    def run(self, context: BlockContext) -> BlockOutcome:
        prefix = context.text(self.prefix, "prefix") if self.prefix else ""
        digests = {}
        for file in context.files:
            content = context.services.artifacts.read(file.key)
            digests[file.filename] = prefix + hashlib.new(self.algorithm, content).hexdigest()
        return BlockOutcome(status="completed", output=digests)


class Paused(RootModel[float]):
    """Seconds."""


class PauseBlock(LeafBlock):
    """Does nothing for a while, so that there is something to cancel."""

    output_type: ClassVar[type[BaseModel]] = Paused

    block_type: Literal["pause"]
    seconds: float

    def run(self, context: BlockContext) -> BlockOutcome:
        context.log("pausing")
        time.sleep(self.seconds)
        return BlockOutcome(status="completed", output=self.seconds)
