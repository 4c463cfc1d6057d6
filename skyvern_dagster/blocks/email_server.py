"""Speaking SMTP: plain, STARTTLS or TLS, with errors that people can read."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import parseaddr
from ipaddress import ip_address
from typing import Any, Literal, TypeVar

from skyvern_dagster.blocks.bounded_socket import Allowance, bounded, bounded_tls
from skyvern_dagster.errors import BlockError

_DONE, _FORWARDED, _GO_ON, _CLOSING = 250, 251, 354, 421
"""Replies of RFC 5321, 4.2.3: done, will be forwarded, begin the message, the server hangs up."""
_TEMPORARY = range(400, 500)
"""Replies that say "not now" (RFC 5321, 4.2.1)."""
SUBMISSION_PORT = 587
"""Where clients hand in messages, by STARTTLS (RFC 6409)."""
TLS_PORT = 465
"""The same with TLS from the beginning (RFC 8314)."""

_PATIENCE = 4
"""Times the time for one answer: a conversation has a dozen, which come at once, but for the last
one, which may be that late."""
_MOST_BYTES = 1_000_000
"""Of a server's answers in one conversation: a thousand recipients, each refused in ten lines."""

Client = TypeVar("Client", bound=smtplib.SMTP)

Security = Literal["auto", "starttls", "tls", "plain"]


@dataclass(frozen=True)
class EmailServer:
    """How mail is sent; where to is the workflow's business (secrets by parameter key).

    Attributes:
        security: ``auto`` takes TLS on port 465, else STARTTLS where the server offers it, and
            refuses to send a password in the clear to another machine.
        timeout_seconds: For each piece of an answer of the server; four times as long for the whole
            conversation.
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
        address: IP address to connect to, where the host's has been checked; else the host's.
    """

    host: str
    port: int
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    name: str = ""
    address: str = ""

    @property
    def where(self) -> str:
        """The server, for messages."""
        return self.name or f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Refusal:
    """What a server said of one recipient.

    Attributes:
        code: SMTP's, 400 to 599.
        text: In the server's words.
    """

    code: int
    text: str

    @property
    def is_temporary(self) -> bool:
        """Whether asking again later may help."""
        return self.code in _TEMPORARY

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


@dataclass(frozen=True)
class Sending:
    """What came of handing over one message.

    Attributes:
        reached: Addresses that the server has taken it for.
        refused: Those that it refused by themselves.
        unclear: Those for which it may have taken it, or not: the connection ended after all of it
            had been handed over, and before the server's answer.
        problem: Why that is unclear.
    """

    reached: tuple[str, ...] = ()
    refused: Mapping[str, Refusal] = field(default_factory=dict)
    unclear: tuple[str, ...] = ()
    problem: str = ""


def send(
    server: EmailServer,
    mailbox: Mailbox,
    message: EmailMessage,
    recipients: Sequence[str],
    *,
    copies: Sequence[str] = (),
) -> Sending:
    """Sends a message, unless every recipient is refused.

    Args:
        copies: Further addresses that get it; they don't count as having been reached.

    Raises:
        BlockError: The message is too large, the server can't be reached, refused the login, the
            sender or the message: nobody has got it.
    """
    # Not `send_message`: it puts a ">" before lines of the body that begin with "From ".
    content = message.as_bytes(policy=message.policy.clone(linesep="\r\n"))
    if len(content) > server.max_bytes:
        raise BlockError(too_large(len(content), server.max_bytes))
    with _errors_in_words(mailbox.where):
        client = _connect(server, mailbox)
        try:
            sender = parseaddr(str(message["From"]))[1]
            return _handed_over(client, sender, recipients, copies, content)
        finally:
            _quit(client)


def too_large(size: int, most: int) -> str:
    """Why a message isn't sent that is too large."""
    return (
        f"the e-mail has {size:,} bytes, the limit is {most:,}: attach fewer files, or raise "
        "max_bytes of the e-mail resource (SKYVERN_SMTP_MAX_BYTES)"
    )


def _handed_over(
    client: smtplib.SMTP,
    sender: str,
    recipients: Sequence[str],
    copies: Sequence[str],
    content: bytes,
) -> Sending:
    client.ehlo_or_helo_if_needed()
    options = [f"size={len(content)}"] if client.has_extn("size") else []
    code, text = client.mail(sender, options)
    if code != _DONE:
        raise smtplib.SMTPSenderRefused(code, text, sender)
    taken, refused = _asked_for(client, [*recipients, *copies])
    if not set(taken) & set(recipients):
        client.rset()
        return Sending(refused=refused)
    problem = _given(client, content)
    if problem:
        return Sending(refused=refused, unclear=taken, problem=problem)
    return Sending(reached=taken, refused=refused)


def _asked_for(
    client: smtplib.SMTP, addresses: Sequence[str]
) -> tuple[tuple[str, ...], dict[str, Refusal]]:
    taken, refused = [], {}
    for address in addresses:
        code, text = client.rcpt(address)
        if code in (_DONE, _FORWARDED):
            taken.append(address)
        elif code == _CLOSING:
            raise smtplib.SMTPRecipientsRefused({address: (code, text)})
        else:
            refused[address] = Refusal(code, _decoded(text))
    return tuple(taken), refused


def _given(client: smtplib.SMTP, content: bytes) -> str:
    """Hands the message over; gives why nobody knows whether it was taken, where that is so."""
    code, text = client.docmd("data")
    if code != _GO_ON:
        raise smtplib.SMTPDataError(code, text)
    quoted = re.sub(rb"(?m)^\.", b"..", content)
    # As long as its last line hasn't gone, no server takes it: what breaks here is clear.
    client.send(quoted + (b"" if quoted.endswith(b"\r\n") else b"\r\n") + b".\r\n")
    try:
        code, text = client.getreply()
    except (OSError, smtplib.SMTPException) as error:
        client.close()
        return str(error) or type(error).__name__
    if code != _DONE:
        raise smtplib.SMTPDataError(code, text)
    return ""


@contextmanager
def _errors_in_words(where: str) -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        raise BlockError(
            f"SMTP server {where} refused the login ({_reply(error)}); check the user name and "
            "password secrets",
            retryable=error.smtp_code in _TEMPORARY,
        ) from error
    except smtplib.SMTPRecipientsRefused as error:
        raise _all_refused(where, error.recipients) from error
    except smtplib.SMTPResponseException as error:
        raise BlockError(
            f"SMTP server {where} refused the message ({_reply(error)})",
            retryable=error.smtp_code in _TEMPORARY,
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
        retryable=all(code in _TEMPORARY for code, _ in refused.values()),
    )


def _quit(client: smtplib.SMTP) -> None:
    """Says goodbye; what goes wrong now doesn't undo what was sent."""
    try:
        client.quit()
    except (OSError, smtplib.SMTPException):
        client.close()


def _connect(server: EmailServer, mailbox: Mailbox) -> smtplib.SMTP:
    allowance = Allowance(_PATIENCE * server.timeout_seconds, _MOST_BYTES)
    if server.security == "tls" or (server.security == "auto" and mailbox.port == TLS_PORT):
        client: smtplib.SMTP = _connecting_to(mailbox.address, allowance, smtplib.SMTP_SSL)(
            mailbox.host,
            mailbox.port,
            timeout=server.timeout_seconds,
            context=bounded_tls(allowance),
        )
        encrypted = True
    else:
        client = _connecting_to(mailbox.address, allowance, smtplib.SMTP)(
            mailbox.host, mailbox.port, timeout=server.timeout_seconds
        )
        encrypted = False
    try:
        client.ehlo()
        offered = client.has_extn("starttls")
        if server.security == "starttls" or (
            server.security == "auto" and offered and not encrypted
        ):
            client.starttls(context=bounded_tls(allowance))
            client.ehlo()
            encrypted = True
        if mailbox.username:
            _check_encrypted(server, mailbox, encrypted)
            _log_in(client, mailbox)
    except BaseException:
        client.close()
        raise
    return client


def _connecting_to(address: str, allowance: Allowance, kind: type[Client]) -> type[Client]:
    """A client that connects to an address, and holds its certificate against the host's name."""

    class Pinned(kind):  # type: ignore[valid-type, misc] # one of two
        def _get_socket(self, host: str, port: int, timeout: float) -> Any:
            made = super()._get_socket(address or host, port, timeout)
            return made if isinstance(made, ssl.SSLSocket) else bounded(made, allowance)

    return Pinned


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
