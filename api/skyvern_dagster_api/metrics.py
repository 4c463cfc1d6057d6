"""What Prometheus reads at ``/metrics``."""

from __future__ import annotations

import dagster as dg
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from skyvern_dagster.execution import tags
from skyvern_dagster.runs.status import UNFINISHED


class Metrics:
    """The numbers of one process; those of runs are asked from the instance when they are read."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "skyvern_api_requests", "Requests.", ["method", "route", "status"],
            registry=self._registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "skyvern_api_request_seconds", "Seconds to an answer.", ["method", "route"],
            registry=self._registry,
        )  # fmt: skip
        self._webhooks = Counter(
            "skyvern_webhook_attempts", "Attempts to deliver a webhook.", ["result"],
            registry=self._registry,
        )  # fmt: skip
        self._runs = Gauge(
            "skyvern_runs_unfinished", "Runs that wait or go on.", ["status"],
            registry=self._registry,
        )  # fmt: skip
        self._pending = Gauge(
            "skyvern_webhooks_pending", "Runs whose webhook isn't delivered yet, or not due.",
            registry=self._registry,
        )  # fmt: skip

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts a request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def webhook(self, result: str, count: int) -> None:
        """Counts attempts to deliver."""
        self._webhooks.labels(result).inc(count)

    def text(self, instance: dg.DagsterInstance) -> bytes:
        """The exposition, with the instance's numbers of now."""
        for status in UNFINISHED:
            filters = dg.RunsFilter(statuses=[status])
            self._runs.labels(status.value.lower()).set(instance.get_runs_count(filters))
        pending = dg.RunsFilter(tags={tags.WEBHOOK: "pending"})
        self._pending.set(instance.get_runs_count(pending))
        return generate_latest(self._registry)
