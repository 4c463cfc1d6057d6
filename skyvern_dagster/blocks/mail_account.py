"""Which mail server a message goes out by, and with which login."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import BaseModel, Field

from skyvern_dagster.addresses.url import LARGEST_PORT
from skyvern_dagster.blocks.block import BlockWarning
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.email_server import SUBMISSION_PORT, TLS_PORT, Mailbox
from skyvern_dagster.blocks.server_login import checked_address, secret_text, server_login
from skyvern_dagster.errors import BlockError

_GMAIL = "smtp.gmail.com"
_NO_SERVER = "there is no mail server to send with"
SMTP_FIELDS = (
    "smtp_host_secret_parameter_key",
    "smtp_port_secret_parameter_key",
    "smtp_username_secret_parameter_key",
    "smtp_password_secret_parameter_key",
)
"""The fields that name the secrets of the SMTP account."""


class MailAccountFields(BaseModel):
    """The fields that say which server it is and how to log in."""

    smtp_host_secret_parameter_key: str | None = None
    smtp_port_secret_parameter_key: str | None = None
    smtp_username_secret_parameter_key: str | None = Field(
        default=None, description="Its secret may be empty."
    )
    smtp_password_secret_parameter_key: str | None = None
    custom_smtp_host: str | None = Field(
        default=None, description="The server, in place of the secrets' one."
    )
    custom_smtp_port: int | None = Field(default=None, ge=1, le=65535, description="Else 587.")
    custom_smtp_username: str | None = None
    custom_smtp_password: str | None = Field(
        default=None, description="A template, or key, of a secret."
    )
    transport: Literal["smtp", "gmail"] | None = Field(
        default=None, description="`gmail`: Google's server, with the login of `credential_id`."
    )
    credential_id: str | None = Field(
        default=None, description="Key of a credential parameter with the account's login."
    )

    def mailbox(self, context: BlockContext) -> Mailbox:
        """The server and the login, with secrets in clear.

        Raises:
            BlockError: A field is wrong, or none says which server it is.
            SecretError: A secret is missing.
        """
        if self.transport == "gmail":
            if not self.credential_id:
                raise BlockError(
                    "credential_id: to send by Gmail, name a credential parameter with the "
                    "account's address and an app password"
                )
            login = server_login(context, self.credential_id, "credential_id", _GMAIL)
            return Mailbox(_GMAIL, TLS_PORT, login.username, login.password)
        if self.custom_smtp_host:
            return self._custom_mailbox(context, self.custom_smtp_host)
        return self._secret_mailbox(context)

    def _custom_mailbox(self, context: BlockContext, given: str) -> Mailbox:
        host, port = (
            context.text(given, "custom_smtp_host").strip(),
            self.custom_smtp_port or SUBMISSION_PORT,
        )
        address = checked_address(context, host, port, "custom_smtp_host")
        username, password = (
            secret_text(context, text or "", field, host)
            for text, field in (
                (self.custom_smtp_username, "custom_smtp_username"),
                (self.custom_smtp_password, "custom_smtp_password"),
            )
        )
        return Mailbox(host, port, username, password, address=address)

    def _secret_mailbox(self, context: BlockContext) -> Mailbox:
        vault = context.vault
        host_key, port_key, username_key, password_key = self._smtp_keys()
        host = vault.value(host_key).strip()
        port = vault.value(port_key).strip()
        if not host:
            raise BlockError(f"the secret {host_key!r} is empty")
        if not re.fullmatch(r"[0-9]{1,5}", port) or not 0 < int(port) <= LARGEST_PORT:
            raise BlockError(f"the secret {port_key!r} must be a port number")
        return Mailbox(
            host,
            int(port),
            vault.value_for(username_key, host) if username_key else "",
            vault.value_for(password_key, host) if password_key else "",
            name=f"of the secret {host_key!r}",
        )

    def _smtp_keys(self) -> tuple[str, str, str | None, str | None]:
        host, port = self.smtp_host_secret_parameter_key, self.smtp_port_secret_parameter_key
        if not host or not port:
            raise BlockError(
                f"{_NO_SERVER}: name the secrets of one "
                "(smtp_host_secret_parameter_key, smtp_port_secret_parameter_key, ...), or give "
                "custom_smtp_host, or transport: gmail with a credential_id"
            )
        username, password = (
            self.smtp_username_secret_parameter_key,
            self.smtp_password_secret_parameter_key,
        )
        return host, port, username, password


def account_warnings(fields: Mapping[str, Any]) -> Iterator[BlockWarning]:
    """What is missing of the account, so that nothing can be sent."""
    if fields.get("transport") == "gmail":
        if not fields.get("credential_id"):
            yield BlockWarning((), "the block names no account to send by", "add credential_id")
    elif not fields.get("custom_smtp_host"):
        for name in SMTP_FIELDS[:2]:
            if not fields.get(name):
                yield BlockWarning((), f"{name!r} is missing: {_NO_SERVER}", f"add {name!r}")
