"""The ``file_download`` block: a file out of a portal, or out of a store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field

from skyvern_dagster.agent.task import TaskRequest, TaskResult
from skyvern_dagster.artifacts.files import StoredFile
from skyvern_dagster.blocks.agent_block import AGENT_KEYS, AGENT_TEMPLATES, AgentBlock, Instruction
from skyvern_dagster.blocks.block import BlockWarning, ModelUse
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.file_choice import chosen_names
from skyvern_dagster.blocks.file_stores.opening import open_store
from skyvern_dagster.blocks.kept_file import keep_files
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.blocks.storage_fields import (
    STORAGE_TEXTS,
    StorageFields,
    StorageType,
    store_warnings,
)
from skyvern_dagster.blocks.task_output import TaskOutput, task_output
from skyvern_dagster.errors import BlockError
from skyvern_dagster.ids import new_id

MOST_FILES = 300
"""Downloads of a run; as many as Skyvern's (docs/contract.md#limits)."""


class DownloadOutput(TaskOutput):
    """A task's output with the files that it has downloaded."""

    downloaded_files: list[dict[str, Any]] = Field(default_factory=list)


class FileDownloadBlock(AgentBlock, StorageFields):
    """Downloads a file: the browser does from a website, a client from S3 or an SFTP server."""

    example: ClassVar[str] = """\
block_type: file_download
label: fetch_invoice
url: https://portal.example/orders
navigation_goal: Download the invoice of order {{ order_id }}.
download_suffix: invoice_{{ order_id }}
"""
    key_fields: ClassVar[tuple[str, ...]] = (*AGENT_KEYS, "download_suffix", *STORAGE_TEXTS)
    template_fields: ClassVar[tuple[str, ...]] = (
        *AGENT_TEMPLATES,
        "navigation_goal",
        "path",
        "prompt",
    )
    output_type: ClassVar[type[BaseModel]] = DownloadOutput

    block_type: Literal["file_download"]
    navigation_goal: str = Field(default="", description="Which file, in plain words.")
    download_target: Literal["website"] | StorageType = Field(
        default="website", description="Where the file is."
    )
    download_suffix: str | None = Field(default=None, description="New name of the download.")
    download_timeout: float | None = Field(
        default=None, gt=0, description="Longest seconds of the whole block."
    )
    path: str | None = Field(
        default=None, description="In a store: the file, or what the names of files begin with."
    )
    prompt: str | None = Field(
        default=None, description="In a store: which of the files; a language model chooses."
    )
    continue_on_empty: bool = Field(
        default=False, description="In a store: finding no file is no failure."
    )

    @classmethod
    def model_use(cls, fields: Mapping[str, Any]) -> ModelUse | None:
        """A prompt is a model's to answer."""
        return ModelUse("chooses the files") if fields.get("prompt") else None

    @classmethod
    def warnings_in(cls, fields: Mapping[str, Any]) -> Iterator[BlockWarning]:
        """What the kind of store needs and the block doesn't say."""
        yield from store_warnings(fields, str(fields.get("download_target") or "website"))

    def run(self, context: BlockContext) -> BlockOutcome:
        """Downloads with the browser, or takes the files out of the store.

        Raises:
            BlockError: As of the base class; or there is no such file in the store.
            SecretError: A secret is missing, or belongs to other hosts.
        """
        if self.download_target == "website":
            return super().run(self._limited(context))
        store = open_store(context, self, self.download_target)
        names = store.names(context.single(self.path or "", "path").strip(), MOST_FILES)
        prompt = context.rendered(self.prompt or "", "prompt")
        if prompt and names:
            names = chosen_names(context, prompt, names)
        if not names and not self.continue_on_empty:
            where = f" that begins with {self.path!r}" if self.path else ""
            raise BlockError(f"there is no file{where} in the store")
        taken = ((PurePosixPath(name).name, store.get(name)) for name in names)
        files = keep_files(context, self.label, taken)
        context.log(f"took {len(files)} files out of the store")
        output = DownloadOutput(
            task_id=new_id("tsk"), status="completed", downloaded_files=_shown(files)
        )
        return BlockOutcome(status="completed", output=output.model_dump(mode="json"), files=files)

    def _limited(self, context: BlockContext) -> BlockContext:
        """With the block's own time-out, where it has one."""
        if self.download_timeout is None:
            return context
        settings = replace(context.services.agent, max_seconds=self.download_timeout)
        return replace(context, services=replace(context.services, agent=settings))

    def _output(
        self, request: TaskRequest, result: TaskResult, context: BlockContext
    ) -> TaskOutput:
        del context
        fields = task_output(request, result)
        return DownloadOutput.model_validate({**fields, "downloaded_files": _shown(result.files)})

    def instruction(self) -> Instruction:
        """See the base class."""
        return Instruction(
            navigation_goal=self.navigation_goal,
            complete_on_download=True,
            download_suffix=self.download_suffix,
        )


def _shown(files: Sequence[StoredFile]) -> list[dict[str, Any]]:
    return [
        {"filename": each.filename, "checksum": each.sha256, "size": each.size} for each in files
    ]
