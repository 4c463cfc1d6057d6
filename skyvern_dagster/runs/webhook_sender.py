"""The webhook of one run: the message about its ending, one attempt, and what is noted of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import dagster as dg

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.compiler.dagster_internals import (
    WILL_RETRY_TAG,
    add_run_tags,
    report_note,
    run_ids,
)
from skyvern_dagster.errors import OutgoingError, RunError, SkyvernDagsterError
from skyvern_dagster.execution import tags
from skyvern_dagster.execution.run_info import read_run
from skyvern_dagster.organizations.api_keys import ApiKeys
from skyvern_dagster.organizations.signing import signing_key
from skyvern_dagster.process.clock import utc_now
from skyvern_dagster.runs.attempts import next_attempt
from skyvern_dagster.runs.recipient import Recipient, recipient_of
from skyvern_dagster.runs.status import ENDED, FINAL, run_status
from skyvern_dagster.webhooks.delivery import Delivery, deliver
from skyvern_dagster.webhooks.log import (
    Attempt,
    WebhookLog,
    WebhookMessage,
    keep_webhook_log,
    message_id,
    read_webhook_log,
)
from skyvern_dagster.webhooks.settings import WebhookSettings
from skyvern_dagster.webhooks.signature import IDEMPOTENCY_HEADER, signed_headers

BodyOf = Callable[[dg.DagsterRun], bytes]
"""The body of a run's webhook: what ``GET`` answers for it.

Raises:
    RunError: There is no answer yet, or none can be made.
"""

State = Literal["delivered", "failed", "none", "waiting"]


@dataclass(frozen=True)
class SendProgress:
    """What became of a run's webhook in one pass.

    Attributes:
        state: What the run's tag says from now on; ``waiting`` when it is pending as before.
        delivery: The attempt, if one was made.
        next_attempt_at: When it waits for a time.
        is_silent: Whether the receiver gave no answer, so that others for it would wait as long.
    """

    state: State
    delivery: Delivery | None = None
    next_attempt_at: datetime | None = None
    is_silent: bool = False


@dataclass(frozen=True)
class SentWebhook:
    """One webhook as it was sent by hand.

    Attributes:
        url: Where to.
        headers: As sent, signatures included.
    """

    delivery: Delivery
    url: str
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class WebhookSender:
    """Delivers the messages of single runs; whoever calls sees to it that nobody else does.

    Attributes:
        body_of: Makes the body of each attempt anew, so that its links are fresh.
    """

    instance: dg.DagsterInstance
    store: ArtifactStore
    keys: ApiKeys
    settings: WebhookSettings
    body_of: BodyOf

    def advance(self, run_id: str, now: datetime) -> SendProgress:
        """Makes the next attempt for a Dagster run, if one is due.

        Raises:
            ArtifactError: What is kept of the run can't be read.
        """
        run = self.instance.get_run_by_id(run_id)
        if run is None or run.tags.get(tags.WEBHOOK) != "pending":
            return SendProgress("none")
        ending = run_status(run)
        if ending not in FINAL:
            return SendProgress("waiting")
        recipient = recipient_of(self.store, run)
        if recipient.url is None or not self._is_reported(run, ending):
            return self._closed(run, "none")
        waits = self._waits_for_retry(run)
        if waits is not None:
            return waits
        messages = read_webhook_log(self.store, _skyvern_id(run))
        message = messages.of(run.run_id) or _new_message(run, ending, now)
        if message.is_closed:  # the process ended between the message and the tag
            return self._closed(run, "delivered" if message.delivered_at else "failed")
        if not message.is_due(now):
            return SendProgress("waiting", next_attempt_at=message.next_attempt_at)
        if self._is_preceded(run):
            return SendProgress("waiting")
        return self._attempted(run, recipient, messages, message, now)

    def send_again(self, run: dg.DagsterRun, url: str | None = None) -> SentWebhook:
        """Sends a run's webhook at once, once, whatever has been delivered before.

        Args:
            run: Has ended.
            url: Another address than the run's own.

        Raises:
            RunError: It has not ended, or it has no address.
            OutgoingError: There is no key to sign with.
        """
        ending = run_status(run)
        recipient = recipient_of(self.store, run)
        if ending not in FINAL:
            raise RunError(f"the run is {ending}: its webhook is sent when it has ended")
        if url is not None:
            recipient = replace(recipient, url=url)
        if recipient.url is None:
            raise RunError("the run has no webhook_callback_url: give an address to send it to")
        now = utc_now()
        messages = read_webhook_log(self.store, _skyvern_id(run))
        message = messages.of(run.run_id) or _new_message(run, ending, now)
        sent = self._send(run, recipient, message)
        self._note(run, recipient, sent.delivery, len(message.attempts) + 1, None)
        if url is None:
            message = self._after_sending_again(run, message, sent.delivery, now)
            keep_webhook_log(self.store, _skyvern_id(run), messages.with_message(message))
        return sent

    def _after_sending_again(
        self, run: dg.DagsterRun, message: WebhookMessage, delivery: Delivery, now: datetime
    ) -> WebhookMessage:
        after = _with_attempt(message, delivery, now)
        if message.delivered_at is not None:
            return after
        if delivery.ok:
            self._closed(run, "delivered")
            return after.model_copy(
                update={"delivered_at": now, "given_up_at": None, "next_attempt_at": None}
            )
        if run.tags.get(tags.WEBHOOK) != "pending":
            return after.model_copy(update={"given_up_at": now, "next_attempt_at": None})
        return after

    def _attempted(
        self,
        run: dg.DagsterRun,
        recipient: Recipient,
        messages: WebhookLog,
        message: WebhookMessage,
        now: datetime,
    ) -> SendProgress:
        is_silent = False
        try:
            delivery = self._send(run, recipient, message).delivery
            is_silent = delivery.status_code is None and not delivery.is_final
        except SkyvernDagsterError as error:  # no key, no answer: a person can put it right
            delivery = Delivery(error=str(error))
        message = _with_attempt(message, delivery, now)
        again = None
        if delivery.ok:
            message = message.model_copy(update={"delivered_at": now, "next_attempt_at": None})
        else:
            first_at = message.attempts[0].at
            again = self.settings.retries.next_attempt(
                delivery, attempts=len(message.attempts), first_at=first_at, now=now
            )
            given_up = now if again is None else None
            message = message.model_copy(update={"next_attempt_at": again, "given_up_at": given_up})
        keep_webhook_log(self.store, _skyvern_id(run), messages.with_message(message))
        self._note(run, recipient, delivery, len(message.attempts), again)
        if not message.is_closed:
            return SendProgress("waiting", delivery, again, is_silent)
        return self._closed(run, "delivered" if delivery.ok else "failed", delivery)

    def _send(
        self, run: dg.DagsterRun, recipient: Recipient, message: WebhookMessage
    ) -> SentWebhook:
        body = self.body_of(run)
        key = signing_key(self.keys, recipient.organization_id, recipient.api_key_id)
        signed = signed_headers(key, body, timestamp=int(time.time()), default=self.settings.scheme)
        headers = {
            "content-type": "application/json",
            IDEMPOTENCY_HEADER: message.message_id,
            **signed,
        }
        url, settings = recipient.url or "", self.settings
        delivery = deliver(url, body, headers, settings.policy, settings.timeout)
        return SentWebhook(delivery, url, body, headers)

    def _is_preceded(self, run: dg.DagsterRun) -> bool:
        """Whether an earlier ending of the same Skyvern run has yet to be delivered."""
        wanted = {tags.WORKFLOW_RUN_ID: _skyvern_id(run), tags.WEBHOOK: "pending"}
        pending = run_ids(self.instance, dg.RunsFilter(statuses=ENDED, tags=wanted))
        return run.run_id in pending[1:]

    def _waits_for_retry(self, run: dg.DagsterRun) -> SendProgress | None:
        """Where the definition wants to tell of the last attempt only, no other one is told of."""
        state = run.tags.get(tags.RETRY)
        if state not in ("pending", "retried"):
            return None
        if state == "retried":
            workflow, _ = read_run(self.store, _skyvern_id(run))
            policy = workflow.definition.workflow_definition.retry_policy
            is_told = policy is None or policy.webhook_on_retry == "every_attempt"
            return None if is_told else self._closed(run, "none")
        record = self.instance.get_run_record_by_id(run.run_id)
        following = None if record is None else next_attempt(self.instance, self.store, record)
        if following is None or following.tells_each:
            return None
        return SendProgress("waiting", next_attempt_at=following.due)

    def _is_reported(self, run: dg.DagsterRun, ending: str) -> bool:
        if run.tags.get(WILL_RETRY_TAG) == "true" and ending != "completed":
            return False  # Dagster goes on with it: that ending will be reported
        return ending != "canceled" or self.settings.send_canceled

    def _closed(
        self,
        run: dg.DagsterRun,
        state: Literal["delivered", "failed", "none"],
        delivery: Delivery | None = None,
    ) -> SendProgress:
        add_run_tags(self.instance, run.run_id, {tags.WEBHOOK: state})
        return SendProgress(state, delivery)

    def _note(
        self,
        run: dg.DagsterRun,
        recipient: Recipient,
        delivery: Delivery,
        number: int,
        again: datetime | None,
    ) -> None:
        """Writes an attempt into the run's event log; of the address no more than the host."""
        try:
            origin = self.settings.policy.check(recipient.url or "").origin
        except OutgoingError:
            origin = "its address"
        said = str(delivery.status_code) if delivery.status_code else (delivery.error or "nothing")
        told = "delivered to" if delivery.ok else "not delivered to"
        then = f"; next attempt at {again:%Y-%m-%d %H:%M:%S} UTC" if again else ""
        message = f"webhook {told} {origin}: {said} after {delivery.latency_ms} ms{then}"
        details = {"attempt": str(number), "answer": said, "latency_ms": str(delivery.latency_ms)}
        report_note(self.instance, run, message, details)


def _skyvern_id(run: dg.DagsterRun) -> str:
    return run.tags[tags.WORKFLOW_RUN_ID]


def _new_message(run: dg.DagsterRun, ending: str, now: datetime) -> WebhookMessage:
    return WebhookMessage(
        message_id=message_id(_skyvern_id(run), run.run_id, ending),
        dagster_run_id=run.run_id,
        ending=ending,
        created_at=now,
    )


def _with_attempt(message: WebhookMessage, delivery: Delivery, now: datetime) -> WebhookMessage:
    attempt = Attempt(
        at=now,
        status_code=delivery.status_code,
        latency_ms=delivery.latency_ms,
        error=delivery.error,
    )
    return message.model_copy(update={"attempts": (*message.attempts, attempt)})
