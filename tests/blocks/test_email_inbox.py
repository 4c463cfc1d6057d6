"""Messages of a mailbox."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

import pytest

from skyvern_dagster.agent.choice import PlannerChoice
from skyvern_dagster.blocks.email_inbox import EmailInboxBlock
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.credentials.declared_secrets import SecretDeclarations
from skyvern_dagster.execution.attempt import carried_out
from skyvern_dagster.llm.loopback import ModelServer
from tests.blocks.desk import Desk
from tests.blocks.imap_server import Mailbox, imap_server


def message(subject: str, *, days: int = 0, sender: str = "Shop <shop@x.example>",
            html: str = "", files: dict[str, bytes] | None = None) -> bytes:  # fmt: skip
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, "ada@x.example", subject
    made["Date"] = format_datetime(datetime.now(UTC) - timedelta(days=days))
    made["Message-ID"] = f"<{abs(hash(subject))}@x.example>"
    if html:
        made.set_content(html, subtype="html")
    else:
        made.set_content(f"About {subject}")
    for name, content in (files or {}).items():
        made.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    return made.as_bytes(policy=made.policy.clone(linesep="\r\n"))


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    with imap_server("ada@x.example", "mailbox-pass-1") as started:
        started.folders["INBOX"] = [
            message("Old invoice", days=40),
            message("Invoice May", files={"../may.pdf": b"%PDF-1", "may.pdf": b"%PDF-2"}),
            message("Grüße", sender="Bob <bob@y.example>", html="<p>Hi<br>there &amp; you</p>"),
        ]
        started.folders["Archiv &- mehr"] = [message("In the archive")]
        yield started


@pytest.fixture
def office(desk: Desk, mailbox: Mailbox) -> Desk:
    mailbox.said.clear()
    desk.environment = {"SKYVERN_CREDENTIAL_MAIL_USERNAME": "ada@x.example",
                        "SKYVERN_CREDENTIAL_MAIL_PASSWORD": "mailbox-pass-1"}  # fmt: skip
    desk.declarations = SecretDeclarations(credentials={"mail": ()})
    login = {"username": "secret://mail/username", "password": "secret://mail/password"}
    desk.names = {"mail": login, "who": "bob@y.example"}
    return desk


def read(
    desk: Desk, mailbox: Mailbox, server: ModelServer | None = None, **fields: Any
) -> BlockOutcome:
    given = {
        "block_type": "email_inbox", "label": "m", "email_client": "imap",
        "imap_host": "127.0.0.1", "imap_port": mailbox.port, "credential_id": "mail",
    }  # fmt: skip
    choice = PlannerChoice() if server is None else PlannerChoice(model=server.settings())
    context = desk.context("m")
    context = replace(context, services=replace(context.services, planner=choice))
    return carried_out(EmailInboxBlock.model_validate({**given, **fields}), context)


def subjects(outcome: BlockOutcome) -> list[str]:
    assert outcome.failure_reason is None
    return [each["subject"] for each in outcome.output]


def test_messages_newest_first(office: Desk, mailbox: Mailbox) -> None:
    outcome = read(office, mailbox)
    assert subjects(outcome) == ["Grüße", "Invoice May", "Old invoice"]
    assert outcome.output[0]["body"] == "Hi\nthere & you"
    assert outcome.output[1]["attachments"] == ["../may.pdf", "may.pdf"]
    assert subjects(read(office, mailbox, max_results=1)) == ["Grüße"]
    assert "body" not in read(office, mailbox, include_body=False).output[0]
    # Nothing in the mailbox is changed.
    assert not any("STORE" in each or "SELECT" in each.split()[:1] for each in mailbox.said)
    assert all("PEEK" in each or "SIZE" in each for each in mailbox.said if "FETCH" in each)


def test_only_some(office: Desk, mailbox: Mailbox) -> None:
    assert subjects(read(office, mailbox, sender="{{ who }}")) == ["Grüße"]
    assert subjects(read(office, mailbox, subject="invoice")) == ["Invoice May", "Old invoice"]
    assert subjects(read(office, mailbox, subject="grüße")) == ["Grüße"]
    assert subjects(read(office, mailbox, newer_than_days=7)) == ["Grüße", "Invoice May"]
    assert any("SINCE" in each for each in mailbox.said)
    assert subjects(read(office, mailbox, folder="Archiv & mehr")) == ["In the archive"]


def test_attachments_become_downloads(office: Desk, mailbox: Mailbox) -> None:
    outcome = read(office, mailbox, subject="May", download_attachments=True)
    assert [file.filename for file in outcome.files] == ["may.pdf", "may_2.pdf"]
    assert office.store.read(outcome.files[1].key) == b"%PDF-2"


def test_a_model_chooses(office: Desk, mailbox: Mailbox) -> None:
    with ModelServer([{"answer": [2]}]) as server:
        outcome = read(office, mailbox, server, prompt="Those with an invoice of May")
        assert subjects(outcome) == ["Invoice May"]
    without = read(office, mailbox, prompt="x")
    assert "this needs a language model to choose the messages" in str(without.failure_reason)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"credential_id": None}, "credential_id: name a credential parameter"),
        ({"credential_id": "gcred_1"}, "names no credential of this workflow"),
        ({"imap_host": None}, "imap_host: the block needs the mailbox's server"),
        ({"folder": "Nowhere"}, "has no folder 'Nowhere'; it has: Archiv &- mehr, INBOX"),
        ({"imap_host": "169.254.169.254"}, "metadata service"),
        ({"imap_port": 9}, "can't be reached"),
    ],
)
def test_what_cannot_be_read(
    office: Desk, mailbox: Mailbox, fields: dict[str, Any], reason: str
) -> None:
    outcome = read(office, mailbox, **fields)
    assert outcome.status == "failed"
    assert reason in str(outcome.failure_reason)


def test_a_wrong_password(office: Desk, mailbox: Mailbox) -> None:
    office.environment["SKYVERN_CREDENTIAL_MAIL_PASSWORD"] = "wrong-pass-9"
    outcome = read(office, mailbox)
    assert "refused the login" in str(outcome.failure_reason)
    assert "wrong-pass-9" not in outcome.model_dump_json()
