"""The browser as a Dagster resource: one Chromium per process, and its task runner."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import Field, PrivateAttr

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.blocks.context import AgentSettings
from skyvern_dagster.browser.ahead import started_ahead
from skyvern_dagster.browser.download_limits import DownloadLimits
from skyvern_dagster.browser.environment import (
    KeptTraces,
    closed_ports,
    kept_traces,
    network_policy,
    positive_number,
    switched,
    whole_number,
)
from skyvern_dagster.browser.network import NetworkPolicy
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.browser.video import find_ffmpeg
from skyvern_dagster.resources.hidden_defaults import HiddenDefaults

if TYPE_CHECKING:
    from skyvern_dagster.agent.task_runner import TaskRunner


class BrowserResource(HiddenDefaults, dg.ConfigurableResource["BrowserResource"]):
    """One Chromium per process, started at the first use and closed with the run."""

    browser: str = Field(
        default="",
        description="Path of a Chromium, or CDP URL of a running one; empty to look for one.",
    )
    headless: bool = True
    trace: bool | None = Field(
        default=None,
        description="Keep Playwright's trace, and what pages requested, of every task; left out: "
        "SKYVERN_TRACE (on, retain-on-failure or off), else yes.",
    )
    video: bool | None = Field(
        default=None,
        description="Keep a video of every task; left out: SKYVERN_VIDEO (1 or 0), else where an "
        "ffmpeg is there.",
    )
    fetch_known_files: bool | None = Field(
        default=None,
        description="In a loop, ask for an item's file without a page, once an iteration before "
        "has shown that this gives the right one; left out: SKYVERN_FETCH_KNOWN_FILES (1 or 0), "
        "else yes.",
    )
    allow_private_addresses: bool | None = Field(
        default=None,
        description="Whether pages may open hosts in private, loopback and link-local networks; "
        "left out: SKYVERN_BROWSER_ALLOW_PRIVATE (1 or 0), else yes.",
    )
    private_hosts: list[str] = Field(
        default_factory=list,
        description="Hosts that may be opened there all the same; empty: "
        "SKYVERN_BROWSER_PRIVATE_HOSTS, separated by commas.",
    )
    closed_ports: list[int] = Field(
        default_factory=list,
        description="Ports of this deployment on this machine, which no page may open; empty: "
        "SKYVERN_BROWSER_CLOSED_PORTS, separated by commas, which `serve` sets.",
    )
    max_download_bytes: int = Field(
        default=0,
        ge=0,
        description="Of one file that is downloaded; 0: SKYVERN_MAX_DOWNLOAD_BYTES, else 300 MB.",
    )
    max_downloads: int = Field(
        default=0,
        ge=0,
        description="Files that one task downloads; 0: SKYVERN_MAX_DOWNLOADS, else 1,000.",
    )
    # As :class:`~skyvern_dagster.blocks.context.AgentSettings` has it.
    max_steps_per_run: int = Field(default=25, description="Where the definition sets none.")
    max_seconds_per_task: float = Field(
        default=0,
        ge=0,
        description="Where the definition sets no time-out; 0: SKYVERN_MAX_SECONDS_PER_TASK, else "
        "600.",
    )

    _runtime: BrowserRuntime | None = PrivateAttr(default=None)
    _runners: dict[str, TaskRunner] = PrivateAttr(default_factory=dict)
    _guard: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[BrowserResource]:
        """Closes the browser at the end of the process's part of the run."""
        del context
        try:
            yield self
        finally:
            self.close()

    def task_runner(self, store: ArtifactStore) -> TaskRunner:
        """The task runner of this process."""
        # All of an agent, which loading a code location has no need of.
        from skyvern_dagster.agent.task_runner import TaskRunner

        key = str(store.base)
        with self._guard:
            if key not in self._runners:
                self._runners[key] = TaskRunner(
                    self._browser(), store, self.policy(), self.downloads()
                )
            return self._runners[key]

    def close(self) -> None:
        """Closes the browser, if it was started."""
        for runner in self._runners.values():
            runner.close()
        self._runners.clear()
        if self._runtime is not None:
            self._runtime.close()
            self._runtime = None

    def settings(self) -> AgentSettings:
        """The agent's budgets."""
        usual = AgentSettings()
        return AgentSettings(
            max_steps_per_run=self.max_steps_per_run,
            max_seconds=self.max_seconds_per_task
            or positive_number("SKYVERN_MAX_SECONDS_PER_TASK")
            or usual.max_seconds,
            trace=self._traces(),
            video=self._films(),
            fetches_known_files=switched("SKYVERN_FETCH_KNOWN_FILES", self.fetch_known_files)
            is not False,
        )

    def policy(self) -> NetworkPolicy:
        """Which addresses pages may open."""
        return network_policy(
            allow_private=self.allow_private_addresses,
            private_hosts=self.private_hosts,
            closed=self.closed_ports,
        )

    def downloads(self) -> DownloadLimits:
        """How much a task downloads."""
        usual = DownloadLimits()
        return DownloadLimits(
            most_bytes=self.max_download_bytes
            or whole_number("SKYVERN_MAX_DOWNLOAD_BYTES")
            or usual.most_bytes,
            most_files=self.max_downloads
            or whole_number("SKYVERN_MAX_DOWNLOADS")
            or usual.most_files,
        )

    def _traces(self) -> KeptTraces:
        if self.trace is not None:
            return "on" if self.trace else "off"
        return kept_traces()

    def _films(self) -> bool:
        asked = switched("SKYVERN_VIDEO", self.video)
        return find_ffmpeg() is not None if asked is None else asked

    def new_runtime(self) -> BrowserRuntime:
        """A browser as the fields say, not started."""
        return BrowserRuntime(
            self.browser, headless=self.headless, closed_ports=closed_ports(self.closed_ports)
        )

    def _browser(self) -> BrowserRuntime:
        if self._runtime is None:
            self._runtime = started_ahead(self.new_runtime())
        return self._runtime
