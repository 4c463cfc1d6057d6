"""Asking people by e-mail: nobody is waited for who was never told."""

from __future__ import annotations

import pytest

from skyvern_dagster.artifacts.interactions import Interactions
from skyvern_dagster.blocks.email_server import EmailServer, Mailbox
from skyvern_dagster.blocks.human_interaction import HumanInteractionBlock
from skyvern_dagster.demo.smtp_sink import SmtpSink
from skyvern_dagster.errors import BlockError
from tests.blocks.desk import RUN, Desk

ASKING = HumanInteractionBlock.model_validate({
    "block_type": "human_interaction", "label": "ask", "instructions": "May it go on?",
    "recipients": ["boss@office.example", "deputy@office.example"],
})  # fmt: skip


@pytest.fixture
def office(desk: Desk, sink: SmtpSink) -> Desk:
    account = Mailbox("127.0.0.1", sink.port)
    desk.email = EmailServer(mailbox=account, sender="runs@office.example")
    return desk


@pytest.mark.parametrize(("reply", "may_pass"), [("550 5.1.1 unknown", False), ("450 wait", True)])
def test_everybody_is_refused(office: Desk, sink: SmtpSink, reply: str, may_pass: bool) -> None:
    sink.refuse_next(2, command="RCPT", reply=reply)
    with pytest.raises(BlockError, match="refused everybody who was to be asked: boss@") as caught:
        ASKING.run(office.context("ask"))
    assert caught.value.retryable is may_pass
    # It is asked anew when the block is tried again.
    assert Interactions(office.store, RUN).question("ask") is None


def test_one_is_refused(office: Desk, sink: SmtpSink) -> None:
    sink.refuse_next(1, command="RCPT", reply="550 5.1.1 unknown")
    assert ASKING.run(office.context("ask")).status == "paused"
    assert office.lines == [
        "ask: boss@office.example was not told: the mail server says 550 5.1.1 unknown",
        "ask: asked 1 by e-mail",
    ]
