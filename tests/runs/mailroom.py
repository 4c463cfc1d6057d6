"""Runs that have ended and want to be reported, without what a real run needs to get there."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg

from skyvern_dagster.artifacts.default_store import default_store
from skyvern_dagster.artifacts.run_request import RunRequest, keep_request
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.compiler.dagster_internals import add_run_tags
from skyvern_dagster.execution import tags
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID, new_id
from skyvern_dagster.organizations.api_keys import ApiKey, ApiKeys
from skyvern_dagster.organizations.server_secret import ServerSecret
from skyvern_dagster.runs.outbox import Outbox
from skyvern_dagster.runs.status import run_status
from skyvern_dagster.runs.webhook_sender import BodyOf
from skyvern_dagster.webhooks.address import AddressPolicy
from skyvern_dagster.webhooks.log import WebhookMessage, read_webhook_log
from skyvern_dagster.webhooks.schedule import RetrySchedule
from skyvern_dagster.webhooks.settings import WebhookSettings
from tests.office import QUIET
from tests.runs.ended import ended

SECRET = ServerSecret("a secret of the tests, which is long enough")
SETTINGS = WebhookSettings(
    policy=AddressPolicy(allow_private=True), retries=RetrySchedule(jitter=lambda: 1.0), timeout=5.0
)
START = datetime.fromisoformat("2026-05-01T12:00:00")


@dataclass
class Mailroom:
    """An instance with runs, and the outbox that reports them.

    Attributes:
        now: The outbox's clock.
    """

    instance: dg.DagsterInstance
    home: Path
    now: datetime = START
    store: ArtifactStore = field(default_factory=default_store)

    def __post_init__(self) -> None:
        self.keys = ApiKeys(self.store, SECRET)
        self.token, self.key = self.keys.create(DEFAULT_ORGANIZATION_ID, "tests")

    def outbox(
        self,
        settings: WebhookSettings = SETTINGS,
        body_of: BodyOf | None = None,
        *,
        batch: int = 500,
    ) -> Outbox:
        """One as a process of its own would have it."""
        return Outbox(
            self.instance,
            self.store,
            self.keys,
            settings,
            body_of or body,
            locks=self.home / "locks",
            batch=batch,
        )

    def run(
        self,
        url: str | None,
        ending: str = "completed",
        *,
        run_id: str = "",
        key: ApiKey | None = None,
    ) -> dg.DagsterRun:
        """A Dagster run that has ended so, of a new Skyvern run or of a given one."""
        run_id = run_id or new_id("wr")
        keep_request(
            self.store,
            RunRequest(
                run_id=run_id,
                kind="workflow_run",
                organization_id=(key or self.key).organization_id,
                api_key_id=(key or self.key).key_id,
                created_at=START.isoformat(),
                webhook_callback_url=url,
            ),
        )
        result = ended.execute_in_process(
            instance=self.instance,
            run_config=QUIET,
            tags={tags.WORKFLOW_RUN_ID: run_id, tags.WEBHOOK: "pending", "ending": ending},
            raise_on_error=False,
        )
        if ending not in ("completed", "canceled"):
            said = {tags.STATUS: ending, tags.ATTEMPT: result.run_id}
            add_run_tags(self.instance, result.run_id, said)
        run = self.instance.get_run_by_id(result.run_id)
        assert run is not None
        if ending == "canceled":
            self.instance.report_run_canceled(run)
        return self.again(run)

    def again(self, run: dg.DagsterRun) -> dg.DagsterRun:
        """The run as it is now."""
        found = self.instance.get_run_by_id(run.run_id)
        assert found is not None
        return found

    def tag(self, run: dg.DagsterRun) -> str | None:
        return self.again(run).tags.get(tags.WEBHOOK)

    def message(self, run: dg.DagsterRun) -> WebhookMessage:
        found = read_webhook_log(self.store, run.tags[tags.WORKFLOW_RUN_ID]).of(run.run_id)
        assert found is not None
        return found

    def later(self, **time: float) -> datetime:
        """Moves the clock on."""
        self.now += timedelta(**time)
        return self.now

    def notes(self, run: dg.DagsterRun) -> list[str]:
        """What the run's event log says of its webhook."""
        logs = self.instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ENGINE_EVENT)
        messages = [each.dagster_event.message or "" for each in logs if each.dagster_event]
        return [each for each in messages if each.startswith("webhook ")]


def body(run: dg.DagsterRun) -> bytes:
    """A short answer."""
    told = {"workflow_run_id": run.tags[tags.WORKFLOW_RUN_ID], "status": run_status(run)}
    return json.dumps({**told, "dagster_run_id": run.run_id}).encode()


def pass_until(
    outbox: Outbox, mailroom: Mailroom, done: Callable[[], bool], passes: int = 60
) -> None:
    """Lets the outbox's time go on, second by second."""
    for _ in range(passes):
        outbox.deliver_due(mailroom.now)
        if done():
            return
        mailroom.later(seconds=1)
    raise AssertionError(f"not within {passes} passes")
