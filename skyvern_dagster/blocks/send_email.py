"""The ``send_email`` block: one message with the run's downloads, sent once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import PurePosixPath
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from skyvern_dagster.artifacts.files import StoredFile
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.email_server import Mailbox, send
from skyvern_dagster.blocks.fields import BlockFields, RetryRule
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.blocks.upload_to_s3 import select_files
from skyvern_dagster.errors import BlockError


class SendEmailBlock(BlockFields):
    """``block_type: send_email``."""

    key_fields: ClassVar[tuple[str, ...]] = ("recipients", "body", "file_attachments")
    template_fields: ClassVar[tuple[str, ...]] = ("subject", "sender")

    block_type: Literal["send_email"]
    smtp_host_secret_parameter_key: str
    smtp_port_secret_parameter_key: str
    smtp_username_secret_parameter_key: str
    smtp_password_secret_parameter_key: str
    sender: str
    recipients: list[str] = Field(min_length=1)
    subject: str
    body: str = ""
    file_attachments: list[str] = Field(default_factory=list)
    max_retries: int = Field(default=2, ge=0, le=20, description="Our extension.")

    @property
    def retry_rule(self) -> RetryRule:
        """A server that is down for a moment is tried again."""
        return RetryRule(self.max_retries, delay_seconds=1.0)

    def keys_used(self) -> tuple[str, ...]:
        """See the base class."""
        return (
            self.smtp_host_secret_parameter_key,
            self.smtp_port_secret_parameter_key,
            self.smtp_username_secret_parameter_key,
            self.smtp_password_secret_parameter_key,
        )

    def run(self, context: BlockContext) -> BlockOutcome:
        """Sends the message, unless this run has sent it already.

        Raises:
            BlockError: A field is wrong, an attachment is missing, or the server failed.
            SecretError: A secret of the SMTP account is missing.
        """
        sent_key = f"runs/{context.workflow_run_id}/email/{context.block_key}.json"
        if context.services.artifacts.exists(sent_key):
            context.log("the e-mail of this run was sent before; not sent again")
            return _completed(attachments=0, sent_now=0)
        files = self._files(context)
        recipients = self._recipients(context)
        message = self._message(context, recipients, files)
        # The sender gets a copy (contract 3a), as an envelope recipient only.
        envelope = dict.fromkeys([*recipients, parseaddr(str(message["From"]))[1]])
        refused = send(context.services.email, self._mailbox(context), message, list(envelope))
        context.services.artifacts.write_json(sent_key, _sent_record(message, recipients, refused))
        context.log(f"sent {message['Subject']!r} to {len(recipients)} with {len(files)} files")
        if set(refused) & set(recipients):
            context.log(f"the server refused these recipients: {', '.join(refused)}")
        return _completed(attachments=len(files), sent_now=1)

    def _files(self, context: BlockContext) -> list[StoredFile]:
        found: dict[str, StoredFile] = {}
        for path in self.file_attachments:
            value = context.value(path, "file_attachments")
            for name in value if isinstance(value, list) else [value]:
                for file in select_files(context, str(name), "file_attachments"):
                    found[file.key] = file
        return list(found.values())

    def _recipients(self, context: BlockContext) -> list[str]:
        addresses: list[str] = []
        for recipient in self.recipients:
            value = context.value(recipient, "recipients")
            parts = value if isinstance(value, list) else str(value).split(",")
            addresses += [_address(str(part), "recipients") for part in parts]
        if not addresses:
            raise BlockError("recipients: nobody to send to")
        return list(dict.fromkeys(addresses))

    def _message(
        self, context: BlockContext, recipients: Sequence[str], files: Sequence[StoredFile]
    ) -> EmailMessage:
        message = EmailMessage()
        sender = context.rendered(self.sender, "sender")
        subject = context.rendered(self.subject, "subject")
        message["From"] = sender if _address(sender, "sender") else ""
        message["To"] = ", ".join(recipients)
        message["Subject"] = " ".join(
            f"{subject} - Workflow Run ID: {context.workflow_run_id}".split()
        )
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Message-ID"] = message_id(context.workflow_run_id, context.block_key)
        message.set_content(context.text(self.body, "body"))
        for file, name in zip(files, unique_names([file.filename for file in files]), strict=True):
            maintype, _, subtype = file.content_type.partition("/")
            message.add_attachment(
                context.services.artifacts.read(file.key),
                maintype=maintype,
                subtype=subtype or "octet-stream",
                filename=name,
            )
        return message

    def _mailbox(self, context: BlockContext) -> Mailbox:
        vault = context.vault
        port = vault.value(self.smtp_port_secret_parameter_key)
        if not port.isdecimal():
            raise BlockError(f"the SMTP port must be a number, not {port!r}")
        password = vault.value(self.smtp_password_secret_parameter_key)
        vault.redactor.add(password)
        return Mailbox(
            host=vault.value(self.smtp_host_secret_parameter_key),
            port=int(port),
            username=vault.value(self.smtp_username_secret_parameter_key),
            password=password,
        )


class EmailOutput(BaseModel):
    """``{"success": true}``, or ``{"success": false, "error": ...}`` (contract 3a)."""

    model_config = ConfigDict(frozen=True)

    success: bool
    error: str | None = None

    @model_serializer(mode="wrap")
    def _without_empty_error(self, handler: SerializerFunctionWrapHandler) -> dict[str, object]:
        values: dict[str, object] = handler(self)
        return {key: value for key, value in values.items() if value is not None}


def message_id(workflow_run_id: str, block_key: str) -> str:
    """The same for every attempt at this block of this run, so that receivers drop a repeat."""
    digest = hashlib.sha256(f"{workflow_run_id}/{block_key}".encode()).hexdigest()[:32]
    return f"<{digest}@{workflow_run_id.replace('_', '-')}.skyvern-dagster>"


def unique_names(names: Sequence[str]) -> list[str]:
    """File names with repeats numbered: ``invoice.pdf``, ``invoice_2.pdf``."""
    used: set[str] = set()
    result = []
    for name in names:
        path, number, candidate = PurePosixPath(name), 1, name
        while candidate.casefold() in used:
            number += 1
            candidate = f"{path.stem}_{number}{path.suffix}"
        used.add(candidate.casefold())
        result.append(candidate)
    return result


def _address(text: str, field: str) -> str:
    address = parseaddr(text)[1]
    try:
        parsed = Address(addr_spec=address)
    except (ValueError, IndexError) as error:
        raise BlockError(f"{field}: {text!r} is no e-mail address") from error
    if not parsed.username or not parsed.domain:
        raise BlockError(f"{field}: {text!r} is no e-mail address")
    return address


def _sent_record(
    message: EmailMessage, recipients: Sequence[str], refused: Sequence[str]
) -> dict[str, object]:
    names = [part.get_filename() for part in message.iter_attachments()]
    return {
        "message_id": str(message["Message-ID"]),
        "subject": str(message["Subject"]),
        "recipients": list(recipients),
        "refused": list(refused),
        "attachments": names,
        "sent_at": datetime.now(UTC).isoformat(),
    }


def _completed(*, attachments: int, sent_now: int) -> BlockOutcome:
    return BlockOutcome(
        status="completed",
        output=EmailOutput(success=True).model_dump(mode="json"),
        details={"attachments": attachments, "sent_now": sent_now},
    )
