"""The ``http_request`` block: one request to a web server, without a browser."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field, RootModel, model_validator

from skyvern_dagster.blocks.block import LeafBlock
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.entry import BlockEntry, FilesEntry
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.errors import BlockError


class HttpOutput(RootModel[dict[str, Any]]):
    """Status, headers and body of the answer, and what was asked."""


class HttpRequestBlock(LeafBlock):
    """Sends a request to a web server, and gives its answer."""

    key_fields: ClassVar[tuple[str, ...]] = ("url", "headers", "body", "files")
    template_fields: ClassVar[tuple[str, ...]] = ("download_filename",)
    kind: ClassVar[str] = "http"
    output_type: ClassVar[type[BaseModel]] = HttpOutput
    entry_base: ClassVar[type[BlockEntry]] = FilesEntry

    block_type: Literal["http_request"]
    method: str = Field(default="GET", description="GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS.")
    url: str | None = Field(default=None, description="http or https.")
    headers: dict[str, str] = Field(default_factory=dict)
    body: dict[str, Any] | None = Field(
        default=None, description="Sent as JSON, or as the Content-Type among the headers says."
    )
    files: dict[str, str] = Field(
        default_factory=dict, description="Name of a form's field -> a file of the run, or a URL."
    )
    timeout: int = Field(default=30, ge=1, le=600, description="Seconds, for the whole exchange.")
    follow_redirects: bool = True
    download_filename: str | None = Field(
        default=None, description="Name of the file that the answer is kept as."
    )
    save_response_as_file: bool = Field(
        default=False, description="Keep the answer as a download of the run."
    )
    secret_response_paths: list[str] = Field(
        default_factory=list,
        description="Dotted paths of values in a JSON answer that are secret: shown nowhere.",
    )
    parameter_keys: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _file_or_secrets(self) -> HttpRequestBlock:
        if self.save_response_as_file and self.secret_response_paths:
            raise ValueError("secret_response_paths and save_response_as_file exclude each other")
        return self

    def describe(self) -> str:
        """What it asks."""
        return f"{self.method.upper()} {self.url}"

    def summary(self) -> str:
        """What it asks."""
        return f"{self.method.upper()} {self.url}"

    def run(self, context: BlockContext) -> BlockOutcome:
        """See the base class."""
        raise BlockError("http_request isn't carried out here yet")
