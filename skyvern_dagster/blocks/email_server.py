"""Speaking SMTP: plain, STARTTLS or TLS, with errors that people can read."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import parseaddr
from ipaddress import ip_address
from typing import Literal

from skyvern_dagster.errors import BlockError

Security = Literal["auto", "starttls", "tls", "plain"]


@dataclass(frozen=True)
class EmailServer:
    """How mail is sent; where to is the workflow's business (secrets by parameter key).

    Attributes:
        security: ``auto`` takes TLS on port 465, else STARTTLS where the server offers it, and
            refuses to send a password in the clear to another machine.
        timeout_seconds: For each answer of the server.
        max_bytes: Size limit of one message as sent.
        mailbox: The deployment's own account, with which people are asked.
        sender: Whom its messages are from, where a definition doesn't say.
    """

    security: Security = "auto"
    # Arbitrary: servers that look a message through answer its end after several seconds.
    timeout_seconds: float = 30.0
    # What large providers take of one message (docs/contract.md#limits).
    max_bytes: int = 25_000_000
    mailbox: Mailbox | None = None
    sender: str = ""


@dataclass(frozen=True)
class Mailbox:
    """The SMTP account of one block.

    Attributes:
        name: What messages call the server; host and port when empty. In a workflow both are
            secrets.
    """

    host: str
    port: int
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    name: str = ""

    @property
    def where(self) -> str:
        """The server, for messages."""
        return self.name or f"{self.host}:{self.port}"


def send(
    server: EmailServer,
    mailbox: Mailbox,
    message: EmailMessage,
    recipients: Sequence[str],
    *,
    copies: Sequence[str] = (),
) -> tuple[str, ...]:
    """Sends a message.

    Args:
        copies: Further addresses that get it; they don't count as having been reached.

    Returns:
        Addresses that the server refused while it took others.

    Raises:
        BlockError: The message is too large, the server can't be reached, refused the login, the
            sender or every recipient.
    """
    # Not `send_message`: it puts a ">" before lines of the body that begin with "From ".
    content = message.as_bytes(policy=message.policy.clone(linesep="\r\n"))
    if len(content) > server.max_bytes:
        raise BlockError(
            f"the e-mail has {len(content):,} bytes, the limit is {server.max_bytes:,}: attach "
            "fewer files, or raise max_bytes of the e-mail resource (SKYVERN_SMTP_MAX_BYTES)"
        )
    where = mailbox.where
    with _errors_in_words(where):
        client = _connect(server, mailbox)
        try:
            sender = parseaddr(str(message["From"]))[1]
            refused = client.sendmail(sender, [*recipients, *copies], content)
            if set(recipients) <= refused.keys():
                raise smtplib.SMTPRecipientsRefused(refused)
        finally:
            _quit(client)
    return tuple(refused)


@contextmanager
def _errors_in_words(where: str) -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        raise BlockError(
            f"SMTP server {where} refused the login ({_reply(error)}); check the user name and "
            "password secrets",
            retryable=400 <= error.smtp_code < 500,
        ) from error
    except smtplib.SMTPRecipientsRefused as error:
        raise _all_refused(where, error.recipients) from error
    except smtplib.SMTPResponseException as error:
        raise BlockError(
            f"SMTP server {where} refused the message ({_reply(error)})",
            retryable=400 <= error.smtp_code < 500,
        ) from error
    except ssl.SSLError as error:
        raise BlockError(
            f"no TLS with SMTP server {where}: {error}. Check the certificate, or the security "
            "setting (SKYVERN_SMTP_SECURITY)"
        ) from error
    except smtplib.SMTPException as error:
        if isinstance(error, smtplib.SMTPServerDisconnected):
            raise _unusable(where, error) from error
        raise BlockError(
            f"SMTP server {where}: {str(error).rstrip('.')}. Check the port and the security "
            "setting (SKYVERN_SMTP_SECURITY)"
        ) from error
    except OSError as error:  # SMTP's own errors are some, too
        raise _unusable(where, error) from error


def _unusable(where: str, error: OSError) -> BlockError:
    return BlockError(
        f"SMTP server {where} can't be used: {error}. Check host, port and network",
        retryable=True,
    )


def _all_refused(where: str, refused: dict[str, tuple[int, bytes]]) -> BlockError:
    reasons = [f"{address} ({code} {_decoded(text)})" for address, (code, text) in refused.items()]
    return BlockError(
        f"SMTP server {where} refused every recipient: {', '.join(reasons)}",
        retryable=all(400 <= code < 500 for code, _ in refused.values()),
    )


def _quit(client: smtplib.SMTP) -> None:
    """Says goodbye; what goes wrong now doesn't undo what was sent."""
    try:
        client.quit()
    except (OSError, smtplib.SMTPException):
        client.close()


def _connect(server: EmailServer, mailbox: Mailbox) -> smtplib.SMTP:
    if server.security == "tls" or (server.security == "auto" and mailbox.port == 465):
        client: smtplib.SMTP = smtplib.SMTP_SSL(
            mailbox.host,
            mailbox.port,
            timeout=server.timeout_seconds,
            context=ssl.create_default_context(),
        )
        encrypted = True
    else:
        client = smtplib.SMTP(mailbox.host, mailbox.port, timeout=server.timeout_seconds)
        encrypted = False
    try:
        client.ehlo()
        offered = client.has_extn("starttls")
        if server.security == "starttls" or (
            server.security == "auto" and offered and not encrypted
        ):
            client.starttls(context=ssl.create_default_context())
            client.ehlo()
            encrypted = True
        if mailbox.username:
            _check_encrypted(server, mailbox, encrypted)
            _log_in(client, mailbox)
    except BaseException:
        client.close()
        raise
    return client


def _log_in(client: smtplib.SMTP, mailbox: Mailbox) -> None:
    if not (mailbox.username.isascii() and mailbox.password.isascii()):
        raise BlockError(
            f"can't log in to SMTP server {mailbox.where}: user name and password "
            "secrets may have ASCII characters only"
        )
    client.login(mailbox.username, mailbox.password)


def _check_encrypted(server: EmailServer, mailbox: Mailbox, encrypted: bool) -> None:
    if encrypted or server.security == "plain" or _is_loopback(mailbox.host):
        return
    raise BlockError(
        f"SMTP server {mailbox.where} offers no encryption, so the password was not "
        "sent; set the security to plain (SKYVERN_SMTP_SECURITY=plain) to send it all the same"
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _reply(error: smtplib.SMTPResponseException) -> str:
    return f"{error.smtp_code} {_decoded(error.smtp_error)}"


def _decoded(text: bytes | str) -> str:
    return text.decode(errors="replace") if isinstance(text, bytes) else text
