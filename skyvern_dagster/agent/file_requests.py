"""A task's requests for files where there is no page."""

from __future__ import annotations

from pathlib import Path

from skyvern_dagster.agent.request_guard import RequestGuard
from skyvern_dagster.agent.task_attempt import TaskAttempt
from skyvern_dagster.agent.task_headers import revealed_headers
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.browser.download_folder import DownloadFolder
from skyvern_dagster.browser.fetching import fetch_from
from skyvern_dagster.browser.request_source import RequestSource, StateJar
from skyvern_dagster.browser.results import DownloadedFile
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.browser.session import SessionOptions
from skyvern_dagster.browser.state import BrowserState
from skyvern_dagster.errors import ActionError, NavigationError, NetworkPolicyError


class FileRequests:
    """Asks for files as the browser of a task would, under the same rules.

    Args:
        runtime: Tells what the browser calls itself.
        store: Where browser states lie.
        options: How sessions are set up.
    """

    def __init__(
        self, runtime: BrowserRuntime, store: ArtifactStore, options: SessionOptions
    ) -> None:
        self._runtime = runtime
        self._store = store
        self._options = options

    async def asked(
        self, attempt: TaskAttempt, address: str, folder: Path
    ) -> DownloadedFile | Exception:
        """What an address gives with the cookies that a task begins with.

        Args:
            attempt: The task.
            address: One that a page said.
            folder: Where the file goes.
        """
        home_url = attempt.request.url or ""
        rules = RequestGuard.of(home_url, attempt.request.goal, attempt.vault)
        rules.guarded = True  # a page said where to ask
        headers = attempt.request.headers
        rules.headers = revealed_headers(headers, home_url, attempt.vault, attempt.log)
        limits = self._options.downloads
        landing = DownloadFolder(folder, limits)
        landing.takes_programs = rules.takes_programs
        try:
            source = await self._source(attempt, home_url)
            content = await fetch_from(source, address, rules, landing.folder, limits)
            return await landing.keep(content)
        except (ActionError, NavigationError, NetworkPolicyError) as error:
            return error

    async def _source(self, attempt: TaskAttempt, home_url: str) -> RequestSource:
        policy = self._options.policy
        proxy = (await self._runtime.proxy_for(policy)).get("proxy", {})
        state = BrowserState.model_validate_json(self._store.read(str(attempt.state)))
        return RequestSource(
            self._options,
            await self._runtime.user_agent(),
            str(proxy.get("server", "")),
            home_url,
            StateJar(state),
        )
