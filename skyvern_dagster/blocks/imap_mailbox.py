"""Reading a mailbox over IMAP: nothing in it is changed, not even that a message was seen."""

from __future__ import annotations

import base64
import email
import email.policy
import imaplib
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from ipaddress import ip_address
from typing import Any

from skyvern_dagster.blocks.bounded_socket import Allowance, bounded, bounded_tls
from skyvern_dagster.errors import BlockError
from skyvern_dagster.texts.markup import plain_text

_TLS_PORT = 993
"""IMAP with TLS from the beginning (RFC 8314); on any other port it is switched on by STARTTLS."""

_ALL_BYTES = 300_000_000
"""Of all messages that are read, which are held in memory: as large as a download may be."""

_MOST_LOOKED_AT = 2_000
"""Messages of which the headers are read, newest first: what was meant is among them."""

_MOST_BYTES = 50_000_000
"""Of one message: what large mail services take is 25 to 50 MB with its attachments."""
_MOST_BODY = 100_000
"""Characters of a message's text that later blocks are given: a long thread. Arbitrary."""
_HEADERS = "BODY.PEEK[HEADER.FIELDS (FROM TO SUBJECT DATE MESSAGE-ID)]"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun",
           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")  # fmt: skip


@dataclass(frozen=True)
class ImapServer:
    """The server, and who we are there.

    Attributes:
        address: What is connected to: an IP address that has been checked.
        seconds: For each piece of an answer.
        all_seconds: For the whole mailbox.
    """

    host: str
    address: str
    port: int
    username: str = field(repr=False)
    password: str = field(repr=False)
    # Arbitrary: searching a large mailbox takes several seconds.
    seconds: float = 60.0
    # `_ALL_BYTES` at 8 Mbit/s.
    all_seconds: float = 300.0


@dataclass(frozen=True)
class Wanted:
    """Which messages are meant; an empty text means any."""

    folder: str = "INBOX"
    sender: str = ""
    subject: str = ""
    newer_than_days: int | None = None
    most: int = 25


@dataclass(frozen=True)
class Attachment:
    """A file of a message."""

    filename: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class InboxMessage:
    """A message as it was read.

    Attributes:
        message_id: Its ``Message-ID``, else its number in the folder.
        date: ISO form.
    """

    message_id: str
    sender: str
    recipients: str
    subject: str
    date: str
    body: str
    attachments: tuple[Attachment, ...]

    def as_dict(self, *, with_body: bool) -> dict[str, Any]:
        """The form that it has in outputs."""
        shown: dict[str, Any] = {
            "message_id": self.message_id,
            "sender": self.sender,
            "recipients": self.recipients,
            "subject": self.subject,
            "date": self.date,
            "attachments": [each.filename for each in self.attachments],
        }
        return {**shown, "body": self.body} if with_body else shown


def read_messages(server: ImapServer, wanted: Wanted) -> list[InboxMessage]:
    """The messages that are meant, newest first.

    Raises:
        BlockError: The server can't be reached, refuses the login, or has no such folder.
    """
    with _errors_in_words(server):
        client = _connected(server)
        try:
            _log_in(client, server)
            _select(client, wanted.folder, server)
            found = []
            for uid in _candidates(client, wanted):
                headers = _fetched(client, uid, _HEADERS)
                if headers is None or not _fits(headers, wanted):
                    continue
                if (message := _message(client, uid)) is not None:
                    found.append(message)
                if len(found) == wanted.most:
                    break
            return found
        finally:
            with suppress(imaplib.IMAP4.error, OSError):
                client.logout()


class _PinnedPlain(imaplib.IMAP4):
    """Connects to the address that was checked, whatever the host's name gives by now."""

    def __init__(self, server: ImapServer) -> None:
        self._address = server.address
        self.allowance = Allowance(server.all_seconds, _ALL_BYTES)
        super().__init__(server.host, server.port, timeout=server.seconds)

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        connected = socket.create_connection((self._address, self.port), timeout)
        return bounded(connected, self.allowance)

    def read(self, size: int) -> bytes:
        """See :meth:`imaplib.IMAP4.read`, which makes room for as much as a server announces."""
        if size > _MOST_BYTES:
            raise _too_large()
        return super().read(size)


class _PinnedTls(_PinnedPlain):
    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        plain = super()._create_socket(timeout)
        return bounded_tls(self.allowance).wrap_socket(plain, server_hostname=self.host)


def _connected(server: ImapServer) -> _PinnedPlain:
    if server.port == _TLS_PORT:
        return _PinnedTls(server)
    client = _PinnedPlain(server)
    if "STARTTLS" in client.capabilities:
        client.starttls(bounded_tls(client.allowance))
    elif not ip_address(server.address).is_loopback:
        client.shutdown()
        raise BlockError(
            f"IMAP server {server.host}:{server.port} offers no encryption, so the password was "
            "not sent"
        )
    return client


def _log_in(client: imaplib.IMAP4, server: ImapServer) -> None:
    try:
        client.login(server.username, server.password)
    except imaplib.IMAP4.error as error:
        raise BlockError(
            f"IMAP server {server.host} refused the login: check user name and password; Gmail and "
            "Outlook want an app password, and IMAP switched on in the mailbox's settings"
        ) from error


def _select(client: imaplib.IMAP4, folder: str, server: ImapServer) -> None:
    quoted = folder.replace("\\", "\\\\").replace('"', '\\"')
    status, _ = client.select(f'"{_encoded(quoted)}"', readonly=True)
    if status == "OK":
        return
    _, listed = client.list()
    names = ", ".join(sorted(_folder_names(listed)))
    raise BlockError(f"the mailbox at {server.host} has no folder {folder!r}; it has: {names}")


def _folder_names(listed: list[Any]) -> Iterator[str]:
    for line in listed:
        if isinstance(line, bytes):
            yield line.decode("ascii", "replace").rpartition(' "/" ')[2].strip('" ')


def _encoded(name: str) -> str:
    """A folder's name as IMAP has it (RFC 3501, 5.1.3): a form of UTF-7."""
    written = []
    for part in re.findall(r"[\x20-\x7e]+|[^\x20-\x7e]+", name):
        if part[0] < "\x7f" and part[0] >= " ":
            written.append(part.replace("&", "&-"))
        else:
            coded = base64.b64encode(part.encode("utf-16-be")).decode().rstrip("=")
            written.append(f"&{coded.replace('/', ',')}-")
    return "".join(written)


def _candidates(client: imaplib.IMAP4, wanted: Wanted) -> list[str]:
    """Numbers of messages that may fit, newest first; other words are looked for here."""
    terms = []
    if wanted.newer_than_days is not None:
        since = datetime.now(UTC) - timedelta(days=wanted.newer_than_days + 1)
        terms.append(f"SINCE {since.day}-{_MONTHS[since.month - 1]}-{since.year}")
    for name, text in (("FROM", wanted.sender), ("SUBJECT", wanted.subject)):
        if text and re.fullmatch(r"[\x20-\x7e]+", text) and not set('"\\') & set(text):
            terms.append(f'{name} "{text}"')
    answer = _asked(client, "SEARCH", *(terms or ["ALL"]))
    numbers = b" ".join(each for each in answer if isinstance(each, bytes)).split()
    return [each.decode() for each in reversed(numbers) if each.isdigit()][:_MOST_LOOKED_AT]


def _asked(client: imaplib.IMAP4, command: str, *words: str) -> list[Any]:
    """What the server answers; a refusal is no answer.

    Raises:
        imaplib.IMAP4.error: It refuses.
    """
    status, answer = client.uid(command, *words)
    if status != "OK":
        said = b" ".join(each for each in answer if isinstance(each, bytes))
        raise imaplib.IMAP4.error(f"{command} {status} {said.decode(errors='replace')}")
    return list(answer)


def _fits(message: EmailMessage, wanted: Wanted) -> bool:
    for text, header in ((wanted.sender, "from"), (wanted.subject, "subject")):
        if text and text.casefold() not in str(message[header] or "").casefold():
            return False
    if wanted.newer_than_days is None:
        return True
    sent = _sent_at(message)
    return sent is None or sent >= datetime.now(UTC) - timedelta(days=wanted.newer_than_days)


def _sent_at(message: EmailMessage) -> datetime | None:
    moment = getattr(message["date"], "datetime", None)
    if not isinstance(moment, datetime):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _fetched(client: imaplib.IMAP4, uid: str, what: str) -> EmailMessage | None:
    """A message, or a part of it; ``None`` where it is gone meanwhile."""
    answer = _asked(client, "FETCH", uid, f"({what})")
    content = next((each[1] for each in answer if isinstance(each, tuple)), None)
    if content is None:
        return None
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _too_large() -> BlockError:
    return BlockError(f"a message of the mailbox has more than {_MOST_BYTES:,} bytes")


def _message(client: imaplib.IMAP4, uid: str) -> InboxMessage | None:
    """A message; ``None`` where it is gone meanwhile."""
    answer = _asked(client, "FETCH", uid, "(RFC822.SIZE)")
    told = b" ".join(each for each in answer if isinstance(each, bytes))
    size = re.search(rb"RFC822\.SIZE (\d+)", told)
    if size is not None and int(size.group(1)) > _MOST_BYTES:
        raise _too_large()
    message = _fetched(client, uid, "BODY.PEEK[]")
    if message is None:
        return None
    sent = _sent_at(message)
    return InboxMessage(
        message_id=str(message["message-id"] or uid).strip(),
        sender=str(message["from"] or ""),
        recipients=str(message["to"] or ""),
        subject=str(message["subject"] or ""),
        date=sent.isoformat() if sent is not None else "",
        body=_body(message),
        attachments=tuple(_attachments(message)),
    )


def _body(message: EmailMessage) -> str:
    """The text that people read; of one in HTML only, its words."""
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    try:
        text = str(part.get_content())
    except (LookupError, ValueError):  # a character set that there is none of
        text = bytes(part.get_payload(decode=True) or b"").decode("utf-8", "replace")
    if part.get_content_subtype() == "html":
        lines = (" ".join(raw.split()) for raw in plain_text(text).splitlines())
        text = "\n".join(line for line in lines if line)
    return text[:_MOST_BODY]


def _attachments(message: EmailMessage) -> Iterator[Attachment]:
    """The files of a message; pictures that stand in its text are none."""
    for part in message.walk():
        name = part.get_filename()
        if name and part.get_content_disposition() != "inline" and not part.is_multipart():
            yield Attachment(name, bytes(part.get_payload(decode=True) or b""))


@contextmanager
def _errors_in_words(server: ImapServer) -> Iterator[None]:
    where = f"IMAP server {server.host}:{server.port}"
    try:
        yield
    except ssl.SSLError as error:
        raise BlockError(f"no TLS with {where}: {error}") from error
    except imaplib.IMAP4.abort as error:
        raise BlockError(f"{where} broke off: {error}", retryable=True) from error
    except imaplib.IMAP4.error as error:
        raise BlockError(f"{where} refused: {error}") from error
    except OSError as error:
        raise BlockError(f"{where} can't be reached: {error}", retryable=True) from error
