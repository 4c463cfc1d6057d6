"""The ``file_upload`` block: the run's downloads into a store that the block names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field, RootModel

from skyvern_dagster.artifacts.files import StoredFile
from skyvern_dagster.blocks.block import (
    DOWNLOAD_DIRECTORY,
    BlockWarning,
    LeafBlock,
    ModelUse,
    RetryRule,
)
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.entry import BlockEntry, UploadsEntry
from skyvern_dagster.blocks.file_choice import chosen_files
from skyvern_dagster.blocks.file_stores.opening import open_store
from skyvern_dagster.blocks.mail_message import unique_names
from skyvern_dagster.blocks.outcome import BlockOutcome, UploadedFile
from skyvern_dagster.blocks.storage_fields import (
    STORAGE_TEXTS,
    StorageFields,
    StorageType,
    store_warnings,
)
from skyvern_dagster.blocks.upload_to_s3 import delivered_names, select_files


class FileUploadOutput(RootModel[list[str]]):
    """URIs, in the order of the files."""


class FileUploadBlock(LeafBlock, StorageFields):
    """Puts the run's downloads into S3, on an SFTP server, into Azure or Google Drive."""

    example: ClassVar[str] = """\
block_type: file_upload
label: deliver
storage_type: sftp
sftp_host: files.example.com
sftp_username: books
sftp_password: "{{ sftp_password }}"
sftp_host_key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIL0...
sftp_remote_path: invoices/{{ month }}
"""
    key_fields: ClassVar[tuple[str, ...]] = ("path", "azure_folder_path", *STORAGE_TEXTS)
    template_fields: ClassVar[tuple[str, ...]] = ("prompt",)
    folder_fields: ClassVar[frozenset[str]] = frozenset({"path", "azure_folder_path"})
    takes_downloads: ClassVar[bool] = True
    kind: ClassVar[str] = "upload"
    changes_nothing: ClassVar[bool] = True
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

    @classmethod
    def warnings_in(cls, fields: Mapping[str, Any]) -> Iterator[BlockWarning]:
        """What the kind of store needs and the block doesn't say."""
        yield from store_warnings(fields, str(fields.get("storage_type") or "s3"))

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
        """Uploads each file that isn't there yet.

        Raises:
            BlockError: A field is missing, there is no such file, or the store failed.
            SecretError: A secret is missing, or belongs to other hosts.
        """
        store = open_store(context, self, self.storage_type)
        files, folder = self._files(context)
        names = self._names(context, files, folder)
        uploads = []
        for file, name in zip(files, names, strict=True):
            content = context.services.artifacts.read(file.key)
            uri = store.put(name, content, file.content_type, file.sha256)
            context.log(f"{file.filename} ({file.size} bytes) is at {uri}")
            uploads.append(
                UploadedFile(
                    key=file.key,
                    uri=uri,
                    filename=file.filename,
                    size=file.size,
                    sha256=file.sha256,
                )
            )
        return BlockOutcome(
            status="completed",
            output=[each.uri for each in uploads],
            uploads=tuple(uploads),
            details={"files": len(uploads)},
        )

    def _files(self, context: BlockContext) -> tuple[tuple[StoredFile, ...], str]:
        """The files that are meant, and the folder that they go into."""
        path = context.single(self.path or "", "path").strip()
        folder = "" if path.startswith(DOWNLOAD_DIRECTORY) else path.strip("/")
        files = context.files if folder or not path else select_files(context, path, "path")
        azure = context.single(self.azure_folder_path or "", "azure_folder_path").strip(" /")
        if self.storage_type == "azure" and azure:
            folder = azure
        prompt = context.rendered(self.prompt or "", "prompt")
        return (chosen_files(context, prompt, files) if prompt else files), folder

    def _names(self, context: BlockContext, files: Sequence[StoredFile], folder: str) -> list[str]:
        """Buckets get unique names, folders of a server those that the files have."""
        if self.storage_type == "sftp":
            names = unique_names([file.filename for file in files])
        else:
            names = delivered_names(context.workflow_run_id, files)
        return [f"{folder}/{name}" if folder else name for name in names]
