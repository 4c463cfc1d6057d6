"""The ``email_inbox`` block: messages of a mailbox, by IMAP."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field, RootModel

from skyvern_dagster.artifacts.files import StoredFile
from skyvern_dagster.blocks.block import BlockWarning, LeafBlock, ModelUse
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.entry import BlockEntry, FilesEntry
from skyvern_dagster.blocks.imap_mailbox import ImapServer, InboxMessage, Wanted, read_messages
from skyvern_dagster.blocks.kept_file import keep_files
from skyvern_dagster.blocks.model_question import (
    ModelRequest,
    ask_model,
    parameters_of,
    require_model,
)
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.blocks.server_login import checked_address, server_login
from skyvern_dagster.errors import BlockError

_PURPOSE = "to choose the messages"
_HOSTS = {"gmail": "imap.gmail.com", "outlook": "outlook.office365.com"}


class InboxOutput(RootModel[list[Any]]):
    """Messages, newest first."""


class EmailInboxBlock(LeafBlock):
    """Reads messages of a mailbox: Gmail, Outlook, or any IMAP server."""

    example: ClassVar[str] = """\
block_type: email_inbox
label: read_mail
email_client: gmail
credential_id: account
sender: billing@portal.example
newer_than_days: 7
download_attachments: true
"""
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

    @classmethod
    def warnings_in(cls, fields: Mapping[str, Any]) -> Iterator[BlockWarning]:
        """No login, or no server."""
        if not fields.get("credential_id"):
            hint = "add credential_id: a credential parameter with the mailbox's login"
            yield BlockWarning((), "the block names no login of the mailbox", hint)
        if fields.get("email_client") == "imap" and not fields.get("imap_host"):
            yield BlockWarning((), "the block names no server", "add imap_host")

    def describe(self) -> str:
        """Which messages it reads."""
        return f"Reads messages of {self.folder or 'the inbox'} ({self.email_client})."

    def summary(self) -> str:
        """Which messages it reads."""
        return "reads e-mails"

    def run(self, context: BlockContext) -> BlockOutcome:
        """Reads the messages; nothing in the mailbox is changed.

        Raises:
            BlockError: No server or login is named, the server refuses, or a model is needed and
                none is configured.
            SecretError: The login is missing, or belongs to other hosts.
        """
        prompt = context.rendered(self.prompt or "", "prompt").strip()
        if prompt:
            require_model(context, _PURPOSE)
        messages = read_messages(self._server(context), self._wanted(context))
        messages, details = self._chosen(context, prompt, messages)
        files: tuple[StoredFile, ...] = ()
        if self.download_attachments:
            found = (part for message in messages for part in message.attachments)
            files = keep_files(
                context, self.label, ((part.filename, part.content) for part in found)
            )
        context.log(f"read {len(messages)} messages, kept {len(files)} attachments")
        return BlockOutcome(
            status="completed",
            output=[each.as_dict(with_body=self.include_body) for each in messages],
            files=files,
            details=details,
        )

    def _server(self, context: BlockContext) -> ImapServer:
        given = context.single(self.imap_host or "", "imap_host").strip()
        host = given or _HOSTS.get(self.email_client, "")
        if not host:
            raise BlockError("imap_host: the block needs the mailbox's server")
        if not self.credential_id:
            raise BlockError(
                "credential_id: name a credential parameter with the mailbox's user name and "
                "password (for Gmail and Outlook an app password)"
            )
        login = server_login(context, self.credential_id, "credential_id", host)
        address = checked_address(context, host, self.imap_port, "imap_host")
        return ImapServer(host, address, self.imap_port, login.username, login.password)

    def _wanted(self, context: BlockContext) -> Wanted:
        folder, sender, subject = (
            context.rendered(text or "", field).strip()
            for text, field in (
                (self.folder, "folder"),
                (self.sender, "sender"),
                (self.subject, "subject"),
            )
        )
        return Wanted(folder or "INBOX", sender, subject, self.newer_than_days, self.max_results)

    def _chosen(
        self, context: BlockContext, prompt: str, messages: list[InboxMessage]
    ) -> tuple[list[InboxMessage], dict[str, float]]:
        """Those that a model takes for meant."""
        if not prompt or not messages:
            return messages, {}
        shown = [
            {"number": number, **each.as_dict(with_body=True)}
            for number, each in enumerate(messages, start=1)
        ]
        asked = ModelRequest(
            request=f"Which of the messages are meant? Answer with their numbers. {prompt}",
            schema={"type": "array", "items": {"type": "integer"}},
            text=json.dumps(shown, ensure_ascii=False),
            parameters=parameters_of(context, self.parameter_keys),
        )
        answer = ask_model(context, _PURPOSE, asked)
        numbers = set(answer.value or ())
        return [each for n, each in enumerate(messages, start=1) if n in numbers], answer.details
