"""The ``send_email`` block: one message with the run's downloads, sent once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any, ClassVar, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
)

from skyvern_dagster.artifacts.claim import claimed
from skyvern_dagster.artifacts.files import StoredFile
from skyvern_dagster.blocks.block import BlockWarning, LeafBlock, Need, Resolve, RetryRule
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.email_server import Mailbox, Refusal, Sending, send, too_large
from skyvern_dagster.blocks.mail_account import SMTP_FIELDS, MailAccountFields, account_warnings
from skyvern_dagster.blocks.mail_addresses import read_addresses
from skyvern_dagster.blocks.mail_marks import MailMarks, mail_marks
from skyvern_dagster.blocks.mail_message import WrittenMail, attach, message_id
from skyvern_dagster.blocks.mail_progress import MailProgress, progress_key
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.blocks.upload_to_s3 import select_files
from skyvern_dagster.errors import BlockError, ClaimedError


class EmailOutput(BaseModel):
    """``{"success": true}``, or ``{"success": false, "error": ...}`` (docs/contract.md#outputs)."""

    model_config = ConfigDict(frozen=True)

    success: bool
    error: str | None = None
    refused: dict[str, str] | None = Field(
        default=None, description="Addresses that the server refused, and what it said."
    )
    note: str | None = Field(default=None, description="What a reader may see twice.")

    @model_serializer(mode="wrap")
    def _without_empty_error(self, handler: SerializerFunctionWrapHandler) -> dict[str, object]:
        values: dict[str, object] = handler(self)
        return {key: value for key, value in values.items() if value is not None}


class SendEmailBlock(LeafBlock, MailAccountFields):
    """Sends one message, once.

    The server is that of ``aws_secret`` parameters, one that the block names, or Google's.
    """

    example: ClassVar[str] = """\
block_type: send_email
label: report
custom_smtp_host: mail.example.com
custom_smtp_username: robot
custom_smtp_password: "{{ smtp_password }}"
sender: robot@example.com
recipients: [books@example.com]
subject: Invoices of {{ month }}
body: See attached.
file_attachments: [SKYVERN_DOWNLOAD_DIRECTORY]
"""
    key_fields: ClassVar[tuple[str, ...]] = (
        "recipients", "cc", "bcc", "body", "file_attachments", "custom_smtp_host",
        "custom_smtp_username", "custom_smtp_password", "credential_id",
    )  # fmt: skip
    template_fields: ClassVar[tuple[str, ...]] = ("subject", "sender")
    takes_downloads: ClassVar[bool] = True
    needs: ClassVar[frozenset[Need]] = frozenset({"email"})
    kind: ClassVar[str] = "email"
    output_type: ClassVar[type[BaseModel]] = EmailOutput
    parameter_fields: ClassVar[tuple[str, ...]] = SMTP_FIELDS

    block_type: Literal["send_email"]
    sender: str = Field(
        default="", description="Gets a copy. With `gmail`, the account's own if left out."
    )
    recipients: list[str] = Field(description="Addresses, or parameters that give addresses.")
    cc: list[str] = Field(default_factory=list, description="Likewise; others see them, too.")
    bcc: list[str] = Field(default_factory=list, description="Likewise; nobody sees them.")
    subject: str = Field(description="The run's id is added to it.")
    body: str = Field(default="", description="Text, a template, or a parameter that gives it.")
    body_format: Literal["text", "html"] = Field(
        default="text", description="`html`: the body is HTML; a form in plain text goes along."
    )
    file_attachments: list[str] = Field(
        default_factory=list,
        description="SKYVERN_DOWNLOAD_DIRECTORY for all downloads, or names of downloaded files.",
    )
    refused_recipients: Literal["fail", "ignore"] = Field(
        default="fail",
        description="What becomes of the block where others have got the message. Our extension.",
    )
    # Two, for a connection that breaks or a server that is busy; arbitrary above one.
    max_retries: int = Field(default=2, ge=0, le=20, description="Our extension.")

    @classmethod
    def warnings_in(cls, fields: Mapping[str, Any]) -> Iterator[BlockWarning]:
        """Nobody to send by, or from."""
        if not fields.get("sender") and fields.get("transport") != "gmail":
            yield BlockWarning((), "'sender' is missing: the message can't be sent", "add 'sender'")
        if fields.get("recipients") == []:
            message = "'recipients' is empty: the message can't be sent"
            yield BlockWarning(("recipients",), message, "add an address")
        yield from account_warnings(fields)

    @property
    def retry_rule(self) -> RetryRule:
        """A server that is down for a moment is tried again."""
        return RetryRule(self.max_retries, delay_seconds=1.0)

    def describe(self) -> str:
        """What it sends to whom."""
        return f"Sends {self.subject!r} to {', '.join(self.recipients)}."

    def summary(self) -> str:
        """What it sends."""
        return f"sends “{self.subject}”"

    @classmethod
    def failed_output(cls, reason: str) -> Any:
        """That it wasn't sent, and why."""
        return EmailOutput(success=False, error=reason).model_dump(mode="json")

    @classmethod
    def resolved(cls, fields: Mapping[str, Any], resolve: Resolve) -> dict[str, Any]:
        """The secrets of the SMTP account."""
        keys = {name: fields.get(name) for name in SMTP_FIELDS}
        return {
            name.removesuffix("_secret_parameter_key"): resolve(key) if key else None
            for name, key in keys.items()
        }

    def run(self, context: BlockContext) -> BlockOutcome:
        """Sends the message, unless this run has sent it already.

        While it is being sent, other runs of the same partition wait, and then find it sent.

        Raises:
            BlockError: A field is wrong, an attachment is missing, or the server failed.
            SecretError: A secret of the SMTP account is missing.
        """
        store = context.services.artifacts
        files = self._files(context)
        marks = mail_marks(context, files)
        if marks.are_set(store):
            return _sent_before(context)
        try:
            with claimed(store, marks.places):
                if marks.are_set(store):
                    return _sent_before(context)
                return self._send(context, marks)
        except ClaimedError as error:
            raise BlockError(str(error), retryable=True) from error

    def _send(self, context: BlockContext, marks: MailMarks) -> BlockOutcome:
        mailbox = self.mailbox(context)
        to = self._addresses(context, self.recipients, "recipients")
        if not to:
            raise BlockError("recipients: nobody to send to")
        self._check_size(context, marks)
        copied = self._addresses(context, self.cc, "cc")
        message = self._message(context, mailbox, to, copied, marks)
        hidden = self._addresses(context, self.bcc, "bcc")
        recipients = list(dict.fromkeys([*to, *copied, *hidden]))
        store = context.services.artifacts
        key = progress_key(marks.places[0], marks.identity)
        progress = MailProgress.read(store, key)
        refused: dict[str, Refusal] = {}
        if wanted := progress.missing(recipients):
            # The sender gets a copy (docs/contract.md#send-email), as an envelope recipient only.
            sender = parseaddr(str(message["From"]))[1]
            copies = progress.missing([sender] if sender not in recipients else [])
            progress = progress.begun([*wanted, *copies]).keep(store, key)
            try:
                sending = send(context.services.email, mailbox, message, wanted, copies=copies)
            except BaseException:
                progress.after(Sending()).keep(store, key)  # nobody has got it
                raise
            progress = progress.after(sending).keep(store, key)
            _check_end(sending, progress, wanted)
            refused = {each: why for each, why in sending.refused.items() if each in wanted}
        return self._ended(context, marks, message, progress, recipients, refused, mailbox.where)

    def _ended(
        self,
        context: BlockContext,
        marks: MailMarks,
        message: EmailMessage,
        progress: MailProgress,
        recipients: Sequence[str],
        refused: Mapping[str, Refusal],
        where: str,
    ) -> BlockOutcome:
        reached = [each for each in recipients if each in progress.reached]
        told = {each: str(why) for each, why in refused.items()}
        unclear = progress.given_up(recipients)
        if unclear:
            key = progress_key(marks.places[0], marks.identity)
            raise BlockError(
                f"it is unclear whether the e-mail has reached {', '.join(unclear)}: twice the "
                "connection ended after it was handed over. It isn't sent again; ask them, and "
                f"delete {key!r} from the artifact store to have it sent once more"
            )
        if told and (self.refused_recipients == "fail" or not reached):
            return _refused(where, reached, refused)
        marks.set(context.services.artifacts, _sent_record(message, recipients, told))
        context.log(f"sent {message['Subject']!r} to {len(reached)} with {len(marks.files)} files")
        twice = progress.twice(recipients)
        note = f"may have arrived twice at {', '.join(twice)}" if twice else None
        for line in (note, *(f"the server refused {each} ({why})" for each, why in told.items())):
            if line:
                context.log(line)
        return _completed(attachments=len(marks.files), sent_now=1, refused=told or None, note=note)

    def _check_size(self, context: BlockContext, marks: MailMarks) -> None:
        """Before the files are read: what is too large isn't held in memory."""
        size, most = sum(file.size for file in marks.files), context.services.email.max_bytes
        if size > most:
            raise BlockError(too_large(size, most))

    def _files(self, context: BlockContext) -> list[StoredFile]:
        files: dict[str, StoredFile] = {}
        for path in self.file_attachments:
            value = context.value(path, "file_attachments")
            for name in value if isinstance(value, list) else [value]:
                for file in select_files(context, str(name), "file_attachments"):
                    files[file.key] = file
        return list(files.values())

    def _addresses(self, context: BlockContext, given: Sequence[str], field: str) -> list[str]:
        addresses: list[Address] = []
        for each in given:
            value = context.value(each, field)
            for text in value if isinstance(value, list) else [value]:
                addresses += read_addresses(str(text), field)
        return list(dict.fromkeys(address.addr_spec for address in addresses))

    def _message(
        self,
        context: BlockContext,
        mailbox: Mailbox,
        recipients: Sequence[str],
        copied: Sequence[str],
        marks: MailMarks,
    ) -> EmailMessage:
        own = mailbox.username if self.transport == "gmail" else ""
        sender = context.rendered(self.sender, "sender") or own
        subject = context.rendered(self.subject, "subject")
        written = WrittenMail(
            sender=read_addresses(sender, "sender")[0],
            recipients=recipients,
            copied=copied,
            subject=f"{subject} - Workflow Run ID: {context.workflow_run_id}",
            body=context.readable(self.body, "body"),
            is_html=self.body_format == "html",
            notes=_notes(context, marks),
            message_id=message_id(context.delivery or context.workflow_run_id, marks.identity),
        )
        message = written.message()
        attach(message, marks.files, context.services.artifacts)
        return message


def _notes(context: BlockContext, marks: MailMarks) -> str:
    """What the reader of the message must know about the run, after the definition's own text."""
    notes = []
    if marks.follows:
        notes.append(
            "An earlier message of this run went without the files that are attached to this one."
        )
    lacking = context.lacking()
    if lacking:
        notes.append("Not everything is here. Missing:\n" + "\n".join(lacking))
    return "".join(f"\n\n{note}" for note in notes)


def _refused(where: str, reached: Sequence[str], refused: Mapping[str, Refusal]) -> BlockOutcome:
    """Whom the message hasn't reached; they alone get it when the block is tried again."""
    reasons = ", ".join(f"{each} ({why})" for each, why in refused.items())
    got = f"; it has reached {', '.join(reached)}" if reached else ""
    everybody = "every recipient" if not reached else "these recipients"
    reason = f"SMTP server {where} refused {everybody}: {reasons}{got}"
    if not reached:
        may_pass = all(why.is_temporary for why in refused.values())
        raise BlockError(reason, retryable=may_pass)
    told = {each: str(why) for each, why in refused.items()}
    output = EmailOutput(success=False, error=reason, refused=told)
    return BlockOutcome(
        status="failed",
        failure_reason=reason,
        output=output.model_dump(mode="json"),
        retryable=any(why.is_temporary for why in refused.values()),
    )


def _check_end(sending: Sending, progress: MailProgress, wanted: Sequence[str]) -> None:
    """Holds that it is known who has got the message.

    Raises:
        BlockError: It isn't, for the first time: it is sent to them once more.
    """
    if sending.unclear and progress.missing(wanted):
        raise BlockError(
            f"the connection ended after the e-mail was handed over ({sending.problem}): it is "
            "unclear whether it has arrived, and it is sent once more",
            retryable=True,
        )


def _sent_before(context: BlockContext) -> BlockOutcome:
    context.log("this e-mail was sent before; not sent again")
    return _completed(attachments=0, sent_now=0)


def _sent_record(
    message: EmailMessage, recipients: Sequence[str], refused: Mapping[str, str]
) -> dict[str, object]:
    names = [part.get_filename() for part in message.iter_attachments()]
    return {
        "message_id": str(message["Message-ID"]),
        "subject": str(message["Subject"]),
        "recipients": list(recipients),
        "refused": dict(refused),
        "attachments": names,
        "sent_at": datetime.now(UTC).isoformat(),
    }


def _completed(
    *,
    attachments: int,
    sent_now: int,
    refused: dict[str, str] | None = None,
    note: str | None = None,
) -> BlockOutcome:
    output = EmailOutput(success=True, refused=refused, note=note)
    return BlockOutcome(
        status="completed",
        output=output.model_dump(mode="json"),
        details={"attachments": attachments, "sent_now": sent_now},
    )
