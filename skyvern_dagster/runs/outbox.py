"""The outbox: runs that have ended and whose webhook is pending, and their delivery."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg

from skyvern_dagster.addresses.url import parse_url
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.compiler.dagster_internals import run_ids
from skyvern_dagster.errors import SkyvernDagsterError
from skyvern_dagster.execution import tags
from skyvern_dagster.organizations.api_keys import ApiKeys
from skyvern_dagster.process.clock import utc_now
from skyvern_dagster.runs.named_locks import NamedLocks
from skyvern_dagster.runs.recipient import recipient_of
from skyvern_dagster.runs.status import ENDED
from skyvern_dagster.runs.webhook_sender import BodyOf, SendProgress, SentWebhook, WebhookSender
from skyvern_dagster.webhooks.settings import WebhookSettings

_log = logging.getLogger(__name__)

_PENDING = dg.RunsFilter(statuses=ENDED, tags={tags.WEBHOOK: "pending"})
_SECONDS_PER_HOST = 10.0
"""After that a receiver's other messages wait for the next pass: threads are for all receivers."""

_LOST_PATIENCE = timedelta(minutes=1)
"""Until a run whose records can't be read is looked at again. Arbitrary: a store is back by
then, or nothing is lost by waiting."""


@dataclass(frozen=True)
class Report:
    """What a pass did.

    Attributes:
        attempts: Requests that were sent, or would have been if an address had been allowed.
        delivered: WebhookLog that were taken.
        given_up: WebhookLog that nobody will send again by themselves.
        pending: Runs whose webhook was pending when the pass began.
    """

    attempts: int = 0
    delivered: int = 0
    given_up: int = 0
    pending: int = 0

    def plus(self, progress: SendProgress) -> Report:
        """With what became of one run's webhook."""
        return replace(
            self,
            attempts=self.attempts + (progress.delivery is not None),
            delivered=self.delivered + (progress.state == "delivered"),
            given_up=self.given_up + (progress.state == "failed"),
        )


@dataclass
class _HostReport:
    """What became of one receiver's messages in a pass.

    Attributes:
        not_before: Dagster run id -> when to look at it again.
    """

    progress: list[SendProgress] = field(default_factory=list)
    not_before: dict[str, datetime] = field(default_factory=dict)


class Outbox:
    """Delivers webhooks: at least once, in order per run, however processes come and go.

    The runs' tags say what is pending and the store says what has been tried, so that any process
    can go on where another one stopped. Several on one machine don't send the same message.

    Args:
        instance: Where the runs are.
        store: Where their records are.
        keys: Sign the webhooks.
        settings: How they are sent.
        body_of: Makes a run's body; called in threads.
        locks: A folder on a local disk, the same for all processes of this machine.
        threads: Receivers that are served at one time.
        batch: Runs looked at in one pass.
    """

    def __init__(
        self,
        instance: dg.DagsterInstance,
        store: ArtifactStore,
        keys: ApiKeys,
        settings: WebhookSettings,
        body_of: BodyOf,
        *,
        locks: Path,
        threads: int = 16,
        batch: int = 500,
    ) -> None:
        self._instance = instance
        self._store = store
        self._sender = WebhookSender(instance, store, keys, settings, body_of)
        self._locks = NamedLocks(locks)
        self._batch = batch
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="webhooks")
        self._at_work: dict[str, Future[_HostReport]] = {}
        self._not_before: dict[str, datetime] = {}
        self._hosts: dict[str, str] = {}

    def deliver_due(self, now: datetime | None = None, *, patience: float | None = None) -> Report:
        """One pass over what is due.

        Args:
            now: Naive UTC; the clock's by default.
            patience: Seconds to wait for slow receivers; what is still going on then is counted in
                a later pass, and doesn't keep one from serving the others. For ever by default.
        """
        moment = now or utc_now()
        pending = run_ids(self._instance, _PENDING)
        self._forget_all_but(set(pending))
        for host, runs in self._due(pending, moment).items():
            if host not in self._at_work:
                self._at_work[host] = self._pool.submit(self._send_in_order, runs, moment)
        wait(self._at_work.values(), timeout=patience)
        return self._collected(Report(pending=len(pending)))

    def send_again(self, run: dg.DagsterRun, url: str | None = None) -> SentWebhook:
        """Sends a run's webhook at once, once; see :meth:`WebhookSender.send_again`."""
        with self._locks.held(_lock_name(run), wait=True):
            return self._sender.send_again(run, url)

    def close(self) -> None:
        """Waits for what is being sent and stops."""
        self._pool.shutdown(cancel_futures=True)

    def _due(self, pending: list[str], now: datetime) -> dict[str, list[dg.DagsterRun]]:
        """Runs whose turn it may be, oldest first, by receiver; without receivers at work."""
        due = [
            each
            for each in pending
            if self._not_before.get(each, now) <= now and self._hosts.get(each) not in self._at_work
        ][: self._batch]
        by_host: dict[str, list[dg.DagsterRun]] = defaultdict(list)
        if not due:
            return by_host
        runs = {
            run.run_id: run for run in self._instance.get_runs(filters=dg.RunsFilter(run_ids=due))
        }
        for run_id in due:
            if run_id in runs:
                by_host[self._host(runs[run_id], now)].append(runs[run_id])
        by_host.pop(_LOST, None)
        return by_host

    def _host(self, run: dg.DagsterRun, now: datetime) -> str:
        try:
            if run.run_id not in self._hosts:
                url = recipient_of(self._store, run).url or ""
                self._hosts[run.run_id] = _netloc(url)
            return self._hosts[run.run_id]
        except SkyvernDagsterError as error:
            _log.warning("the webhook of Dagster run %s can't be sent: %s", run.run_id, error)
            self._not_before[run.run_id] = now + _LOST_PATIENCE
            return _LOST

    def _send_in_order(self, runs: list[dg.DagsterRun], now: datetime) -> _HostReport:
        """One receiver's messages, in order; one that doesn't answer is left alone for a while."""
        started = time.monotonic()
        report = _HostReport()
        for number, run in enumerate(runs):
            progress = self._advance(run, now)
            report.progress.append(progress)
            if progress.next_attempt_at is not None:
                report.not_before[run.run_id] = progress.next_attempt_at
            if progress.is_silent and progress.next_attempt_at is not None:
                for later in runs[number + 1 :]:
                    report.not_before[later.run_id] = progress.next_attempt_at
                break
            if time.monotonic() - started > _SECONDS_PER_HOST:
                break
        return report

    def _advance(self, run: dg.DagsterRun, now: datetime) -> SendProgress:
        with self._locks.held(_lock_name(run)) as is_ours:
            return self._sender.advance(run.run_id, now) if is_ours else SendProgress("waiting")

    def _collected(self, report: Report) -> Report:
        for host, future in list(self._at_work.items()):
            if not future.done():
                continue
            del self._at_work[host]
            error = future.exception()
            if error is not None:
                _log.error("webhooks to %s were not sent", host or "nobody", exc_info=error)
                continue
            of_host = future.result()
            self._not_before.update(of_host.not_before)
            for progress in of_host.progress:
                report = report.plus(progress)
        return report

    def _forget_all_but(self, pending: set[str]) -> None:
        for run_id in self._not_before.keys() - pending:
            del self._not_before[run_id]
        for run_id in self._hosts.keys() - pending:
            del self._hosts[run_id]


_LOST = "\x00"


def _netloc(url: str) -> str:
    address = parse_url(url)
    return address.origin.partition("://")[2] if address is not None else ""


def _lock_name(run: dg.DagsterRun) -> str:
    return run.tags.get(tags.WORKFLOW_RUN_ID, run.run_id)
