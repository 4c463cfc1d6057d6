"""The ``email_inbox`` block: messages of a mailbox, by IMAP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field, RootModel

from skyvern_dagster.blocks.block import LeafBlock, ModelUse
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.entry import BlockEntry, FilesEntry
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.errors import BlockError


class InboxOutput(RootModel[list[Any]]):
    """Messages, newest first."""


class EmailInboxBlock(LeafBlock):
    """Reads messages of a mailbox: Gmail, Outlook, or any IMAP server."""

    template_fields: ClassVar[tuple[str, ...]] = ("folder", "prompt", "sender", "subject")
    key_fields: ClassVar[tuple[str, ...]] = ("credential_id", "imap_host")
    kind: ClassVar[str] = "email"
    output_type: ClassVar[type[BaseModel]] = InboxOutput
    entry_base: ClassVar[type[BlockEntry]] = FilesEntry

    block_type: Literal["email_inbox"]
    email_client: Literal["gmail", "outlook", "imap"] = Field(
        description="Whose mailbox; `imap`, our extension, for any server."
    )
    credential_id: str | None = Field(
        default=None, description="Credential parameter with the mailbox's user and password."
    )
    imap_host: str | None = Field(default=None, description="The server. Our extension.")
    imap_port: int = Field(default=993, ge=1, le=65535, description="Likewise; TLS.")
    folder: str | None = Field(default=None, description="Else the inbox.")
    prompt: str | None = Field(
        default=None, description="Which messages, or what of them; a language model reads them."
    )
    sender: str | None = Field(default=None, description="Only messages from there.")
    subject: str | None = Field(default=None, description="Only with this in the subject.")
    newer_than_days: int | None = Field(default=None, ge=0, description="Only newer ones.")
    max_results: int = Field(default=25, ge=1, le=500, description="At most so many.")
    include_body: bool = Field(default=True, description="With their texts.")
    download_attachments: bool = Field(
        default=False, description="Attachments become downloads of the run."
    )
    parameter_keys: list[str] = Field(default_factory=list)

    @classmethod
    def model_use(cls, fields: Mapping[str, Any]) -> ModelUse | None:
        """A prompt is a model's to answer."""
        return ModelUse("chooses the messages") if fields.get("prompt") else None

    def describe(self) -> str:
        """Which messages it reads."""
        return f"Reads messages of {self.folder or 'the inbox'} ({self.email_client})."

    def summary(self) -> str:
        """Which messages it reads."""
        return "reads e-mails"

    def run(self, context: BlockContext) -> BlockOutcome:
        """See the base class."""
        raise BlockError("email_inbox isn't carried out here yet")
