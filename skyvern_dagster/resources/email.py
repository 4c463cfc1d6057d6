"""How mail is sent, as a Dagster resource: encryption, time-out, largest message."""

from __future__ import annotations

import os

import dagster as dg
from pydantic import Field

from skyvern_dagster.blocks.email_server import EmailServer
from skyvern_dagster.errors import BlockError


class EmailResource(dg.ConfigurableResource["EmailResource"]):
    """How mail is sent; where to, the workflow says."""

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
                return EmailServer(security, self.timeout_seconds, int(limit))
            case _:
                raise BlockError(
                    f"SKYVERN_SMTP_SECURITY must be auto, starttls, tls or plain, not {security!r}"
                )
