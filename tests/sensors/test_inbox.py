"""The sensor that reads a mailbox."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import dagster as dg
import pytest

from skyvern_dagster import Inbox, build_inbox_sensor, build_job
from skyvern_dagster.errors import RunError, SecretError
from tests.compiler.definitions import given, upload, workflow
from tests.sensors.post_office import PostOffice

JOB = build_job(workflow([upload("up")], [given("number", default="none")]))
SHOP = "Billing <billing@shop.example>"


class Reader:
    """The sensor as the daemon drives it."""

    def __init__(self, office: PostOffice) -> None:
        self.office = office
        self.cursor: str | None = None

    def tick(self, **options: Any) -> list[dg.RunRequest]:
        inbox = Inbox(
            "127.0.0.1", "IMAP_USERNAME", "IMAP_PASSWORD", port=self.office.port, security="plain"
        )
        sensor = build_inbox_sensor(
            JOB, inbox, sender=r".*@shop\.example", subject="invoice .* ready", **options
        )
        with dg.build_sensor_context(cursor=self.cursor) as context:
            data = sensor.evaluate_tick(context)
        self.cursor = data.cursor or self.cursor
        return list(data.run_requests or ())


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with PostOffice() as running:
        yield running


@pytest.fixture
def reader(office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> Reader:
    monkeypatch.setenv("IMAP_USERNAME", "me")
    monkeypatch.setenv("IMAP_PASSWORD", "Quiet-Lantern-7")
    office.receive("Your invoice 1 is ready", SHOP)
    return Reader(office)


def test_new_messages_that_match_ask_for_a_run(reader: Reader, office: PostOffice) -> None:
    assert reader.tick() == []
    office.receive("Your invoice 2 is ready", SHOP)
    office.receive("Your invoice 3 is ready", "thief@shop.example.evil.test")
    office.receive("Special offer", SHOP)
    office.receive("Your invoice 4 is ready", SHOP)

    keys = [request.run_key for request in reader.tick()]

    assert keys == ["<2@shop.example>", "<5@shop.example>"]
    assert reader.tick() == []
    assert office.changed == 0


def test_the_cursor_survives_a_restart(reader: Reader, office: PostOffice) -> None:
    reader.tick()
    office.receive("Your invoice 2 is ready", SHOP)
    before = reader.cursor
    first = reader.tick()
    restarted = Reader(office)
    restarted.cursor = before

    assert [each.run_key for each in restarted.tick()] == [each.run_key for each in first]


def test_many_messages_in_several_ticks(reader: Reader, office: PostOffice) -> None:
    reader.tick()
    for number in range(2, 13):
        office.receive(f"Your invoice {number} is ready", SHOP)

    counts = [len(reader.tick(messages_per_tick=5)) for _ in range(4)]

    assert counts == [5, 5, 1, 0]


def test_a_folder_that_was_made_anew_is_read_from_its_beginning(
    reader: Reader, office: PostOffice
) -> None:
    reader.tick()
    office.validity = 2
    reader.tick()

    assert [each.run_key for each in reader.tick()] == ["<1@shop.example>"]


def test_parameters_come_out_of_the_message(reader: Reader, office: PostOffice) -> None:
    def parameters(message: EmailMessage) -> dict[str, str] | None:
        words = str(message["Subject"]).split()
        return {"number": words[2]} if "7" in words else None

    reader.tick()
    office.receive("Your invoice 6 is ready", SHOP)
    office.receive("Your invoice 7 is ready", SHOP)

    (request,) = reader.tick(parameters=parameters)

    assert request.run_config == {"ops": {"config": {"number": "7"}}}


def test_failures_say_what_to_do_and_not_the_password(
    reader: Reader, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.wrong_login = True
    with pytest.raises(RunError, match="can't be read") as caught:
        reader.tick()
    assert "Quiet-Lantern-7" not in str(caught.value)

    monkeypatch.delenv("IMAP_PASSWORD")
    with pytest.raises(SecretError, match="IMAP_PASSWORD"):
        reader.tick()
