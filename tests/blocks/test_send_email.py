"""The message: what it says, what is attached, to whom it goes; and that it goes once."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyvern_dagster.blocks.mail_account import SMTP_FIELDS
from skyvern_dagster.blocks.mail_message import message_id, unique_names
from skyvern_dagster.demo.mailbox import ReceivedMessage
from skyvern_dagster.demo.smtp_sink import SmtpSink
from skyvern_dagster.errors import SecretError
from tests.blocks.desk import RUN, Desk
from tests.blocks.post import READER, SENDER, block, refusal, sent
from tests.laws import LAW

SUFFIX = f" - Workflow Run ID: {RUN}"


def body(received: ReceivedMessage) -> str:
    part = received.message.get_body()
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n").removesuffix("\n")


def test_the_message(desk: Desk, sink: SmtpSink) -> None:
    received = sent(desk, sink)
    assert received.message["From"] == SENDER
    assert received.message["To"] == READER
    assert received.message["Subject"] == f"Invoices{SUFFIX}"
    assert received.message["Message-ID"].strip() == message_id(RUN, "block")
    assert parsedate_to_datetime(received.message["Date"]).tzinfo is not None
    assert body(received) == "See attached."
    assert received.mail_from == SENDER
    assert received.recipients == (READER, SENDER)
    assert received.message["Bcc"] is None


def test_the_sender_gets_one_copy_even_as_a_recipient(desk: Desk, sink: SmtpSink) -> None:
    assert sent(desk, sink, recipients=[SENDER, READER, READER]).recipients == (SENDER, READER)


@pytest.mark.parametrize("before", ["", "Invoices from ", "Füße 🎉 "])
def test_a_subject_arrives_as_it_is(desk: Desk, sink: SmtpSink, before: str) -> None:
    """However long: Python's folding likes to begin a subject with a line break."""
    for length in (*range(1, 90, 4), 300, 1500):
        subject = f"{before}{'x' * length}"
        block(subject=subject).run(desk.context(f"block/{length}"))
        assert sink.messages[-1].message["Subject"] == f"{subject}{SUFFIX}"


@pytest.mark.parametrize(
    ("subject", "read"),
    [
        ("{{ url }}: {{ count }}", "https://shop.example/a?b=c&d: 3"),
        ("url", "url"),
        ("two\r\nBcc: evil@evil.example", "two Bcc: evil@evil.example"),
        ("  a\t b\x00c\u2028d  ", "a b c d"),
        ("{{ lines }}", "one two"),
        ("", "- Workflow"),
    ],
)
def test_the_subject_is_one_line_of_text(
    desk: Desk, sink: SmtpSink, subject: str, read: str
) -> None:
    desk.names = {"url": "https://shop.example/a?b=c&d", "count": 3, "lines": "one\r\n\r\ntwo"}
    received = sent(desk, sink, subject=subject)
    assert received.message["Subject"].startswith(read)
    assert "Bcc" not in received.message
    assert received.recipients == (READER, SENDER)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("website_url", "https://shop.example"),
        ("{{ website_url }}\n{{ orders | length }} orders", "https://shop.example\n2 orders"),
        ("Plain text, 100 %: grüße 🎉", "Plain text, 100 %: grüße 🎉"),
        ("", ""),
        (".\n..\nFrom me\n" + "x" * 2000, ".\n..\nFrom me\n" + "x" * 2000),
        ("{{ count }}", "3"),
        ("{{ orders }}", "[\n  1,\n  2\n]"),
        ("orders", "[\n  1,\n  2\n]"),
        ("half \ud800", "half ?"),
    ],
)
def test_the_body(desk: Desk, sink: SmtpSink, text: str, read: str) -> None:
    desk.names = {"website_url": "https://shop.example", "orders": [1, 2], "count": 3}
    assert body(sent(desk, sink, body=text)) == read


def test_a_body_that_cant_be_rendered(desk: Desk, sink: SmtpSink) -> None:
    assert "'missing' is undefined" in str(refusal(desk, body="{{ missing }}"))
    assert sink.messages == ()


def test_attachments_are_byte_for_byte_the_downloads(desk: Desk, sink: SmtpSink) -> None:
    contents = [
        ("INV-1.pdf", bytes(range(256)) * 400, "application/pdf"),
        ("Rechnung März ü🎉.pdf", b"%PDF\r\n.\r\n\n\x00", "application/pdf"),
        ("orders.csv", b"a;b\n\r\n\xff", "text/csv; charset=utf-8"),
        ("mail.eml", b"Subject: x\r\n\r\ny", "message/rfc822"),
        ("a/../b.txt", b"", "text/plain"),
        ("x\r\ny.pdf", b"1", "application/pdf\r\nX-Evil: 1"),
        ("odd", b"2", "nonsense"),
    ]
    for name, content, type_ in contents:
        desk.download(name, content, type_)
    received = sent(desk, sink, file_attachments=["SKYVERN_DOWNLOAD_DIRECTORY"])
    names = [
        "INV-1.pdf",
        "Rechnung März ü🎉.pdf",
        "orders.csv",
        "mail.eml",
        "b.txt",
        "x y.pdf",
        "odd",
    ]
    assert list(received.attachments) == names
    assert list(received.attachments.values()) == [content for _, content, _ in contents]
    types = [part.get_content_type() for part in received.message.iter_attachments()]
    octets = "application/octet-stream"
    assert types == [
        "application/pdf", "application/pdf", "text/csv", octets, "text/plain", octets, octets,
    ]  # fmt: skip
    assert "X-Evil" not in str(received.message)


def test_files_of_one_name_are_told_apart(desk: Desk, sink: SmtpSink) -> None:
    for number in range(3):
        desk.download("invoice.pdf", b"%d" % number)
    received = sent(desk, sink, file_attachments=["SKYVERN_DOWNLOAD_DIRECTORY"])
    assert received.attachments == {
        "invoice.pdf": b"0", "invoice_2.pdf": b"1", "invoice_3.pdf": b"2",
    }  # fmt: skip


@pytest.mark.parametrize(
    "attachments",
    [["b.pdf", "a.pdf"], ["names"], ["{{ names }}"], ["b.pdf", "SKYVERN_DOWNLOAD_DIRECTORY"]],
)
def test_chosen_attachments(desk: Desk, sink: SmtpSink, attachments: list[str]) -> None:
    desk.names = {"names": ["b.pdf", "a.pdf"]}
    for name in ("a.pdf", "b.pdf"):
        desk.download(name, name.encode())
    assert list(sent(desk, sink, file_attachments=attachments).attachments) == ["b.pdf", "a.pdf"]


def test_an_attachment_that_is_not_there(desk: Desk, sink: SmtpSink) -> None:
    desk.download("a.pdf", b"x")
    error = refusal(desk, file_attachments=["c.pdf"])
    assert "file_attachments: the run has downloaded no file 'c.pdf' (it has: a.pdf)" in str(error)
    assert sink.messages == ()


def test_it_is_sent_once(desk: Desk, sink: SmtpSink) -> None:
    desk.download("a.pdf", b"x")
    context = desk.context()
    block(file_attachments=["SKYVERN_DOWNLOAD_DIRECTORY"]).run(context)
    outcome = block().run(desk.context())
    assert outcome.completed
    assert outcome.output == {"success": True}
    assert outcome.details == {"attachments": 0, "sent_now": 0}
    assert len(sink.messages) == 1
    record = desk.store.read_json(f"runs/{RUN}/email/block.json")
    assert record["attachments"] == ["a.pdf"]
    assert record["recipients"] == [READER]
    assert record["message_id"] == message_id(RUN, "block")
    block().run(desk.context("block/07"))
    assert len(sink.messages) == 2
    assert len({str(each.message["Message-ID"]) for each in sink.messages}) == 2


def test_what_was_not_sent_is_sent_the_next_time_with_the_same_id(
    desk: Desk, sink: SmtpSink
) -> None:
    sink.refuse_next(1)
    assert refusal(desk).retryable
    assert not desk.store.exists(f"runs/{RUN}/email/block.json")
    assert sent(desk, sink).message["Message-ID"].strip() == message_id(RUN, "block")


def test_a_missing_secret(desk: Desk, sink: SmtpSink) -> None:
    del desk.environment["W"]
    with pytest.raises(SecretError, match="parameter 'password' was not found: set W"):
        block().run(desk.context())


@LAW
@given(st.lists(st.sampled_from(["a.pdf", "A.PDF", "a_2.pdf", "b", "", "x.tar.gz"]), max_size=8))
def test_unique_names(names: list[str]) -> None:
    unique = unique_names(names)
    assert len(unique) == len(names)
    assert len({name.casefold() for name in unique}) == len(names)
    for before, name in zip(names, unique, strict=True):
        assert name == before or name.endswith(before[before.rfind(".") :] if "." in before else "")
    assert unique_names(unique) == unique


def test_a_server_of_the_blocks_own(desk: Desk, sink: SmtpSink) -> None:
    desk.names = {"others": ["c@office.example", "d@office.example"]}
    no_secrets = dict.fromkeys(SMTP_FIELDS)
    sent_to = sent(
        desk,
        sink,
        **no_secrets,
        custom_smtp_host=sink.host,
        custom_smtp_port=sink.port,
        cc=["{{ others }}"],
        bcc=["hidden@office.example"],
        body="<p>Hello <b>Ada</b> &amp; Bob</p><p>See you</p>",
        body_format="html",
    )
    message = sent_to.message
    assert message["Cc"] == "c@office.example, d@office.example"
    assert message["Bcc"] is None
    assert set(sent_to.recipients) == {
        READER, SENDER, "c@office.example", "d@office.example", "hidden@office.example",
    }  # fmt: skip
    plain, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    assert plain.get_content().splitlines() == ["Hello Ada & Bob", "See you"]
    assert "<b>Ada</b>" in html.get_content()


def test_without_any_server(desk: Desk) -> None:
    no_secrets = dict.fromkeys(SMTP_FIELDS)
    assert "there is no mail server to send with" in str(refusal(desk, **no_secrets))
    metadata = refusal(desk, **no_secrets, custom_smtp_host="169.254.169.254")
    assert "metadata service" in str(metadata)
    assert "name a credential parameter" in str(refusal(desk, **no_secrets, transport="gmail"))
