"""``outputs=v2``: the finished shape of outputs (docs/contract.md#typed-outputs).

Each entry says its block type, label and status beside its typed output; the blocks of a loop
stand inside the loop only, per iteration; uploads carry a signed URL.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field, RootModel

from skyvern_dagster.blocks.for_loop import ForLoopBlock
from skyvern_dagster.blocks.outcome import BlockStatus
from skyvern_dagster.blocks.send_email import EmailOutput
from skyvern_dagster.blocks.task import TaskOutput
from skyvern_dagster.blocks.union import Block
from skyvern_dagster.execution.records import BlockRecord
from skyvern_dagster.runs.facts import RunFacts
from skyvern_dagster.runs.links import Links


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True)

    label: str
    status: BlockStatus
    failure_reason: str | None = None


class DownloadedFile(BaseModel):
    """A file that a task has downloaded."""

    model_config = ConfigDict(frozen=True)

    filename: str
    content_type: str
    size: int = Field(description="Bytes.")
    sha256: str
    url: str = Field(description="A link that expires.")


class UploadedFile(BaseModel):
    """A file in S3."""

    model_config = ConfigDict(frozen=True)

    uri: str = Field(description="s3://bucket/key")
    signed_url: str | None = Field(default=None, description="A link that expires.")
    filename: str
    size: int = Field(description="Bytes.")
    sha256: str


class TaskEntry(_Entry):
    """What a ``task`` block gave."""

    block_type: Literal["task"] = "task"
    output: TaskOutput
    downloaded_files: list[DownloadedFile] = []


class UploadEntry(_Entry):
    """What an ``upload_to_s3`` block gave."""

    block_type: Literal["upload_to_s3"] = "upload_to_s3"
    output: list[UploadedFile]


class EmailEntry(_Entry):
    """What a ``send_email`` block gave."""

    block_type: Literal["send_email"] = "send_email"
    output: EmailOutput


class LoopIteration(BaseModel):
    """One pass of a loop: its value, and what its blocks gave."""

    model_config = ConfigDict(frozen=True)

    index: int
    loop_value: Any
    blocks: dict[str, OutputEntry]


class LoopEntry(_Entry):
    """What a ``for_loop`` block gave; while it goes on, ``status`` is ``running``."""

    status: BlockStatus | Literal["running"]  # type: ignore[assignment] # one more than its base
    block_type: Literal["for_loop"] = "for_loop"
    output: list[LoopIteration]


OutputEntry = Annotated[
    TaskEntry | UploadEntry | EmailEntry | LoopEntry, Field(discriminator="block_type")
]


class TypedOutputs(RootModel[dict[str, OutputEntry]]):
    """Block label -> what it gave, for the blocks at the top level that have begun."""


def typed_outputs(facts: RunFacts, links: Links) -> dict[str, OutputEntry]:
    """The run's outputs in the finished shape."""
    return _entries(list(facts.workflow.definition.blocks), facts, links, "")


def _entries(
    blocks: list[Block], facts: RunFacts, links: Links, iteration: str
) -> dict[str, OutputEntry]:
    found = {}
    for block in blocks:
        entry = _entry(block, facts, links, iteration)
        if entry is not None:
            found[block.label] = entry
    return found


def _entry(block: Block, facts: RunFacts, links: Links, iteration: str) -> OutputEntry | None:
    key = f"{block.label}/{iteration}" if iteration else block.label
    record = facts.by_key.get(key)
    if isinstance(block, ForLoopBlock):
        return _loop(block, record, facts, links, iteration)
    if record is None:
        return None
    ending = {
        "label": block.label,
        "status": record.outcome.status,
        "failure_reason": record.outcome.failure_reason,
    }
    output = record.outcome.output
    match block.block_type:
        case "task":
            return TaskEntry(**ending, output=output, downloaded_files=_downloads(record, links))
        case "upload_to_s3":
            return UploadEntry(**ending, output=_uploads(record, links))
        case "send_email":
            return EmailEntry(**ending, output=output)
        case _:
            assert_never(block)


def _loop(
    block: ForLoopBlock, record: BlockRecord | None, facts: RunFacts, links: Links, around: str
) -> LoopEntry | None:
    values = facts.iterations(block, around)
    if record is None and not values:
        return None
    return LoopEntry(
        label=block.label,
        status=record.outcome.status if record else "running",
        failure_reason=record.outcome.failure_reason if record else None,
        output=[
            LoopIteration(
                index=int(iteration.rpartition("__")[2]),
                loop_value=value,
                blocks=_entries(list(block.loop_blocks), facts, links, iteration),
            )
            for iteration, value in values.items()
        ],
    )


def _downloads(record: BlockRecord, links: Links) -> list[DownloadedFile]:
    return [
        DownloadedFile(
            filename=file.filename,
            content_type=file.content_type,
            size=file.size,
            sha256=file.sha256,
            url=links.artifact(file.key, file.filename),
        )
        for file in record.outcome.files
    ]


def _uploads(record: BlockRecord, links: Links) -> list[UploadedFile]:
    return [
        UploadedFile(
            uri=each.uri,
            signed_url=links.upload(each.uri),
            filename=each.filename,
            size=each.size,
            sha256=each.sha256,
        )
        for each in record.outcome.uploads
    ]
