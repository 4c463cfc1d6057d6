"""Receivers that don't answer hold up nobody else's webhooks."""

from __future__ import annotations

from skyvern_dagster.webhooks.settings import WebhookSettings
from tests.runs.mailroom import SETTINGS, Mailroom
from tests.webhooks.receiver import Receiver, receiver, slow

IMPATIENT = WebhookSettings(policy=SETTINGS.policy, timeout=1.5)


def test_a_silent_receiver_does_not_hold_up_others(mailroom: Mailroom, hook: Receiver) -> None:
    with receiver() as silent:
        silent.then = slow(4)
        stuck = [mailroom.run(silent.url()) for _ in range(3)]
        fine = [mailroom.run(hook.url()) for _ in range(2)]
        outbox = mailroom.outbox(IMPATIENT)
        outbox.deliver_due(mailroom.now, patience=2.0)
        assert [mailroom.tag(run) for run in fine] == ["delivered", "delivered"]
        more = mailroom.run(hook.url())
        for _ in range(5):  # all the while the silent one is waited for
            outbox.deliver_due(mailroom.now, patience=0.3)
        assert mailroom.tag(more) == "delivered"
        outbox.close()
    assert len(silent.received) == 1, "one wait is enough for a pass"
    assert {mailroom.tag(run) for run in stuck} == {"pending"}


def test_many_letters_for_one_receiver_do_not_hide_others(
    mailroom: Mailroom, hook: Receiver
) -> None:
    with receiver() as silent:
        silent.then = slow(4)
        for _ in range(3):
            mailroom.run(silent.url())
        run = mailroom.run(hook.url())
        outbox = mailroom.outbox(IMPATIENT, batch=2)

        outbox.deliver_due(mailroom.now, patience=0.2)
        assert mailroom.tag(run) == "pending"
        for _ in range(6):
            outbox.deliver_due(mailroom.now, patience=0.4)
        assert mailroom.tag(run) == "delivered"
        outbox.close()
