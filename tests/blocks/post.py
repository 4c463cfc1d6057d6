"""The send_email block with everything around it, for tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from skyvern_dagster.blocks.send_email import SendEmailBlock
from skyvern_dagster.credentials.declared_secrets import SecretDeclarations
from skyvern_dagster.demo.mailbox import ReceivedMessage
from skyvern_dagster.demo.smtp_sink import SmtpSink, SmtpTls
from skyvern_dagster.errors import BlockError
from tests.blocks.desk import Desk

SENDER = "robot@office.example"
READER = "books@office.example"


def block(**fields: Any) -> SendEmailBlock:
    """A block whose four secrets are called host, port, user and password."""
    given: dict[str, Any] = {
        "block_type": "send_email",
        "label": "report",
        "smtp_host_secret_parameter_key": "host",
        "smtp_port_secret_parameter_key": "port",
        "smtp_username_secret_parameter_key": "user",
        "smtp_password_secret_parameter_key": "password",
        "sender": SENDER,
        "recipients": [READER],
        "subject": "Invoices",
        "body": "See attached.",
    }
    return SendEmailBlock.model_validate(given | fields)


def point_to(
    desk: Desk, host: str, port: int | str, username: str = "", password: str = ""
) -> None:
    """Sets the four secrets."""
    desk.environment = {"H": host, "P": str(port), "U": username, "W": password}
    desk.declarations = SecretDeclarations(
        values={"host": "H", "port": "P", "user": "U", "password": "W"}
    )


@contextmanager
def mail_server(
    desk: Desk, *, tls: SmtpTls = "none", login: tuple[str, str] | None = None
) -> Iterator[SmtpSink]:
    """A mail server that the desk's blocks use."""
    username, password = login or (None, None)
    sink = SmtpSink(username=username, password=password, tls=tls)
    sink.start()
    point_to(desk, sink.host, sink.port, username or "", password or "")
    try:
        yield sink
    finally:
        sink.stop()


def refusal(desk: Desk, **fields: Any) -> BlockError:
    """The error of a block that can't send."""
    with pytest.raises(BlockError) as caught:
        block(**fields).run(desk.context())
    return caught.value


def sent(desk: Desk, sink: SmtpSink, **fields: Any) -> ReceivedMessage:
    """What arrives when the block runs."""
    outcome = block(**fields).run(desk.context())
    assert outcome.completed
    assert outcome.output == {"success": True}
    return sink.messages[-1]
