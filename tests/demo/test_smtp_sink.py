from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

import pytest

from skyvern_dagster.demo.mailbox import SmtpCommand
from skyvern_dagster.demo.smtp_sink import SmtpSink, SmtpTls


@contextmanager
def running(sink: SmtpSink) -> Iterator[SmtpSink]:
    sink.start()
    try:
        yield sink
    finally:
        sink.stop()


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with running(SmtpSink()) as started:
        yield started


@pytest.fixture
def guarded() -> Iterator[SmtpSink]:
    with running(SmtpSink(username="robot", password="s3cret")) as started:
        yield started


def connect(sink: SmtpSink) -> smtplib.SMTP:
    return smtplib.SMTP(sink.host, sink.port, timeout=10)


def trusting(sink: SmtpSink) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=sink.certificate_pem)


def letter(*, attachment: bytes = b"%PDF-1.7\r\n\x00\xff") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "robot@harbourpine.example"
    message["To"] = "books@harbourpine.example"
    message["Subject"] = "Invoices für April"
    message.set_content("See attached.\n.\nA line with a dot.\n")
    message.add_attachment(attachment, maintype="application", subtype="pdf", filename="INV-1.pdf")
    return message


def test_a_message_is_kept_with_its_envelope(sink: SmtpSink) -> None:
    with connect(sink) as client:
        client.send_message(
            letter(), "bounce@harbourpine.example", ["books@harbourpine.example", "bcc@x.example"]
        )
    (received,) = sink.messages
    assert received.mail_from == "bounce@harbourpine.example"
    assert received.recipients == ("books@harbourpine.example", "bcc@x.example")
    assert received.message["Subject"] == "Invoices für April"
    assert received.attachments == {"INV-1.pdf": b"%PDF-1.7\r\n\x00\xff"}
    body = received.message.get_body()
    assert body is not None
    assert body.get_content().splitlines() == ["See attached.", ".", "A line with a dot."]
    assert (received.logged_in_as, received.encrypted) == (None, False)
    sink.clear()
    assert sink.messages == ()


def test_without_a_password_there_is_no_login(sink: SmtpSink) -> None:
    with connect(sink) as client, pytest.raises(smtplib.SMTPNotSupportedError):
        client.login("robot", "s3cret")


def test_the_right_password_lets_in(guarded: SmtpSink) -> None:
    with connect(guarded) as client:
        client.login("robot", "s3cret")
        client.send_message(letter())
    assert [received.logged_in_as for received in guarded.messages] == ["robot"]


@pytest.mark.parametrize(("username", "password"), [("robot", "wrong"), ("else", "s3cret")])
def test_a_wrong_password_does_not(guarded: SmtpSink, username: str, password: str) -> None:
    with connect(guarded) as client, pytest.raises(smtplib.SMTPAuthenticationError):
        client.login(username, password)


def test_nobody_sends_without_the_login(guarded: SmtpSink) -> None:
    with connect(guarded) as client, pytest.raises(smtplib.SMTPSenderRefused) as refused:
        client.send_message(letter())
    assert refused.value.smtp_code == 530
    assert guarded.messages == ()


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("MAIL", smtplib.SMTPSenderRefused),
        ("RCPT", smtplib.SMTPRecipientsRefused),
        ("DATA", smtplib.SMTPDataError),
    ],
)
def test_it_refuses_as_often_as_it_was_told(
    sink: SmtpSink, command: SmtpCommand, error: type[smtplib.SMTPException]
) -> None:
    sink.refuse_next(2, command=command)
    for _ in range(2):
        with connect(sink) as client, pytest.raises(error, match="451"):
            client.send_message(letter())
    assert sink.messages == ()
    with connect(sink) as client:
        client.send_message(letter())
    assert len(sink.messages) == 1


def test_the_refusal_can_be_worded_and_taken_back(sink: SmtpSink) -> None:
    sink.refuse_next(5, reply="552 5.3.4 Message too big")
    with connect(sink) as client, pytest.raises(smtplib.SMTPDataError, match="too big"):
        client.send_message(letter())
    sink.refuse_next(0)
    with connect(sink) as client:
        client.send_message(letter())


def test_starttls_is_needed_and_verifiable() -> None:
    with running(SmtpSink(username="robot", password="s3cret", tls="starttls")) as sink:
        with connect(sink) as client, pytest.raises(smtplib.SMTPException):
            client.send_message(letter())
        with connect(sink) as client, pytest.raises(smtplib.SMTPNotSupportedError):
            client.login("robot", "s3cret")
        with connect(sink) as client:
            client.starttls(context=trusting(sink))
            client.login("robot", "s3cret")
            client.send_message(letter())
        assert [(m.encrypted, m.logged_in_as) for m in sink.messages] == [(True, "robot")]


def test_implicit_tls_is_verifiable() -> None:
    with running(SmtpSink(username="robot", password="s3cret", tls="implicit")) as sink:
        with smtplib.SMTP_SSL(sink.host, sink.port, context=trusting(sink), timeout=10) as client:
            client.login("robot", "s3cret")
            client.send_message(letter())
        assert [(m.encrypted, m.logged_in_as) for m in sink.messages] == [(True, "robot")]


def try_without_trust(sink: SmtpSink, tls: SmtpTls) -> None:
    strict = ssl.create_default_context()
    if tls == "implicit":
        smtplib.SMTP_SSL(sink.host, sink.port, context=strict, timeout=10)
    with connect(sink) as client:
        client.starttls(context=strict)


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_who_does_not_trust_the_certificate_notices(
    tls: SmtpTls, capfd: pytest.CaptureFixture[str]
) -> None:
    with running(SmtpSink(tls=tls)) as sink, pytest.raises(ssl.SSLCertVerificationError):
        try_without_trust(sink, tls)
    assert capfd.readouterr() == ("", "")


def test_a_stopped_server_refuses_and_a_restarted_one_remembers(sink: SmtpSink) -> None:
    open_session = connect(sink)
    open_session.ehlo()
    with connect(sink) as client:
        client.send_message(letter())
    port = sink.port
    sink.stop()
    with pytest.raises(smtplib.SMTPServerDisconnected):
        open_session.noop()
    with pytest.raises(ConnectionRefusedError):
        connect(sink)
    sink.stop()
    sink.start()
    assert sink.port == port
    with connect(sink) as client:
        client.send_message(letter())
    assert len(sink.messages) == 2
