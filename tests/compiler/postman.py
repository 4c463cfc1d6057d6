"""A mail server that refuses some recipients, so that single iterations of a loop can fail."""

from __future__ import annotations

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Postman:
    """Delivers to everybody but ``refused``.

    Attributes:
        delivered: First recipient of each delivered message, in order.
    """

    def __init__(self) -> None:
        self.refused: set[str] = set()
        self.delivered: list[str] = []
        self._controller = Controller(self, hostname="127.0.0.1", port=0)

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
        self._controller.start()
        assert self._controller.server is not None
        return int(self._controller.server.sockets[0].getsockname()[1])

    def stop(self) -> None:
        self._controller.stop()
