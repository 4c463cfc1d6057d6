"""How mail is sent, as a Dagster resource: encryption, time-out, largest message."""

from __future__ import annotations

import os

import dagster as dg
from pydantic import Field

from skyvern_dagster.addresses.url import LARGEST_PORT
from skyvern_dagster.blocks.email_server import EmailServer, Mailbox
from skyvern_dagster.errors import BlockError
from skyvern_dagster.resources.hidden_defaults import HiddenDefaults


class EmailResource(HiddenDefaults, dg.ConfigurableResource["EmailResource"]):
    """How mail is sent; where to, the workflow says.

    Only people who are asked by ``human_interaction`` blocks are told by the deployment's own
    account: ``SKYVERN_SMTP_HOST``, ``_PORT``, ``_USERNAME``, ``_PASSWORD`` and ``_SENDER``.
    """

    security: str = Field(
        default="",
        description="auto, starttls, tls or plain; empty: SKYVERN_SMTP_SECURITY, else auto.",
    )
    # As :class:`~skyvern_dagster.blocks.email_server.EmailServer` has it.
    timeout_seconds: float = 30.0
    max_bytes: int = Field(default=0, description="0: SKYVERN_SMTP_MAX_BYTES, else 25,000,000.")

    def server(self) -> EmailServer:
        """The settings for blocks.

        Raises:
            BlockError: A setting in the environment is malformed.
        """
        security = self.security or os.environ.get("SKYVERN_SMTP_SECURITY") or "auto"
        limit = str(self.max_bytes or os.environ.get("SKYVERN_SMTP_MAX_BYTES") or 25_000_000)
        if not limit.isdecimal():
            raise BlockError(f"SKYVERN_SMTP_MAX_BYTES must be a number, not {limit!r}")
        match security:
            case "auto" | "starttls" | "tls" | "plain":
                return EmailServer(
                    security,
                    self.timeout_seconds,
                    int(limit),
                    _own_mailbox(),
                    os.environ.get("SKYVERN_SMTP_SENDER", ""),
                )
            case _:
                raise BlockError(
                    f"SKYVERN_SMTP_SECURITY must be auto, starttls, tls or plain, not {security!r}"
                )


def _own_mailbox() -> Mailbox | None:
    """The deployment's account, where it has one."""
    host = os.environ.get("SKYVERN_SMTP_HOST", "").strip()
    port = os.environ.get("SKYVERN_SMTP_PORT", "").strip() or "587"
    if not host:
        return None
    if not port.isdecimal() or not 0 < int(port) <= LARGEST_PORT:
        raise BlockError(f"SKYVERN_SMTP_PORT must be a port number, not {port!r}")
    username = os.environ.get("SKYVERN_SMTP_USERNAME", "")
    return Mailbox(host, int(port), username, os.environ.get("SKYVERN_SMTP_PASSWORD", ""))
