"""Webhooks of runs that have ended, against receivers in every mood."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from skyvern_dagster.errors import OutgoingError, RunError
from skyvern_dagster.ids import new_id
from skyvern_dagster.webhooks.settings import WebhookSettings
from skyvern_dagster.webhooks.signature import IDEMPOTENCY_HEADER, verify
from tests.runs.mailroom import SETTINGS, Mailroom, body, pass_until
from tests.webhooks.receiver import (
    Behaviour,
    Receiver,
    dies_before_its_answer,
    dies_in_its_answer,
    free_port,
    receiver,
    slow,
    status,
)


@pytest.mark.parametrize("ending", ["completed", "failed", "terminated", "timed_out"])
def test_an_ending_is_reported(mailroom: Mailroom, hook: Receiver, ending: str) -> None:
    run = mailroom.run(hook.url(), ending)

    report = mailroom.outbox().deliver_due()

    assert (report.pending, report.attempts, report.delivered) == (1, 1, 1)
    (got,) = hook.received
    assert json.loads(got.body)["status"] == ending
    assert got.body == body(run)
    assert verify(mailroom.token, got.body, got.headers)
    assert verify(mailroom.token, got.body, got.headers, scheme="body")
    assert got.headers[IDEMPOTENCY_HEADER] == mailroom.message(run).message_id
    assert mailroom.tag(run) == "delivered"
    assert mailroom.outbox().deliver_due().pending == 0
    assert len(hook.received) == 1
    (note,) = mailroom.notes(run)
    assert note.startswith(f"webhook delivered to http://127.0.0.1:{hook.port}: 200 after ")


@pytest.mark.parametrize(("wanted", "count"), [(False, 0), (True, 1)])
def test_canceled_is_a_setting(
    mailroom: Mailroom, hook: Receiver, wanted: bool, count: int
) -> None:
    run = mailroom.run(hook.url(), "canceled")
    settings = WebhookSettings(policy=SETTINGS.policy, send_canceled=wanted)

    mailroom.outbox(settings).deliver_due()

    assert len(hook.received) == count
    assert mailroom.tag(run) == ("delivered" if wanted else "none")


def test_no_address(mailroom: Mailroom) -> None:
    run = mailroom.run(None)
    mailroom.outbox().deliver_due()
    assert mailroom.tag(run) == "none"


def test_500_three_times_then_200(mailroom: Mailroom, hook: Receiver) -> None:
    hook.script += [status(500), status(503), status(500)]
    run = mailroom.run(hook.url())
    outbox = mailroom.outbox()

    pass_until(outbox, mailroom, lambda: mailroom.tag(run) == "delivered")

    message = mailroom.message(run)
    assert [attempt.status_code for attempt in message.attempts] == [500, 503, 500, 200]
    times = [attempt.at for attempt in message.attempts]
    waits = [(b - a).total_seconds() for a, b in pairwise(times)]
    assert waits == [1, 2, 4]
    assert len({got.headers[IDEMPOTENCY_HEADER] for got in hook.received}) == 1
    assert len(mailroom.notes(run)) == 4
    assert "next attempt at 2026-05-01 12:00:01 UTC" in mailroom.notes(run)[0]


@pytest.mark.parametrize("behave", [dies_in_its_answer, dies_before_its_answer, slow(2)])
def test_no_proper_answer(mailroom: Mailroom, hook: Receiver, behave: Behaviour) -> None:
    hook.script.append(behave)
    run = mailroom.run(hook.url())
    outbox = mailroom.outbox(WebhookSettings(policy=SETTINGS.policy, timeout=0.5))

    pass_until(outbox, mailroom, lambda: mailroom.tag(run) == "delivered")

    assert len(hook.received) == 2


def test_a_receiver_that_is_down(mailroom: Mailroom) -> None:
    port = free_port()
    run = mailroom.run(f"http://127.0.0.1:{port}/?token=hidden")
    mailroom.outbox().deliver_due(mailroom.now)
    with receiver(port=port) as hook:
        mailroom.outbox().deliver_due(mailroom.later(seconds=1))
        assert len(hook.received) == 1
    assert mailroom.tag(run) == "delivered"
    assert "hidden" not in " ".join(mailroom.notes(run))


def test_retry_after(mailroom: Mailroom, hook: Receiver) -> None:
    hook.script.append(status(429, retry_after="90"))
    run = mailroom.run(hook.url())
    outbox = mailroom.outbox()
    outbox.deliver_due(mailroom.now)
    outbox.deliver_due(mailroom.later(seconds=89))
    assert len(hook.received) == 1
    outbox.deliver_due(mailroom.later(seconds=1))
    assert mailroom.tag(run) == "delivered"


@pytest.mark.parametrize("code", [301, 400, 401, 403, 404, 410, 422])
def test_what_is_not_wanted_is_not_sent_again(
    mailroom: Mailroom, hook: Receiver, code: int
) -> None:
    hook.then = status(code)
    run = mailroom.run(hook.url())
    report = mailroom.outbox().deliver_due(mailroom.now)
    assert report.given_up == 1
    assert mailroom.tag(run) == "failed"
    mailroom.outbox().deliver_due(mailroom.later(days=1))
    assert len(hook.received) == 1


def test_a_day_of_trying(mailroom: Mailroom, hook: Receiver) -> None:
    hook.then = status(503)
    run = mailroom.run(hook.url())
    outbox = mailroom.outbox()
    while mailroom.tag(run) == "pending":
        outbox.deliver_due(mailroom.now)
        again = mailroom.message(run).next_attempt_at
        mailroom.now = again or mailroom.now
    message = mailroom.message(run)
    assert mailroom.tag(run) == "failed"
    assert (message.attempts[-1].at - message.attempts[0].at).total_seconds() >= 86400
    assert 20 < len(message.attempts) < 50


def test_a_private_address_is_not_asked(mailroom: Mailroom, hook: Receiver) -> None:
    run = mailroom.run(hook.url())
    mailroom.outbox(WebhookSettings()).deliver_due()
    assert hook.received == []
    assert mailroom.tag(run) == "failed"
    assert "private network" in mailroom.notes(run)[0]


def test_in_order_per_run(mailroom: Mailroom, hook: Receiver) -> None:
    """A run that failed and was resumed: its failure is told before its completion."""
    hook.script += [status(500), status(500)]
    run_id = new_id("wr")
    first = mailroom.run(hook.url(), "failed", run_id=run_id)
    second = mailroom.run(hook.url(), "completed", run_id=run_id)
    outbox = mailroom.outbox()

    pass_until(outbox, mailroom, lambda: mailroom.tag(second) == "delivered")

    told = [json.loads(got.body)["status"] for got in hook.received]
    assert told == ["failed", "failed", "failed", "completed"]
    ids = [got.headers[IDEMPOTENCY_HEADER] for got in hook.received]
    assert ids[:3] == [mailroom.message(first).message_id] * 3
    assert ids[3] == mailroom.message(second).message_id


def test_signed_with_the_key_of_the_request(mailroom: Mailroom, hook: Receiver) -> None:
    organization = new_id("o")
    oldest, _ = mailroom.keys.create(organization, "oldest")
    token, key = mailroom.keys.create(organization, "of the request")
    mailroom.run(hook.url(), key=key)
    mailroom.outbox().deliver_due()
    assert verify(token, hook.received[0].body, hook.received[0].headers)

    mailroom.keys.revoke(organization, key.key_id)
    mailroom.run(hook.url(), key=key)
    mailroom.outbox().deliver_due()
    assert verify(oldest, hook.received[1].body, hook.received[1].headers)


def test_without_a_key_it_waits_for_one(mailroom: Mailroom, hook: Receiver) -> None:
    mailroom.keys.revoke(mailroom.key.organization_id, mailroom.key.key_id)
    run = mailroom.run(hook.url())
    mailroom.outbox().deliver_due(mailroom.now)
    assert hook.received == []
    assert "no usable API key" in (mailroom.message(run).attempts[0].error or "")

    token, _ = mailroom.keys.create(mailroom.key.organization_id, "new")
    mailroom.outbox().deliver_due(mailroom.later(seconds=2))
    assert verify(token, hook.received[0].body, hook.received[0].headers)


def test_sent_again_by_hand(mailroom: Mailroom, hook: Receiver) -> None:
    hook.script.append(status(404, b"not here"))
    run = mailroom.run(hook.url())
    outbox = mailroom.outbox()
    outbox.deliver_due()
    assert mailroom.tag(run) == "failed"

    with receiver() as other:
        sent = outbox.send_again(mailroom.again(run), other.url())
        assert sent.delivery.ok
        assert other.received[0].body == sent.body == body(run)
    assert mailroom.tag(run) == "failed", "the run's own receiver hasn't got it"

    sent = outbox.send_again(mailroom.again(run))
    assert (sent.delivery.status_code, sent.url) == (200, hook.url())
    assert mailroom.tag(run) == "delivered"
    assert len(mailroom.message(run).attempts) == 2
    assert len({got.headers[IDEMPOTENCY_HEADER] for got in hook.received}) == 1


def test_what_cant_be_sent_by_hand(mailroom: Mailroom, hook: Receiver) -> None:
    run = mailroom.run(None)
    with pytest.raises(RunError, match="webhook_callback_url"):
        mailroom.outbox().send_again(run)
    mailroom.keys.revoke(mailroom.key.organization_id, mailroom.key.key_id)
    with pytest.raises(OutgoingError, match="no usable API key"):
        mailroom.outbox().send_again(run, hook.url())


def test_a_run_that_dagster_retries_has_not_ended_yet(mailroom: Mailroom, hook: Receiver) -> None:
    run = mailroom.run(hook.url(), "failed")
    mailroom.instance.add_run_tags(run.run_id, {"dagster/will_retry": "true"})
    mailroom.outbox().deliver_due()
    assert hook.received == []
    assert mailroom.tag(run) == "none"
