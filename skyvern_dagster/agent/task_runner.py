"""The task runner: gives each task its browser session and hands the state on to the next.

A live session is a cache of the browser state that the block before left: where it is still here,
it is used; where it is gone (another process, a re-execution), the state is restored into a new
context.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from skyvern_dagster.agent.executor import ActionExecutor
from skyvern_dagster.agent.file_requests import FileRequests
from skyvern_dagster.agent.guard import Guard
from skyvern_dagster.agent.known_files import KnownFile, KnownFiles
from skyvern_dagster.agent.learner import learner_of
from skyvern_dagster.agent.loop import AgentLoop
from skyvern_dagster.agent.planner import Planner
from skyvern_dagster.agent.portal_turns import PortalTurns
from skyvern_dagster.agent.recording_queue import RecordingQueue
from skyvern_dagster.agent.request_guard import RequestGuard
from skyvern_dagster.agent.run_costs import RunCosts
from skyvern_dagster.agent.step_artifacts import StepArtifacts
from skyvern_dagster.agent.task import HandOn, TaskRequest, TaskResult
from skyvern_dagster.agent.task_attempt import TaskAttempt
from skyvern_dagster.agent.task_ending import Ending
from skyvern_dagster.agent.task_files import store_files
from skyvern_dagster.agent.task_headers import revealed_headers
from skyvern_dagster.agent.task_recording import TaskRecording
from skyvern_dagster.agent.uploads import Uploads
from skyvern_dagster.artifacts.disk_space import require_space
from skyvern_dagster.artifacts.files import StoredFile
from skyvern_dagster.artifacts.run_keys import RunKeys
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.browser.download_limits import DownloadLimits
from skyvern_dagster.browser.navigation import goto
from skyvern_dagster.browser.network import NetworkPolicy
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.browser.session import BrowserSession, SessionOptions
from skyvern_dagster.browser.session_pool import SessionPool
from skyvern_dagster.browser.state import BrowserState
from skyvern_dagster.credentials.vault import SecretVault
from skyvern_dagster.errors import (
    BrowserBrokenError,
    BrowserError,
    NavigationError,
    NetworkPolicyError,
    PageTooLargeError,
)
from skyvern_dagster.ids import new_id

_LAST_STEP_SECONDS = 5.0
"""For the step under way when a task's time is up: a page that answers is done with it by then."""
Log = Callable[[str], None]


class TaskRunner:
    """Runs tasks on browser sessions of one process.

    Args:
        runtime: The browser.
        store: Where states and artifacts lie.
        policy: Which addresses pages may open.
        downloads: How much is downloaded.
    """

    def __init__(
        self,
        runtime: BrowserRuntime,
        store: ArtifactStore,
        policy: NetworkPolicy = NetworkPolicy(),  # noqa: B008 - frozen
        downloads: DownloadLimits = DownloadLimits(),  # noqa: B008 - frozen
    ) -> None:
        self._runtime = runtime
        self._options = SessionOptions(policy=policy, downloads=downloads)
        self._store = store
        self._costs = RunCosts(store)
        self._pool = SessionPool(runtime)
        self._turns = PortalTurns()
        requests = FileRequests(runtime, store, self._options)
        self._known_files = KnownFiles(runtime, store, requests)
        self.recordings = RecordingQueue()

    @property
    def policy(self) -> NetworkPolicy:
        """Which addresses pages may open, and blocks without a browser as well."""
        return self._options.policy

    def run_task(
        self,
        request: TaskRequest,
        *,
        planner: Planner,
        vault: SecretVault,
        state: str | None,
        fork: bool,
        hand_on: HandOn,
        log: Log,
    ) -> TaskResult:
        """Carries out one attempt at a task; what went wrong in the browser is in the result.

        Args:
            state: Artifact key of the state to begin from.
            fork: Begin from the state in a context of its own, even if the session is live.
            hand_on: What a completed task leaves for later ones.

        Raises:
            BrowserBrokenError: There is no browser on this machine, or it doesn't start.
            StorageError: The store or the disk can't be used.
        """
        require_space(Path(tempfile.gettempdir()), "files that are being downloaded")
        folder = Path(tempfile.mkdtemp(prefix="skyvern-task-"))
        live = self._pool.take(state) if state is not None and not fork else None
        try:
            attempt = TaskAttempt(request, planner, vault, state, live, hand_on, log, folder)
            result, kept = self._runtime.run(self._task(attempt))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if kept is not None and result.state is not None:
            self._pool.put(result.state, kept)
        return result

    def close(self) -> None:
        """Closes every live session and the browser, and has the last recordings written."""
        self._known_files.close()
        self._pool.close_all()
        self._runtime.close()
        self.recordings.finish()

    async def _task(self, attempt: TaskAttempt) -> tuple[TaskResult, BrowserSession | None]:
        known = self._known_files.of(attempt)
        work = partial(self._in_browser, known=known)
        if known is None:
            return await self._turns.carried_out(attempt, work)
        try:
            result = await known.result()
            return (result, None) if result else await self._turns.carried_out(attempt, work)
        finally:
            known.leave()

    async def _in_browser(
        self, attempt: TaskAttempt, *, known: KnownFile | None
    ) -> tuple[TaskResult, BrowserSession | None]:
        request, vault, log = attempt.request, attempt.vault, attempt.log
        started = time.monotonic()
        session = attempt.live or await self._restored(
            attempt.state, attempt.folder, request.time_zone
        )
        session.downloads.folder = attempt.folder
        opened = time.monotonic() - started
        for text in session.hidden:  # typed by a task before this one; a page may show it again
            vault.redactor.add(text)
        recorder = StepArtifacts(self._store, vault.redactor, request, log)
        kept: BrowserSession | None = None
        try:
            recording = TaskRecording(
                self._runtime, self.recordings, session, request, recorder, log
            )
            await recording.start()
            loop, ending = await self._run(request, session, attempt.planner, vault, recorder, log)
            if ending.status != "completed":
                ending = await self._unless_broken(session, ending)
            if ending.infrastructure and loop.sent.possible:
                ending = _not_begun_anew(ending)
            loop.time.seconds["open"] = opened
            learning = asyncio.ensure_future(_learnt(known, loop, ending))
            try:
                video, trace = await recording.stop(completed=ending.status == "completed")
            finally:
                await learning
            turned_away = (
                ending.status != "completed"
                and not loop.sent.possible
                and attempt.state is not None
                and await session.is_turned_away()
            )
            if turned_away and known is not None:
                known.turned_away()
            files = store_files(self._store, request, loop.collected.downloads)
            handed_on = None
            if attempt.hand_on != "nothing" and ending.status == "completed":
                handed_on, ending = await self._handed_on(session, request, ending)
                kept = session if attempt.hand_on == "session" and handed_on is not None else None
            result = _result(loop, ending, recorder, files, trace, handed_on)
            return replace(result, recording=video, turned_away=turned_away), kept
        finally:
            if kept is None:
                await session.close()

    async def _handed_on(
        self, session: BrowserSession, request: TaskRequest, ending: Ending
    ) -> tuple[str | None, Ending]:
        """The browser state for later blocks: without it a completed task is of no use to them."""
        try:
            return await self._runtime.translated(self._hand_on(session, request)), ending
        except BrowserError as error:
            return None, Ending("failed", f"the browser broke: {error}", infrastructure=True)

    async def _run(
        self,
        request: TaskRequest,
        session: BrowserSession,
        planner: Planner,
        vault: SecretVault,
        recorder: StepArtifacts,
        log: Log,
    ) -> tuple[AgentLoop, Ending]:
        home_url = request.url or session.resume_url or session.page.url
        uploads = Uploads(request.uploads, session.downloads.folder / "uploads")
        requests = RequestGuard.of(home_url, request.goal, vault)
        requests.holds_secret = bool(session.hidden)
        requests.headers = revealed_headers(request.headers, home_url, vault, log)
        session.har.hide(request.headers)
        await session.obey(requests)
        session.downloads.takes_programs = requests.takes_programs
        hands = ActionExecutor(
            session,
            vault,
            home_url=home_url,
            goal=request.goal,
            codes=request.codes,
            uploads=uploads,
            requests=requests,
        )
        guard = Guard(request.goal, requests)
        learner = learner_of(planner)
        loop = AgentLoop(
            request, session, planner, hands, recorder, log, guard, learner, self._costs
        )
        try:
            ending, was_planned = await self._in_time(loop, session, request, log)
            if learner is not None and was_planned:
                line = await asyncio.to_thread(
                    learner.finish, completed=ending.status == "completed"
                )
                if line is not None:
                    log(line)
            return loop, ending
        except NetworkPolicyError as error:
            return loop, Ending("failed", str(error), retryable=False)
        except NavigationError as error:
            return loop, Ending("failed", str(error))
        except BrowserBrokenError as error:
            return loop, Ending("failed", f"the browser broke: {error}", infrastructure=True)
        except PageTooLargeError as error:
            return loop, Ending("failed", str(error), retryable=False)
        except BrowserError as error:
            return loop, Ending("failed", f"the browser broke: {error}")

    async def _in_time(
        self, loop: AgentLoop, session: BrowserSession, request: TaskRequest, log: Log
    ) -> tuple[Ending, bool]:
        """Begins and carries out, for as long as the task may take: no page can make it longer.

        Returns:
            How it ended, and whether it came to planning.
        """
        limit = asyncio.timeout(request.max_seconds + _LAST_STEP_SECONDS)
        try:
            async with limit:
                given = await self._opened(loop, session, request, log)
                if given is not None:
                    return given, False
                if request.work is not None:
                    return await self._runtime.translated(loop.work(request.work)), False
                # Until the first plan says what it wants, no page is asked to lead anywhere.
                loop.guard.requests.guarded = True
                await session.obey(loop.guard.requests)
                began_at = session.page.url
                ending = await self._runtime.translated(loop.run())
                if request.comes_back and ending.status == "completed":
                    await self._come_back(session, began_at, log)
                return ending, True
        except TimeoutError:
            if not limit.expired():
                raise
            return loop.out_of_time(), True

    async def _opened(
        self, loop: AgentLoop, session: BrowserSession, request: TaskRequest, log: Log
    ) -> Ending | None:
        """Opens the task's address, or goes back to where the handed-on state was.

        Returns:
            The ending, where the task ends with that: nothing opens, or its file has come.
        """
        address = request.url
        if address is None and not session.page.url.startswith("http"):
            address = session.resume_url
        if not address:  # a first block that opens a page by itself
            return None
        log(f"open {address}")
        result = await self._runtime.translated(loop.time.on("act", goto(session, address)))
        if not result.ok:
            return Ending("failed", result.error or result.message)
        return await loop.opened(result)

    async def _come_back(self, session: BrowserSession, began_at: str, log: Log) -> None:
        if not began_at.startswith("http") or session.page.url == began_at:
            return
        log(f"back to {began_at}")
        await self._runtime.translated(goto(session, began_at))

    async def _unless_broken(self, session: BrowserSession, ending: Ending) -> Ending:
        """Without a browser, what a task came to says nothing about the task."""
        try:
            await session.require_working()
        except BrowserBrokenError as error:
            reason = f"the browser broke: {error} ({ending.reason})"
            return Ending("failed", reason, infrastructure=True)
        except PageTooLargeError as error:
            return Ending("failed", str(error), retryable=False)
        return ending

    async def _restored(self, state: str | None, folder: Path, time_zone: str) -> BrowserSession:
        given = None
        if state is not None:
            given = BrowserState.model_validate_json(self._store.read(state))
        options = self._options
        if time_zone:
            options = replace(options, extra=(*options.extra, ("timezone_id", time_zone)))
        return await BrowserSession.open(
            self._runtime, state=given, downloads_dir=folder, options=options
        )

    async def _hand_on(self, session: BrowserSession, request: TaskRequest) -> str:
        key = RunKeys(request.workflow_run_id).browser_state(new_id("a"))
        self._store.write(key, (await session.state()).model_dump_json().encode())
        return key


async def _learnt(known: KnownFile | None, loop: AgentLoop, ending: Ending) -> None:
    """Looks where files are, while the page's recording ends: other iterations wait for it."""
    if known is not None and ending.status == "completed":
        await known.learn(loop.collected.downloads, loop.collected.file_addresses)


def _not_begun_anew(ending: Ending) -> Ending:
    """A person has to look first whether the portal has taken what was filled in."""
    why = "what was filled in before may have been sent: look at the portal, then resume the run"
    return replace(ending, reason=f"{ending.reason}; {why}", retryable=False)


def _result(
    loop: AgentLoop,
    ending: Ending,
    recorder: StepArtifacts,
    files: tuple[StoredFile, ...],
    trace: str | None,
    state: str | None,
) -> TaskResult:
    return TaskResult(
        status=ending.status,
        extracted_information=loop.collected.extracted if ending.status == "completed" else None,
        failure_reason=ending.reason,
        errors=tuple(error.as_dict() for error in ending.errors),
        retryable=ending.retryable,
        infrastructure=ending.infrastructure,
        files=files,
        steps=tuple(loop.steps),
        screenshot=recorder.last_screenshot,
        trace=trace,
        state=state,
        details={
            "steps": len(loop.steps),
            **{f"seconds_{name}": round(spent, 3) for name, spent in loop.time.seconds.items()},
        },
    )
