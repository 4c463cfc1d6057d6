"""A message as it goes out: headers, body, attachments."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from pathlib import PurePosixPath

from skyvern_dagster.artifacts.files import StoredFile
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.blocks.mail_addresses import CONTROL
from skyvern_dagster.texts.markup import plain_text

_LONGEST_HEADER_LINE = 900
"""Below the 998 characters of RFC 5322 (2.1.1), with room for what encoding adds."""

_LONE_SURROGATES = re.compile("[\ud800-\udfff]")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+_-]*")


@dataclass(frozen=True)
class WrittenMail:
    """What somebody wrote, without the files that go along.

    Attributes:
        subject: One line of it goes out, whatever stands in it.
        is_html: Whether the body is HTML; a form in plain text goes along then.
        notes: What the reader must know beside it, in plain text, a line each.
    """

    sender: Address
    recipients: Sequence[str]
    copied: Sequence[str]
    subject: str
    body: str
    is_html: bool
    notes: str
    message_id: str

    def message(self) -> EmailMessage:
        """It, with today's date."""
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = ", ".join(self.recipients)
        if self.copied:
            message["Cc"] = ", ".join(self.copied)
        message["Subject"] = one_line(self.subject)
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Message-ID"] = self.message_id
        self._write_body(message)
        return message

    def _write_body(self, message: EmailMessage) -> None:
        body = _LONE_SURROGATES.sub("?", self.body)
        if not self.is_html:
            message.set_content(body + self.notes)
            return
        message.set_content(_plain(body) + self.notes)
        told = "".join(f"<p>{escape(line)}</p>" for line in self.notes.splitlines() if line)
        message.add_alternative(body + told, subtype="html")


def attach(message: EmailMessage, files: Sequence[StoredFile], store: ArtifactStore) -> None:
    """Adds stored files, under names that differ."""
    names = unique_names([one_line(PurePosixPath(file.filename).name) for file in files])
    for file, name in zip(files, names, strict=True):
        maintype, subtype = _media_type(file.content_type)
        message.add_attachment(
            store.read(file.key), maintype=maintype, subtype=subtype, filename=name
        )
    # Python folds a header of 79 characters right after its colon, and readers then see a
    # subject that begins with a space. Bodies keep the line length that they were made with.
    message.policy = message.policy.clone(max_line_length=_LONGEST_HEADER_LINE)


def message_id(delivery: str, key: str) -> str:
    """The same for every attempt at this message of a run, so that receivers drop a repeat."""
    digest = hashlib.sha256(f"{delivery}/{key}".encode()).hexdigest()[:32]
    domain = re.sub(r"[^A-Za-z0-9]+", "-", delivery).strip("-")
    return f"<{digest}@{domain}.skyvern-dagster>"


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


def one_line(text: str) -> str:
    """A text without what would begin another line of a header."""
    return " ".join(_LONE_SURROGATES.sub("?", CONTROL.sub(" ", text)).split())


def _plain(html: str) -> str:
    """HTML without its tags, for readers that show text only."""
    lines = (" ".join(line.split()) for line in plain_text(html).splitlines())
    return "\n".join(line for line in lines if line)


def _media_type(content_type: str) -> tuple[str, str]:
    plain = content_type.partition(";")[0].strip().lower()
    maintype, _, subtype = plain.partition("/")
    if not _MEDIA_TYPE.fullmatch(plain) or maintype in ("message", "multipart"):
        return "application", "octet-stream"  # a mail may nest those only in forms of its own
    return maintype, subtype
