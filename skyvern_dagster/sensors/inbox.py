"""A sensor that reads a mailbox over IMAP: "your invoice is ready" asks for a run."""

from __future__ import annotations

import email
import email.policy
import imaplib
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any, Literal

import dagster as dg

from skyvern_dagster.compiler.config import run_config
from skyvern_dagster.credentials.sources import EnvironmentSource, SecretSource
from skyvern_dagster.errors import RunError, SecretError

Security = Literal["tls", "starttls", "plain"]
ParametersOf = Callable[[EmailMessage], Mapping[str, Any] | None]
"""A message -> parameters of a run, or ``None`` for a message that asks for none."""


@dataclass(frozen=True)
class Inbox:
    """A mailbox; user name and password are names of secrets, looked up at each tick.

    Attributes:
        username_secret: Environment variable (or what the secret source knows) with the user name.
        folder: Which folder is read; nothing in it is changed.
    """

    host: str
    username_secret: str
    password_secret: str
    # IMAP over TLS (RFC 8314).
    port: int = 993
    security: Security = "tls"
    folder: str = "INBOX"
    # Half of the minute after which Dagster ends a tick.
    timeout_seconds: float = 30.0


@dataclass(frozen=True)
class InboxMessage:
    """A message and its number in the folder."""

    uid: int
    message: EmailMessage


def build_inbox_sensor(
    job: Any,
    inbox: Inbox,
    *,
    sender: str = ".*",
    subject: str = "",
    parameters: ParametersOf | Mapping[str, Any] | None = None,
    name: str = "invoice_mail_sensor",
    secrets: SecretSource | None = None,
    messages_per_tick: int = 50,
    minimum_interval_seconds: int = 120,
    default_status: dg.DefaultSensorStatus = dg.DefaultSensorStatus.STOPPED,
) -> dg.SensorDefinition:
    """One run per new message that matches.

    The cursor is the number of the last message that was read (with the folder's validity, so that
    a folder that was made anew is read from its beginning); the run key is the Message-ID, so that
    a message which is delivered twice is one run. The first tick only takes note of what is there.

    Args:
        sender: Regular expression that the whole address in ``From`` must match.
        subject: Regular expression of which the subject must contain a match.
        parameters: Parameters of the run, or a function that reads them out of the message.

    Example:
        .. code-block:: python

            inbox = Inbox("imap.example.com", "IMAP_USERNAME", "IMAP_PASSWORD")
            sensor = build_inbox_sensor(
                job, inbox, sender=r".*@shop[.]example", subject="invoice is ready",
                parameters={"website_url": "https://shop.example"},
            )
    """

    def wanted(received: InboxMessage) -> dg.RunRequest | None:
        message = received.message
        address = parseaddr(str(message["From"] or ""))[1]
        matches = re.fullmatch(sender, address, re.IGNORECASE) and re.search(
            subject, str(message["Subject"] or ""), re.IGNORECASE
        )
        values = parameters(message) if callable(parameters) else (parameters or {})
        if not matches or values is None:
            return None
        key = str(message["Message-ID"] or f"{inbox.host}/{inbox.folder}/{received.uid}").strip()
        return dg.RunRequest(run_key=key, run_config=run_config(dict(values)) if values else {})

    def look(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        with _opened(inbox, secrets or EnvironmentSource()) as (server, validity):
            last = _last_read(context.cursor, validity)
            if last is None:
                newest = max(_uids(server, 0), default=0)
                return dg.SensorResult(cursor=f"{validity}/{newest if not context.cursor else 0}")
            messages = list(_messages(server, _uids(server, last)[:messages_per_tick]))
        if not messages:
            return dg.SkipReason("no new message")
        requests = [request for message in messages if (request := wanted(message)) is not None]
        return dg.SensorResult(run_requests=requests, cursor=f"{validity}/{messages[-1].uid}")

    return dg.SensorDefinition(
        name=name,
        evaluation_fn=look,
        job=job,
        minimum_interval_seconds=minimum_interval_seconds,
        default_status=default_status,
    )


def _last_read(cursor: str | None, validity: str) -> int | None:
    """The number after which messages are new; ``None`` where the cursor is of no use."""
    known, _, uid = (cursor or "").partition("/")
    return int(uid) if known == validity and uid.isdecimal() else None


@contextmanager
def _opened(inbox: Inbox, secrets: SecretSource) -> Iterator[tuple[imaplib.IMAP4, str]]:
    """The folder, opened for reading, and its validity.

    Raises:
        RunError: The server can't be reached or refuses.
        SecretError: User name or password are missing.
    """
    username = _secret(secrets, inbox.username_secret)
    password = _secret(secrets, inbox.password_secret)
    try:
        server = _connected(inbox)
        try:
            server.login(username, password)
            status, _ = server.select(f'"{inbox.folder}"', readonly=True)
            if status != "OK":
                raise RunError(f"the mailbox has no folder {inbox.folder!r}")
            _, validity = server.response("UIDVALIDITY")
            yield server, (validity[0] or b"0").decode() if validity else "0"
        finally:
            server.shutdown()
    except (imaplib.IMAP4.error, OSError) as error:
        raise RunError(f"the mailbox at {inbox.host}:{inbox.port} can't be read: {error}") from None


def _secret(secrets: SecretSource, name: str) -> str:
    secret = secrets.secret(name)
    if secret is None:
        raise SecretError(f"the mailbox needs the secret {name!r}: set it in the environment")
    return secret.value


def _connected(inbox: Inbox) -> imaplib.IMAP4:
    if inbox.security == "tls":
        return imaplib.IMAP4_SSL(
            inbox.host, inbox.port, ssl_context=ssl.create_default_context(),
            timeout=inbox.timeout_seconds,
        )  # fmt: skip
    server = imaplib.IMAP4(inbox.host, inbox.port, timeout=inbox.timeout_seconds)
    if inbox.security == "starttls":
        server.starttls(ssl.create_default_context())
    return server


def _uids(server: imaplib.IMAP4, after: int) -> list[int]:
    _, data = server.uid("SEARCH", f"UID {after + 1}:*")
    uids = [int(uid) for uid in (data[0] or b"").split()]
    return sorted(uid for uid in uids if uid > after)  # "n:*" always gives the last one


def _messages(server: imaplib.IMAP4, uids: list[int]) -> Iterator[InboxMessage]:
    for uid in uids:
        _, data = server.uid("FETCH", str(uid), "(BODY.PEEK[])")
        for part in data:
            if isinstance(part, tuple):
                message = email.message_from_bytes(part[1], policy=email.policy.default)
                yield InboxMessage(uid, message)
