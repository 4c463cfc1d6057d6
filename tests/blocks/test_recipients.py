"""To whom an e-mail goes, and from whom."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyvern_dagster.blocks.mail_addresses import read_addresses
from skyvern_dagster.demo.smtp_sink import SmtpSink
from skyvern_dagster.errors import BlockError
from tests.blocks.desk import Desk
from tests.blocks.post import READER, SENDER, refusal, sent
from tests.laws import LAW


@pytest.mark.parametrize(
    ("recipients", "reached"),
    [
        (["a@x.example, b@x.example"], ["a@x.example", "b@x.example"]),
        (["one", "many", "{{ one }}"], ["one@x.example", "two@x.example", "three@x.example"]),
        (["Ada Lovelace <ada@x.example>", '"Doe, John" <john@x.example>'],
         ["ada@x.example", "john@x.example"]),
        (["x@bücher.example"], ["x@xn--bcher-kva.example"]),
        (["o'hara+tag@x.example", '"q r"@x.example'], ["o'hara+tag@x.example", '"q r"@x.example']),
    ],
)  # fmt: skip
def test_recipients(desk: Desk, sink: SmtpSink, recipients: list[str], reached: list[str]) -> None:
    desk.names = {
        "one": "one@x.example",
        "many": ["one@x.example", "two@x.example", "three@x.example"],
    }
    received = sent(desk, sink, recipients=recipients)
    assert list(received.recipients) == [*reached, SENDER]
    assert [each.addr_spec for each in received.message["To"].addresses] == reached


BAD_ADDRESSES = [
    "", " ", "nobody", "@x.example", "a@", "a@b@c", "a b@x.example", "a@x .example", "a@x..example",
    "a@x.example\r\nBcc: evil@evil.example", "a@x.example\nX", "a@x.example\x00", "<>", "a;b@x",
    "undisclosed:;", "jürgen@x.example", "a@x.example b@x.example", "a@x.example, nobody",
]  # fmt: skip


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_what_is_no_address(desk: Desk, sink: SmtpSink, address: str) -> None:
    desk.names = {"given": address}
    for recipients in ([address], [READER, "given"], ["{{ given }}"]):
        error = refusal(desk, recipients=recipients)
        assert str(error).startswith("recipients: ")
        assert "is no e-mail address" in str(error)
        assert not error.retryable
    assert str(refusal(desk, sender=address)).startswith("sender: ")
    assert sink.messages == ()


@LAW
@given(st.text(max_size=30) | st.from_regex(r"[^@]{0,8}@[^@]{0,8}"))
def test_any_text_is_addresses_or_refused(text: str) -> None:
    try:
        found = read_addresses(text, "recipients")
    except BlockError:
        return
    assert found
    for address in found:
        assert "@" in address.addr_spec
        assert not set(str(address)) & set("\r\n\x00")


def test_nobody_to_send_to(desk: Desk, sink: SmtpSink) -> None:
    desk.names = {"given": [], "nothing": None}
    assert str(refusal(desk, recipients=["given"])) == "recipients: nobody to send to"
    assert "is no e-mail address" in str(refusal(desk, recipients=["nothing"]))


def test_a_sender_with_a_name(desk: Desk, sink: SmtpSink) -> None:
    desk.names = {"who": "Büro, Abt. 2"}
    received = sent(desk, sink, sender='"{{ who }}" <robot@office.example>')
    (address,) = received.message["From"].addresses
    assert (address.display_name, address.addr_spec) == ("Büro, Abt. 2", SENDER)
    assert received.mail_from == SENDER
