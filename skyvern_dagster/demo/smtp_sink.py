"""A mail server on loopback that keeps what it is sent, and can be told to refuse."""

from __future__ import annotations

import asyncio
import logging
import ssl
from threading import Thread
from typing import Any, Literal
from weakref import WeakSet

from aiosmtpd.smtp import SMTP

from skyvern_dagster.demo.listener import LOOPBACK, open_listener
from skyvern_dagster.demo.mailbox import TRY_LATER, Mailbox, ReceivedMessage, SmtpCommand

SmtpTls = Literal["none", "starttls", "implicit"]


class SmtpSink:
    """One mail server.

    Attributes:
        port: Port it listens on, known once it was started.
        username: User name that a session has to log in with; ``None`` lets anybody send.
        password: The password that belongs to it.
        certificate_pem: Certificate to trust, where the server speaks TLS.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        username: str | None = None,
        password: str | None = None,
        tls: SmtpTls = "none",
    ) -> None:
        self.port = port
        self.username = username
        self.password = password
        self.certificate_pem: str | None = None
        self._tls = tls
        self._context = self._tls_context()
        self._mailbox = Mailbox(username, password)
        self._sessions: WeakSet[SMTP] = WeakSet()
        self._server: asyncio.Server | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None

    @property
    def host(self) -> str:
        """Address that it listens on."""
        return LOOPBACK

    @property
    def messages(self) -> tuple[ReceivedMessage, ...]:
        """Accepted messages, oldest first."""
        return tuple(self._mailbox.messages)

    def clear(self) -> None:
        """Forgets the messages so far."""
        self._mailbox.messages.clear()

    def refuse_next(
        self, times: int, *, command: SmtpCommand = "DATA", reply: str = TRY_LATER
    ) -> None:
        """Answers the next commands of a kind with a refusal; 0 takes that back."""
        self._mailbox.refuse(times, command, reply)

    def start(self) -> None:
        """Starts serving, again on the same port after a stop.

        Raises:
            SkyvernDagsterError: The port is taken.
        """
        # aiosmtpd warns at every login about an attribute that it sets itself.
        logging.getLogger("mail.log").setLevel(logging.ERROR)
        listener = open_listener(self.port, "mail")
        self.port = listener.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(_ignore)
        implicit = self._context if self._tls == "implicit" else None
        self._server = self._loop.run_until_complete(
            self._loop.create_server(self._new_session, sock=listener, ssl=implicit)
        )
        self._thread = Thread(target=self._loop.run_forever, name="demo-smtp", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stops serving, cuts open sessions and frees the port; the messages stay."""
        if self._loop is None or self._thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._loop = self._thread = None

    def _tls_context(self) -> ssl.SSLContext | None:
        if self._tls == "none":
            return None
        from skyvern_dagster.demo.certificate import LoopbackCertificate

        certificate = LoopbackCertificate()
        self.certificate_pem = certificate.pem
        return certificate.server_context()

    def _new_session(self) -> SMTP:
        starttls = self._tls == "starttls"
        session = SMTP(
            self._mailbox,
            hostname="localhost",
            loop=self._loop,
            tls_context=self._context if starttls else None,
            require_starttls=starttls,
            # Also the way to offer no login at all where TLS never comes.
            auth_require_tls=starttls or self.username is None,
            authenticator=self._mailbox.authenticate,
            auth_exclude_mechanism=None if self.username else ("LOGIN", "PLAIN"),
        )
        self._sessions.add(session)
        return session

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        for session in self._sessions:
            if isinstance(session.transport, asyncio.WriteTransport):
                session.transport.abort()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        if rest:
            await asyncio.wait(rest, timeout=1)


def _ignore(_loop: asyncio.AbstractEventLoop, _context: dict[str, Any]) -> None:
    """Says nothing: what fails here are clients that hang up or distrust the certificate."""
