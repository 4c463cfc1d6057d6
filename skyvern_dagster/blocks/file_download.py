"""The ``file_download`` block: a file out of a portal, or out of a store."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field

from skyvern_dagster.agent.task import TaskRequest, TaskResult
from skyvern_dagster.blocks.agent_block import (
    AGENT_KEYS,
    AGENT_TEMPLATES,
    AgentBlock,
    Instruction,
    TaskOutput,
    task_output,
)
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.storage_fields import STORAGE_TEXTS, StorageFields, StorageType


class DownloadOutput(TaskOutput):
    """A task's output with the files that it has downloaded."""

    downloaded_files: list[dict[str, Any]] = Field(default_factory=list)


class FileDownloadBlock(AgentBlock, StorageFields):
    """Downloads a file: the browser does from a website, a client from S3 or an SFTP server."""

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

    def _output(
        self, request: TaskRequest, result: TaskResult, context: BlockContext
    ) -> TaskOutput:
        del context
        files = [
            {"filename": each.filename, "checksum": each.sha256, "size": each.size}
            for each in result.files
        ]
        fields = task_output(request, result)
        return DownloadOutput.model_validate({**fields, "downloaded_files": files})

    def instruction(self) -> Instruction:
        """See the base class."""
        return Instruction(
            navigation_goal=self.navigation_goal,
            complete_on_download=True,
            download_suffix=self.download_suffix,
        )
