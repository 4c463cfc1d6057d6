"""Speaking with mail servers: encryption, logins, refusals, sizes."""

from __future__ import annotations

import socket
from pathlib import Path
from threading import Thread

import pytest

from skyvern_dagster.blocks.email_server import EmailServer, Mailbox, Security
from skyvern_dagster.blocks.email_server import _check_encrypted as check_encrypted
from skyvern_dagster.demo.smtp_sink import SmtpSink, SmtpTls
from skyvern_dagster.errors import BlockError
from tests.blocks.desk import Desk
from tests.blocks.post import READER, SENDER, block, mail_server, point_to, refusal

LOGIN = ("robot", "s3cret pass")


def trust(sink: SmtpSink, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes OpenSSL trust the server's certificate, as an administrator would."""
    path = folder / "certificate.pem"
    path.write_text(sink.certificate_pem or "")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))


@pytest.mark.parametrize(
    ("tls", "security", "is_encrypted"),
    [
        ("none", "auto", False),
        ("none", "plain", False),
        ("starttls", "auto", True),
        ("starttls", "starttls", True),
        ("implicit", "tls", True),
    ],
)
@pytest.mark.parametrize("login", [None, LOGIN])
def test_encryption_and_login(
    desk: Desk,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    tls: SmtpTls,
    security: Security,
    is_encrypted: bool,
    login: tuple[str, str] | None,
) -> None:
    with mail_server(desk, tls=tls, login=login) as sink:
        if is_encrypted:
            trust(sink, tmp_path, monkeypatch)
        desk.email = EmailServer(security)
        block().run(desk.context())
        (received,) = sink.messages
        assert received.encrypted is is_encrypted
        assert received.logged_in_as == (login[0] if login else None)


@pytest.mark.parametrize(("tls", "security"), [("starttls", "auto"), ("implicit", "tls")])
def test_a_certificate_that_nobody_trusts(desk: Desk, tls: SmtpTls, security: Security) -> None:
    with mail_server(desk, tls=tls, login=LOGIN) as sink:
        desk.email = EmailServer(security)
        error = refusal(desk)
        assert str(error).startswith("no TLS with SMTP server of the secret 'host': ")
        assert "Check the certificate" in str(error)
        assert not error.retryable
        assert sink.messages == ()


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_without_the_encryption_that_is_asked_for(desk: Desk, security: Security) -> None:
    with mail_server(desk) as sink:
        desk.email = EmailServer(security, timeout_seconds=5)
        error = refusal(desk)
        assert "SKYVERN_SMTP_SECURITY" in str(error)
        assert not error.retryable
        assert sink.messages == ()


def test_no_user_name_means_no_login(desk: Desk) -> None:
    with mail_server(desk) as sink:
        desk.environment["W"] = "unused"
        block().run(desk.context())
        assert sink.messages[0].logged_in_as is None


@pytest.mark.parametrize("wrong", [("robot", "wrong-pass"), ("someone", "s3cret pass")])
def test_a_wrong_login(desk: Desk, wrong: tuple[str, str]) -> None:
    with mail_server(desk, login=LOGIN):
        desk.environment |= {"U": wrong[0], "W": wrong[1]}
        error = refusal(desk)
        assert str(error).startswith("SMTP server of the secret 'host' refused the login (535 ")
        assert wrong[1] not in str(error)
        assert not error.retryable


def test_a_server_that_offers_no_login(desk: Desk) -> None:
    with mail_server(desk):
        desk.environment |= {"U": "robot", "W": "s3cret pass"}
        error = refusal(desk)
        assert "SMTP AUTH extension not supported" in str(error)
        assert not error.retryable


def test_a_password_that_smtp_cannot_carry(desk: Desk) -> None:
    with mail_server(desk, login=LOGIN):
        desk.environment["W"] = "päss"
        error = refusal(desk)
        assert "ASCII characters only" in str(error)
        assert "päss" not in str(error)


@pytest.mark.parametrize("host", ["mail.example", "10.0.0.1", "localhost.example", "8.8.8.8"])
def test_no_password_in_the_clear_to_another_machine(host: str) -> None:
    mailbox = Mailbox(host, 25, *LOGIN)
    with pytest.raises(BlockError, match="offers no encryption, so the password was not sent"):
        check_encrypted(EmailServer(), mailbox, encrypted=False)
    check_encrypted(EmailServer(), mailbox, encrypted=True)
    check_encrypted(EmailServer("plain"), mailbox, encrypted=False)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_this_machine_is_near_enough(host: str) -> None:
    check_encrypted(EmailServer(), Mailbox(host, 25, *LOGIN), encrypted=False)


@pytest.mark.parametrize(
    ("command", "reply", "message", "may_pass"),
    [
        ("DATA", "451 4.3.0 Try again later", "refused the message (451 4.3.0 Try", True),
        ("DATA", "552 5.3.4 Message too big", "refused the message (552 5.3.4 Mess", False),
        ("MAIL", "421 4.7.0 Closing", "refused the message (421 4.7.0 Closing", True),
        ("MAIL", "550 5.7.1 Who are you", "refused the message (550 5.7.1 Who", False),
    ],
)
def test_refusals(desk: Desk, command: str, reply: str, message: str, may_pass: bool) -> None:
    with mail_server(desk) as sink:
        sink.refuse_next(1, command=command, reply=reply)  # type: ignore[arg-type]
        error = refusal(desk)
        assert message in str(error)
        assert error.retryable is may_pass
        assert sink.messages == ()
        block().run(desk.context())
        assert len(sink.messages) == 1


@pytest.mark.parametrize(
    ("reply", "may_pass"), [("450 4.2.1 Greylisted", True), ("550 5.1.1 Unknown", False)]
)
def test_every_recipient_is_refused(desk: Desk, reply: str, may_pass: bool) -> None:
    """The sender's own copy is no success."""
    with mail_server(desk) as sink:
        sink.refuse_next(2, command="RCPT", reply=reply)
        error = refusal(desk, recipients=["a@x.example", "b@x.example"])
        assert f"refused every recipient: a@x.example ({reply}), b@x.example ({reply})" in str(
            error
        )
        assert error.retryable is may_pass


def test_some_recipients_are_refused(desk: Desk) -> None:
    with mail_server(desk) as sink:
        sink.refuse_next(1, command="RCPT", reply="550 5.1.1 Unknown")
        some = block(recipients=["gone@x.example", READER], refused_recipients="ignore")
        outcome = some.run(desk.context())
        assert outcome.completed
        assert sink.messages[0].recipients == (READER, SENDER)
        assert "the server refused gone@x.example (550 5.1.1 Unknown)" in desk.lines
        record = desk.store.read_json("runs/wr_123456789012345678/email/block.json")
        assert record["refused"] == {"gone@x.example": "550 5.1.1 Unknown"}


def test_a_refused_copy_for_the_sender_is_no_failure(desk: Desk) -> None:
    with mail_server(desk) as sink:
        desk.lines.clear()
        sink.refuse_next(0)
        block(sender=READER).run(desk.context())
        assert sink.messages[0].recipients == (READER,)


def test_nobody_answers(desk: Desk) -> None:
    with mail_server(desk) as sink:
        sink.stop()
        error = refusal(desk)
        assert "SMTP server of the secret 'host' can't be used: " in str(error)
        assert "Connection refused" in str(error)
        assert error.retryable


def test_a_server_that_says_nothing(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        point_to(desk, "127.0.0.1", silent.getsockname()[1])
        desk.email = EmailServer(timeout_seconds=0.3)
        error = refusal(desk)
    assert "timed out" in str(error)
    assert error.retryable


def test_a_server_that_hangs_up_after_taking_the_message(desk: Desk) -> None:
    """It has the message: to send it again because the goodbye failed would be a second one."""
    taken: list[bytes] = []

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 hi\r\n")
            in_data = False
            for line in lines:
                if in_data:
                    taken.append(line)
                    in_data = line != b".\r\n"
                    if not in_data:
                        connection.sendall(b"250 taken\r\n")
                elif line.upper().startswith(b"QUIT"):
                    connection.shutdown(socket.SHUT_RDWR)
                    return
                elif line.upper().startswith(b"DATA"):
                    in_data = True
                    connection.sendall(b"354 go on\r\n")
                else:
                    connection.sendall(b"250 fine\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        point_to(desk, "127.0.0.1", listener.getsockname()[1])
        assert block().run(desk.context()).completed
        thread.join(10)
    assert taken[-1] == b".\r\n"


@pytest.mark.parametrize(
    ("host", "port", "message"),
    [
        ("127.0.0.1", "smtp", "the secret 'port' must be a port number"),
        ("127.0.0.1", "0", "the secret 'port' must be a port number"),
        ("127.0.0.1", "99999", "the secret 'port' must be a port number"),
        ("127.0.0.1", "s3cret", "the secret 'port' must be a port number"),
        (" ", "25", "the secret 'host' is empty"),
    ],
)
def test_a_wrong_address_of_the_server(desk: Desk, host: str, port: str, message: str) -> None:
    point_to(desk, host, port)
    error = refusal(desk)
    assert str(error) == message
    assert not error.retryable


def test_a_message_that_is_too_large(desk: Desk) -> None:
    with mail_server(desk) as sink:
        desk.download("a.pdf", b"x" * 30_000)
        desk.email = EmailServer(max_bytes=40_000)
        error = refusal(desk, file_attachments=["SKYVERN_DOWNLOAD_DIRECTORY"])
        assert "the e-mail has 4" in str(error)
        assert "the limit is 40,000: attach fewer files, or raise max_bytes" in str(error)
        assert not error.retryable
        assert sink.messages == ()
        desk.email = EmailServer(max_bytes=45_000)
        block(file_attachments=["SKYVERN_DOWNLOAD_DIRECTORY"]).run(desk.context())
        assert len(sink.messages) == 1
