"""All block types, told apart by ``block_type``."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from skyvern_dagster.blocks.for_loop import ForLoopBlock, LoopOutput
from skyvern_dagster.blocks.send_email import EmailOutput, SendEmailBlock
from skyvern_dagster.blocks.task import TaskBlock, TaskOutput
from skyvern_dagster.blocks.upload_to_s3 import UploadOutput, UploadToS3Block

LeafBlock = TaskBlock | UploadToS3Block | SendEmailBlock
"""Blocks that do something themselves."""

Block = Annotated[
    TaskBlock | ForLoopBlock | UploadToS3Block | SendEmailBlock,
    Field(discriminator="block_type"),
]
"""Any block of a definition."""

OUTPUT_TYPES: dict[str, type[BaseModel]] = {
    "task": TaskOutput,
    "for_loop": LoopOutput,
    "upload_to_s3": UploadOutput,
    "send_email": EmailOutput,
}
"""``block_type`` -> the model of its output."""

BLOCK_TYPES: dict[str, type[TaskBlock | ForLoopBlock | UploadToS3Block | SendEmailBlock]] = {
    "task": TaskBlock,
    "for_loop": ForLoopBlock,
    "upload_to_s3": UploadToS3Block,
    "send_email": SendEmailBlock,
}
"""``block_type`` -> the model of its fields."""

ForLoopBlock.model_rebuild(_types_namespace={"Block": Block})
