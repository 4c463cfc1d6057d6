"""The ``file_upload`` block: the run's downloads into a store that the block names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field, RootModel

from skyvern_dagster.blocks.block import DOWNLOAD_DIRECTORY, LeafBlock, ModelUse, RetryRule
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.entry import BlockEntry, UploadsEntry
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.blocks.storage_fields import STORAGE_TEXTS, StorageFields, StorageType
from skyvern_dagster.errors import BlockError


class FileUploadOutput(RootModel[list[str]]):
    """URIs, in the order of the files."""


class FileUploadBlock(LeafBlock, StorageFields):
    """Puts the run's downloads into S3, on an SFTP server, into Azure or Google Drive."""

    key_fields: ClassVar[tuple[str, ...]] = ("path", "azure_folder_path", *STORAGE_TEXTS)
    template_fields: ClassVar[tuple[str, ...]] = ("prompt",)
    takes_downloads: ClassVar[bool] = True
    kind: ClassVar[str] = "upload"
    output_type: ClassVar[type[BaseModel]] = FileUploadOutput
    entry_base: ClassVar[type[BlockEntry]] = UploadsEntry

    block_type: Literal["file_upload"]
    storage_type: StorageType = Field(default="s3", description="Where to.")
    path: str | None = Field(
        default=None,
        description=f"{DOWNLOAD_DIRECTORY}, or a file of it; else all of the run's downloads. "
        "For S3, another text is the folder in the bucket.",
    )
    azure_folder_path: str | None = None
    prompt: str | None = Field(
        default=None, description="Which of the files; a language model chooses."
    )
    max_retries: int = Field(default=2, ge=0, le=20, description="Our extension.")

    @property
    def retry_rule(self) -> RetryRule:
        """A store that is down for a moment is tried again."""
        return RetryRule(self.max_retries, delay_seconds=1.0)

    @classmethod
    def model_use(cls, fields: Mapping[str, Any]) -> ModelUse | None:
        """A prompt is a model's to answer."""
        return ModelUse("chooses the files") if fields.get("prompt") else None

    def describe(self) -> str:
        """Where it puts them."""
        return f"Uploads the downloads ({self.storage_type})."

    def summary(self) -> str:
        """Where it puts them."""
        return f"uploads the downloads ({self.storage_type})"

    @classmethod
    def failed_output(cls, reason: str) -> Any:
        """Nothing was uploaded."""
        del reason
        return []

    def run(self, context: BlockContext) -> BlockOutcome:
        """See the base class."""
        raise BlockError("file_upload isn't carried out here yet")
