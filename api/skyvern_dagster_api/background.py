"""What the shim does without being asked: webhooks, and runs that nobody else would end."""

from __future__ import annotations

import logging
import threading
import time

from skyvern_dagster.errors import SkyvernDagsterError
from skyvern_dagster.runs.continuing import continue_overdue
from skyvern_dagster.runs.finishing import finish_canceled
from skyvern_dagster.runs.reconcile import reconcile
from skyvern_dagster.runs.retrying import retry_due
from skyvern_dagster_api.metrics import Metrics
from skyvern_dagster_api.shim import Shim

_log = logging.getLogger("skyvern_dagster_api")

_PATIENCE_SECONDS = 2.0
"""Between two passes at most, so that runs whose process is gone are noticed soon; slower
receivers go on meanwhile. Arbitrary: a prompt receiver answers within it."""

_LOOK_SECONDS = 1.0
"""Between two looks at runs that nobody else would end, seven queries each: of one that was killed,
a person learns within seconds, and a server with nothing to do mostly sleeps."""


class Background:
    """A thread that looks after webhooks; several shims side by side share the work.

    Args:
        parts: The shim.
        metrics: Counts attempts.
    """

    def __init__(self, parts: Shim, metrics: Metrics) -> None:
        self._parts = parts
        self._metrics = metrics
        self._look_at = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)

    def start(self) -> None:
        """Begins, unless the settings leave it to others."""
        if self._parts.settings.webhook_seconds:
            self._thread.start()

    def stop(self) -> None:
        """Ends after what is being sent."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(15)

    def _run(self) -> None:
        while not self._stopping.wait(self._parts.settings.webhook_seconds):
            try:
                self._pass()
            except SkyvernDagsterError as error:
                _log.error("webhooks: %s", error)
            except Exception:  # noqa: BLE001 - the boundary of webhook delivery
                _log.exception("webhooks: unexpected; going on")

    def _pass(self) -> None:
        if time.monotonic() >= self._look_at:
            self._look_after_runs()
            self._look_at = time.monotonic() + _LOOK_SECONDS
        report = self._parts.outbox.deliver_due(patience=_PATIENCE_SECONDS)
        self._metrics.webhook("delivered", report.delivered)
        self._metrics.webhook("failed", report.attempts - report.delivered)

    def _look_after_runs(self) -> None:
        reconcile(self._parts.instance)
        finish_canceled(self._parts.instance, self._parts.store)
        continue_overdue(self._parts.instance, self._parts.store, self._parts.deployment)
        retry_due(self._parts.instance, self._parts.store, self._parts.deployment)
