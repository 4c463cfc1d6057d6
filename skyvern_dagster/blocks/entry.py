"""What a block gave, as ``outputs=v2`` shows it: the outward form of an outcome."""

from __future__ import annotations

from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, create_model

from skyvern_dagster.artifacts.files import StoredFile
from skyvern_dagster.blocks.outcome import BlockOutcome, BlockStatus, UploadedFile


class FileLinks(Protocol):
    """Makes links that people can open."""

    def artifact(self, key: str, filename: str | None = None) -> str:
        """A link to a file of the artifact store."""
        ...

    def upload(self, uri: str) -> str | None:
        """A link to what was put into a bucket, where one can be made."""
        ...


def _says_its_type(schema: dict[str, Any]) -> None:
    """An entry always says its type, which is what tells it from others of the same form."""
    if "block_type" in schema.get("properties", {}):
        schema["required"] = [*schema.get("required", []), "block_type"]


class BlockEntry(BaseModel):
    """What any block gave; each block type has its own, with a ``block_type`` and an ``output``."""

    model_config = ConfigDict(frozen=True, json_schema_extra=_says_its_type, defer_build=True)

    label: str
    status: BlockStatus
    failure_reason: str | None = None

    @classmethod
    def of(cls, label: str, outcome: BlockOutcome, links: FileLinks) -> BlockEntry:
        """The entry for an outcome."""
        return cls.model_validate(
            {
                "label": label,
                "status": outcome.status,
                "failure_reason": outcome.failure_reason,
                **cls.shown(outcome, links),
            }
        )

    @classmethod
    def shown(cls, outcome: BlockOutcome, links: FileLinks) -> dict[str, Any]:  # noqa: ARG003
        """The fields that the block type adds to those of all."""
        return {"output": outcome.output}


def entry_type(
    block_type: str, output: type[BaseModel], base: type[BlockEntry] = BlockEntry
) -> type[BlockEntry]:
    """The model of the entries of a block type that adds nothing to its output and its base.

    A base may show another form of the output, for instance with links.
    """
    shown: dict[str, Any] = {} if "output" in base.model_fields else {"output": (output, ...)}
    name = "".join(part.capitalize() for part in block_type.split("_"))
    return create_model(
        f"{name}Entry",
        __base__=base,
        __doc__=f"What a ``{block_type}`` block gave.",
        block_type=(Literal[block_type], block_type),  # type: ignore[arg-type] # a variable
        **shown,
    )


class DownloadedFile(BaseModel):
    """A file that a block has downloaded."""

    model_config = ConfigDict(frozen=True)

    filename: str
    content_type: str
    size: int = Field(description="Bytes.")
    sha256: str
    url: str = Field(description="A link that expires.")

    @classmethod
    def of(cls, file: StoredFile, links: FileLinks) -> DownloadedFile:
        """The file with a link."""
        return cls(
            filename=file.filename,
            content_type=file.content_type,
            size=file.size,
            sha256=file.sha256,
            url=links.artifact(file.key, file.filename),
        )


class FilesEntry(BlockEntry):
    """What a block gave that may download files."""

    downloaded_files: list[DownloadedFile] = Field(default_factory=list)

    @classmethod
    def shown(cls, outcome: BlockOutcome, links: FileLinks) -> dict[str, Any]:
        """See the base class."""
        files = [DownloadedFile.of(file, links) for file in outcome.files]
        return {"output": outcome.output, "downloaded_files": files}


class UploadEntryFile(BaseModel):
    """A file that was put into a bucket."""

    model_config = ConfigDict(frozen=True)

    uri: str = Field(description="s3://bucket/key")
    signed_url: str | None = Field(default=None, description="A link that expires.")
    filename: str
    size: int = Field(description="Bytes.")
    sha256: str

    @classmethod
    def of(cls, file: UploadedFile, links: FileLinks) -> UploadEntryFile:
        """The file with a link."""
        return cls(
            uri=file.uri,
            signed_url=links.upload(file.uri),
            filename=file.filename,
            size=file.size,
            sha256=file.sha256,
        )


class UploadsEntry(BlockEntry):
    """What a block gave that puts files elsewhere."""

    output: list[UploadEntryFile]

    @classmethod
    def shown(cls, outcome: BlockOutcome, links: FileLinks) -> dict[str, Any]:
        """See the base class."""
        return {"output": [UploadEntryFile.of(file, links) for file in outcome.uploads]}
