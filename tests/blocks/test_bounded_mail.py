"""Mail servers that drip, flood, announce what is too large, or refuse: an end with a reason."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

import pytest

from skyvern_dagster.blocks.email_server import EmailServer
from skyvern_dagster.blocks.imap_mailbox import ImapServer, Wanted, read_messages
from skyvern_dagster.errors import BlockError
from tests.blocks.desk import Desk
from tests.blocks.post import block, point_to, refusal

DRIP = b" now and then"
"""Stands for an answer of which a byte comes now and then, for ever."""
FLOOD = b" for ever"
"""Behind a line: it comes again and again."""


@contextmanager
def talking(greeting: bytes, answers: dict[bytes, bytes], otherwise: bytes) -> Iterator[int]:
    """A server on loopback that answers by the beginnings of lines; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=_serve, args=(listener, greeting, answers, otherwise), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def _serve(
    listener: socket.socket, greeting: bytes, answers: dict[bytes, bytes], otherwise: bytes
) -> None:
    with suppress(OSError):  # the test closes the listener
        while True:
            connection, _ = listener.accept()
            with suppress(OSError), connection:  # who has had enough hangs up
                _converse(connection, greeting, answers, otherwise)


def _converse(
    connection: socket.socket, greeting: bytes, answers: dict[bytes, bytes], otherwise: bytes
) -> None:
    _say(connection, greeting, b"")
    in_data = False
    for line in connection.makefile("rb"):
        in_data = in_data and line != b".\r\n"
        if in_data:
            continue
        tag, _, rest = line.partition(b" ")
        found = [told for begin, told in answers.items()
                 if line.startswith(begin) or rest.startswith(begin)]  # fmt: skip
        in_data = line.startswith(b"data")
        _say(connection, found[0] if found else otherwise, tag)


def _say(connection: socket.socket, told: bytes, tag: bytes) -> None:
    while told == DRIP:
        connection.sendall(b"2")
        time.sleep(0.05)
    while told.endswith(FLOOD):
        connection.sendall(told.removesuffix(FLOOD) * 4096)
    connection.sendall(told.replace(b"TAG", tag))


SMTP = {b"ehlo": b"250 fine\r\n", b"mail": b"250 fine\r\n", b"rcpt": b"250 fine\r\n",
        b"data": b"354 go on\r\n", b".": b"250 taken\r\n"}  # fmt: skip


@pytest.mark.parametrize(
    "where",
    ["greeting", *(pytest.param(each, marks=pytest.mark.long) for each in ("ehlo", "rcpt"))],
)
def test_a_mail_server_that_drips(desk: Desk, where: str) -> None:
    answers = {**SMTP, where.encode(): DRIP}
    with talking(DRIP if where == "greeting" else b"220 hi\r\n", answers, b"250 ok\r\n") as port:
        point_to(desk, "127.0.0.1", port)
        desk.email = EmailServer(timeout_seconds=0.5)
        error = refusal(desk)
    assert "its answers took more than 2 s in all" in str(error)
    assert error.retryable


def test_a_mail_server_that_drips_at_the_end_is_unclear(desk: Desk) -> None:
    """It has the message, or hasn't: one repetition, and then a person is asked."""
    with talking(b"220 hi\r\n", {**SMTP, b".": DRIP}, b"250 ok\r\n") as port:
        point_to(desk, "127.0.0.1", port)
        desk.email = EmailServer(timeout_seconds=0.3)
        first = refusal(desk)
        assert first.retryable
        assert "took more than 1.2 s in all" in str(first)
        with pytest.raises(BlockError, match="unclear whether the e-mail has reached") as second:
            block().run(desk.context())
    assert not second.value.retryable


@pytest.mark.parametrize("where", [b"ehlo", b"rcpt"])
def test_a_mail_server_that_floods(desk: Desk, where: bytes) -> None:
    with talking(b"220 hi\r\n", {**SMTP, where: b"250-and\r\n" + FLOOD}, b"250 ok\r\n") as port:
        point_to(desk, "127.0.0.1", port)
        assert "it said more than 1,000,000 bytes" in str(refusal(desk))


IMAP = {
    b"CAPABILITY": b"* CAPABILITY IMAP4REV1\r\nTAG OK done\r\n",
    b"EXAMINE": b"* 1 EXISTS\r\nTAG OK done\r\n",
    b"UID SEARCH": b"* SEARCH 1\r\nTAG OK done\r\n",
    b"UID FETCH 1 (RFC": b"* 1 FETCH (RFC822.SIZE 10)\r\nTAG OK done\r\n",
    b"UID FETCH 1 (BODY": b"* 1 FETCH (BODY[] {2}\r\n\r\n)\r\nTAG OK done\r\n",
}


def inbox(answers: dict[bytes, bytes], greeting: bytes = b"* OK hi\r\n") -> str:
    """Why a mailbox can't be read, or how many messages it has."""
    with talking(greeting, {**answers, **IMAP, **answers}, b"TAG OK done\r\n") as port:
        server = ImapServer(
            "127.0.0.1", "127.0.0.1", port, "ada", "mailbox-pass-1", seconds=0.5, all_seconds=1.5
        )
        try:
            return str(len(read_messages(server, Wanted())))
        except BlockError as error:
            return str(error)


def test_a_mailbox_that_answers() -> None:
    assert inbox({}) == "1"
    assert inbox({b"UID SEARCH": b"* SEARCH\r\nTAG OK done\r\n"}) == "0"
    # Gone between the search and the look.
    assert inbox({b"UID FETCH": b"TAG OK done\r\n"}) == "0"


@pytest.mark.parametrize("command", [b"UID SEARCH", b"UID FETCH 1 (RFC", b"UID FETCH 1 (BODY"])
def test_a_mailbox_that_refuses_is_not_an_empty_one(command: bytes) -> None:
    assert "refused: " in inbox({command: b"TAG NO 3 servers are down\r\n"})
    assert inbox({command: b"TAG BAD 3 words\r\n"}) != "0"


def test_a_message_that_is_announced_larger_than_it_may_be() -> None:
    told = b"* 1 FETCH (BODY[] {90000000000}\r\n"
    assert "a message of the mailbox has more than 50,000,000" in inbox({b"UID FETCH": told})


def test_a_mailbox_that_drips() -> None:
    assert "its answers took more than 1.5 s in all" in inbox({}, greeting=DRIP)


@pytest.mark.long
def test_a_mailbox_that_drips_a_message() -> None:
    assert "its answers took more than 1.5 s in all" in inbox({b"UID FETCH": DRIP})


@pytest.mark.long
def test_a_mailbox_that_floods() -> None:
    assert re.search(
        "said more than|took more than", inbox({b"UID SEARCH": b"* OK and\r\n" + FLOOD})
    )
