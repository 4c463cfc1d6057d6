"""A message to several people: each gets it once, whatever the server says to the others."""

from __future__ import annotations

import socketserver
import threading
from collections import Counter
from collections.abc import Iterator

import pytest

from skyvern_dagster.blocks.mail_progress import MailProgress
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.errors import BlockError
from tests.blocks.desk import Desk
from tests.blocks.post import SENDER, block, point_to

A, B, C = "a@x.example", "b@x.example", "c@x.example"


class Choosy(socketserver.ThreadingTCPServer):
    """A mail server that says something else to each recipient, or hangs up on a message.

    Attributes:
        replies: Address -> what is said to it, one after the other; then it is taken.
        hangs_up: For how many messages it closes the connection instead of an answer.
        got: How many messages each address has got.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.replies: dict[str, list[str]] = {}
        self.hangs_up = 0
        self.got: Counter[str] = Counter()


class _Session(socketserver.StreamRequestHandler):
    server: Choosy

    def handle(self) -> None:
        self.say("220 choosy")
        taken: list[str] = []
        while line := self.rfile.readline().decode().strip():
            verb = line.upper()
            if verb.startswith(("EHLO", "HELO", "MAIL", "NOOP", "RSET")):
                self.say("250 fine")
            elif verb.startswith("RCPT"):
                address = line.partition("<")[2].partition(">")[0]
                replies = self.server.replies.get(address, [])
                reply = replies.pop(0) if replies else "250 fine"
                taken += [address] if reply.startswith("250") else []
                self.say(reply)
            elif verb.startswith("DATA"):
                self.say("354 go on")
                while self.rfile.readline() != b".\r\n":
                    pass
                self.server.got.update(taken)
                if self.server.hangs_up:
                    self.server.hangs_up -= 1
                    return
                self.say("250 kept")
            else:
                self.say("221 bye")
                return

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def server(desk: Desk) -> Iterator[Choosy]:
    with Choosy() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        point_to(desk, "127.0.0.1", server.server_address[1])
        yield server
        server.shutdown()


def attempt(desk: Desk, **fields: object) -> BlockOutcome | BlockError:
    try:
        return block(**{"recipients": [A, B, C], **fields}).run(desk.context("report"))
    except BlockError as error:
        return error


def test_who_is_put_off_gets_it_later_and_nobody_twice(desk: Desk, server: Choosy) -> None:
    server.replies = {B: ["450 4.2.1 Try later"] * 2}
    for _ in range(2):
        outcome = attempt(desk)
        assert isinstance(outcome, BlockOutcome)
        assert (outcome.status, outcome.retryable) == ("failed", True)
        assert f"refused these recipients: {B} (450 4.2.1 Try later)" in str(outcome.failure_reason)
        assert f"it has reached {A}, {C}" in str(outcome.failure_reason)
        assert server.got == {A: 1, C: 1, SENDER: 1}
    outcome = attempt(desk)
    assert isinstance(outcome, BlockOutcome)
    assert outcome.output == {"success": True}
    assert server.got == {A: 1, B: 1, C: 1, SENDER: 1}
    attempt(desk)
    assert server.got == {A: 1, B: 1, C: 1, SENDER: 1}


def test_who_is_refused_is_in_the_answer_and_the_block_fails(desk: Desk, server: Choosy) -> None:
    server.replies = {B: ["550 5.1.1 Unknown"]}
    outcome = attempt(desk)
    assert isinstance(outcome, BlockOutcome)
    assert (outcome.status, outcome.retryable) == ("failed", False)
    assert outcome.output["success"] is False
    assert outcome.output["refused"] == {B: "550 5.1.1 Unknown"}
    # Its mailbox is there by now, and the run is resumed.
    outcome = attempt(desk)
    assert isinstance(outcome, BlockOutcome)
    assert outcome.completed
    assert server.got == {A: 1, B: 1, C: 1, SENDER: 1}


def test_a_definition_may_put_up_with_a_refusal(desk: Desk, server: Choosy) -> None:
    server.replies = {B: ["550 5.1.1 Unknown"]}
    outcome = attempt(desk, refused_recipients="ignore")
    assert isinstance(outcome, BlockOutcome)
    assert outcome.completed
    assert outcome.output == {"success": True, "refused": {B: "550 5.1.1 Unknown"}}


def test_after_an_unclear_end_it_is_sent_once_more_and_said_so(desk: Desk, server: Choosy) -> None:
    server.hangs_up = 1
    error = attempt(desk)
    assert isinstance(error, BlockError)
    assert error.retryable
    assert "unclear whether it has arrived, and it is sent once more" in str(error)
    outcome = attempt(desk)
    assert isinstance(outcome, BlockOutcome)
    assert outcome.output == {
        "success": True, "note": f"may have arrived twice at {A}, {B}, {C}"
    }  # fmt: skip
    assert server.got == {A: 2, B: 2, C: 2, SENDER: 2}


def test_after_two_unclear_ends_it_is_not_sent_again(desk: Desk, server: Choosy) -> None:
    server.hangs_up = 5
    attempt(desk)
    for _ in range(3):
        error = attempt(desk)
        assert isinstance(error, BlockError)
        assert not error.retryable
        assert f"unclear whether the e-mail has reached {A}, {B}, {C}" in str(error)
    assert server.got == {A: 2, B: 2, C: 2, SENDER: 2}


def test_a_process_that_ended_over_it_counts_as_an_unclear_end(desk: Desk, server: Choosy) -> None:
    server.replies = {B: ["450 4.2.1 Try later"]}
    attempt(desk)
    (key,) = [key for key in desk.store.keys("runs") if "/progress/" in key]
    kept = MailProgress.model_validate_json(desk.store.read(key))
    kept.begun([B]).keep(desk.store, key)
    server.hangs_up = 1
    error = attempt(desk)
    assert isinstance(error, BlockError)
    assert "unclear whether the e-mail has reached b@x.example" in str(error)
    attempt(desk)
    assert server.got == {A: 1, B: 1, C: 1, SENDER: 1}
