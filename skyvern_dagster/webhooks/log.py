"""What is kept of a run's webhooks: a message for each ending, with its attempts."""

from __future__ import annotations

import hashlib
from datetime import datetime

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from skyvern_dagster.artifacts.run_keys import RunKeys
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.errors import ArtifactError


class Attempt(BaseModel):
    """One attempt to deliver a message.

    Attributes:
        at: When it was begun, naive UTC.
        status_code: ``None`` when there was no answer.
        error: What went wrong, where there was no answer.
    """

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    at: datetime
    status_code: int | None = None
    latency_ms: int = 0
    error: str | None = None


class WebhookMessage(BaseModel):
    """A webhook about one ending of one attempt at a run.

    Attributes:
        message_id: The same at every attempt, so that a receiver takes it once.
        dagster_run_id: The Dagster run that ended so.
        ending: Skyvern's status.
        next_attempt_at: Not before; ``None`` once it is closed.
    """

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    message_id: str = Field(validation_alias=AliasChoices("message_id", "letter_id"))
    dagster_run_id: str
    ending: str
    created_at: datetime
    attempts: tuple[Attempt, ...] = ()
    next_attempt_at: datetime | None = None
    delivered_at: datetime | None = None
    given_up_at: datetime | None = None

    @property
    def is_closed(self) -> bool:
        """Whether nothing more is to be done."""
        return self.delivered_at is not None or self.given_up_at is not None

    def is_due(self, now: datetime) -> bool:
        """Whether an attempt is to be made."""
        waits = self.next_attempt_at is not None and self.next_attempt_at > now
        return not self.is_closed and not waits


class WebhookLog(BaseModel):
    """All messages of a run, in the order in which its attempts ended."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    messages: tuple[WebhookMessage, ...] = Field(
        default=(), validation_alias=AliasChoices("messages", "letters")
    )

    def of(self, dagster_run_id: str) -> WebhookMessage | None:
        """The message about one Dagster run, if it was begun."""
        messages = (each for each in self.messages if each.dagster_run_id == dagster_run_id)
        return next(messages, None)

    def with_message(self, message: WebhookMessage) -> WebhookLog:
        """With this message, new or instead of the one with its id."""
        others = [each.message_id for each in self.messages]
        if message.message_id not in others:
            return WebhookLog(messages=(*self.messages, message))
        return WebhookLog(
            messages=tuple(
                message if each.message_id == message.message_id else each for each in self.messages
            )
        )


def message_id(run_id: str, dagster_run_id: str, ending: str) -> str:
    """The idempotency key of one ending: the same on every process and after every crash."""
    parts = "\x1f".join((run_id, dagster_run_id, ending))
    return hashlib.sha256(parts.encode()).hexdigest()[:32]


def read_webhook_log(store: ArtifactStore, run_id: str) -> WebhookLog:
    """The messages of a run.

    Raises:
        ArtifactError: They are damaged.
    """
    key = RunKeys(run_id).webhooks
    if not store.exists(key):
        return WebhookLog()
    try:
        return WebhookLog.model_validate_json(store.read(key))
    except ValidationError as error:
        raise ArtifactError(f"the delivery log {key!r} is damaged: {error}") from error


def keep_webhook_log(store: ArtifactStore, run_id: str, messages: WebhookLog) -> None:
    """Keeps the messages of a run."""
    store.write(RunKeys(run_id).webhooks, messages.model_dump_json(indent=2).encode())
