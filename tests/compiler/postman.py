"""A mail server that refuses some recipients, so that single iterations of a loop can fail."""

from __future__ import annotations

import asyncio
from threading import Thread

from aiosmtpd.smtp import SMTP, Envelope, Session


class Postman:
    """Delivers to everybody but ``refused``.

    Attributes:
        delivered: First recipient of each delivered message, in order.
    """

    def __init__(self) -> None:
        self.refused: set[str] = set()
        self.delivered: list[str] = []
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if address in self.refused:
            return "550 5.1.1 nobody of that name here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.delivered.append(envelope.rcpt_tos[0])
        return "250 OK"

    def start(self) -> int:
        """Starts serving; gives the port."""
        server = self._loop.run_until_complete(
            self._loop.create_server(
                lambda: SMTP(self, hostname="localhost", loop=self._loop), "127.0.0.1", 0
            )
        )
        self._thread.start()
        return int(server.sockets[0].getsockname()[1])

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
