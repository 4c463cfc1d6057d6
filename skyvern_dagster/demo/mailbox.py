"""What the demo's mail server does with the messages it is sent: keep them, or refuse."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as default_policy
from threading import Lock
from typing import Any, Literal

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

SmtpCommand = Literal["MAIL", "RCPT", "DATA"]

TRY_LATER = "451 4.3.0 The mailbox is busy, try again later"
_LOGIN_FIRST = "530 5.7.0 Authentication required"


@dataclass(frozen=True)
class ReceivedMessage:
    """One accepted message with its envelope.

    Attributes:
        mail_from: Envelope sender.
        recipients: Envelope recipients; a BCC shows only here.
        message: The parsed message.
        logged_in_as: User name of the session, if it had logged in.
        encrypted: Whether it came over TLS.
    """

    mail_from: str
    recipients: tuple[str, ...]
    message: EmailMessage
    logged_in_as: str | None
    encrypted: bool

    @property
    def attachments(self) -> dict[str, bytes]:
        """Content of each attachment, by file name."""
        contents = {}
        for part in self.message.iter_attachments():
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                contents[part.get_filename() or ""] = content
        return contents

    @property
    def text(self) -> str:
        """The plain text of the body."""
        body = self.message.get_body(("plain",))
        return "" if body is None else str(body.get_content())


class Mailbox:
    """Hooks of aiosmtpd (hence their names) that fill a list of messages.

    Attributes:
        messages: Accepted messages, oldest first; appended to by the server's thread.
    """

    def __init__(self, username: str | None, password: str | None) -> None:
        self._username = username
        self._password = password
        self._lock = Lock()
        self._refusals: list[tuple[SmtpCommand, str]] = []
        self.messages: list[ReceivedMessage] = []

    def refuse(self, times: int, command: SmtpCommand, reply: str) -> None:
        """Plans refusals for the next commands of a kind; earlier plans are dropped."""
        with self._lock:
            self._refusals = [(command, reply)] * times

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        """Checks a user name and password."""
        right = isinstance(data, LoginPassword) and all(
            hmac.compare_digest(given, (wanted or "").encode())
            for given, wanted in ((data.login, self._username), (data.password, self._password))
        )
        name = data.login.decode() if right else None
        return AuthResult(success=right, handled=False, auth_data=name)

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Takes the sender, from a session that has logged in where that is asked for."""
        # aiosmtpd's own `auth_required` warns on stderr where there is no TLS.
        if self._username is not None and not session.authenticated:
            return _LOGIN_FIRST
        if refusal := self._refusal("MAIL"):
            return refusal
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Takes a recipient."""
        if refusal := self._refusal("RCPT"):
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Takes the message."""
        if refusal := self._refusal("DATA"):
            return refusal
        transport = server.transport
        content = envelope.content or b""
        raw = content.encode() if isinstance(content, str) else content
        self.messages.append(
            ReceivedMessage(
                mail_from=envelope.mail_from or "",
                recipients=tuple(envelope.rcpt_tos),
                message=message_from_bytes(raw, policy=default_policy),
                logged_in_as=session.auth_data if session.authenticated else None,
                encrypted=bool(transport and transport.get_extra_info("ssl_object")),
            )
        )
        return f"250 OK, kept as message {len(self.messages)}"

    def _refusal(self, command: SmtpCommand) -> str | None:
        with self._lock:
            if self._refusals and self._refusals[0][0] == command:
                return self._refusals.pop()[1]
        return None
