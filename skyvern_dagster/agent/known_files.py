"""Files whose addresses follow from their items: once a page has shown it, without a page.

In a loop over orders, the link to an order's invoice often has the order's number in its address.
When one iteration has fetched its file in the browser, its address is asked for once more with the
session's cookies alone. If that gives the same file, later iterations only ask: as long as what
comes is a file of the same kind that reads like the first one and names their own item in its text.
Anything else is a doubt, and the iteration goes the whole way in the browser.

What a page would have said about an item isn't seen, as it isn't when a recording is replayed: so a
block that has criteria beside its goal, or reads data, always goes to the page, and so does one for
which nothing is replayed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from skyvern_dagster.agent.file_pattern import FilePattern, lifted_address
from skyvern_dagster.agent.file_proof import FileProver
from skyvern_dagster.agent.learner import learner_of
from skyvern_dagster.agent.request_guard import RequestGuard
from skyvern_dagster.agent.step import StepSummary
from skyvern_dagster.agent.step_artifacts import StepArtifacts
from skyvern_dagster.agent.task import TaskRequest, TaskResult
from skyvern_dagster.agent.task_attempt import TaskAttempt
from skyvern_dagster.agent.task_files import store_files
from skyvern_dagster.agent.task_headers import revealed_headers
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.browser.download_folder import DownloadFolder
from skyvern_dagster.browser.fetching import fetch_from
from skyvern_dagster.browser.request_source import RequestSource, StateJar
from skyvern_dagster.browser.results import DownloadedFile
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.browser.session import SessionOptions
from skyvern_dagster.browser.state import BrowserState
from skyvern_dagster.errors import (
    ActionError,
    HttpStatusError,
    NavigationError,
    NetworkPolicyError,
)
from skyvern_dagster.ids import new_id

PLANNER = "request"
"""What a step says in the place of its planner where nothing had to be planned."""

_MOST_TRIES = 2
"""Iterations that are waited for, side by side, to see whether addresses follow from items. One may
be of an item that has no file; where two don't show it, it isn't so. Two pages at a time take a
little longer than one on two cores, and half as long as one after the other."""

_MOST_DOUBTS = 3
"""In a row, after which the address is taken to be another one now: each costs a request."""

_PATIENCE_SECONDS = 30.0
"""For which an iteration waits for the one that goes first. One in a browser takes two to ten
seconds; where it takes longer, going side by side is worth more."""


@dataclass
class _Known:
    """What is known of one block in one run."""

    pattern: FilePattern | None = None
    tries: int = 0
    doubts: int = 0
    going_first: set[asyncio.Future[None]] = field(default_factory=set)


class KnownFiles:
    """What the iterations of this process's loops have learnt; used on the browser's loop.

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
        self._blocks: dict[tuple[str, str], _Known] = {}

    def of(self, attempt: TaskAttempt) -> KnownFile | None:
        """What there is for one task; ``None`` where it asks for more than its item's file."""
        request = attempt.request
        prover = FileProver(request.goal)
        is_replayed = request.fetches_known_files and learner_of(attempt.planner) is not None
        # Whoever goes on in this session expects the page that the task ends on.
        is_alone = attempt.hand_on == "nothing" and attempt.state is not None
        if not (is_replayed and is_alone and request.url and _is_for_one_file(request, prover)):
            return None
        key = (request.workflow_run_id, request.place.block)
        known = self._blocks.setdefault(key, _Known())
        return KnownFile(known, attempt, prover, self._runtime, self._store, self._options)


@dataclass
class KnownFile:
    """One task's part in it."""

    _known: _Known
    _attempt: TaskAttempt
    _prover: FileProver
    _runtime: BrowserRuntime
    _store: ArtifactStore
    _options: SessionOptions
    _goes_first: asyncio.Future[None] | None = field(default=None, repr=False)

    async def result(self) -> TaskResult | None:
        """The task's result, where a request gives its file; ``None`` where a page has to.

        Waits while another iteration finds out where files are. Call :meth:`leave` afterwards.
        """
        await self._turn()
        pattern, started = self._known.pattern, time.monotonic()
        address = pattern.address_for(self._attempt.request) if pattern else None
        if pattern is None or address is None:
            return None
        file = await self._fetched(address, pattern)
        if isinstance(file, str):
            self._attempt.log(f"not fetched by a request alone: {file}")
            return None
        self._attempt.log(f"fetched {address}, as {pattern.seen_in} has shown")
        return self._completed(address, file, pattern, time.monotonic() - started)

    async def learn(self, downloads: Sequence[DownloadedFile], addresses: Sequence[str]) -> None:
        """Looks whether a request alone gives what this task has fetched in the browser.

        Args:
            downloads: The task's files.
            addresses: Where they may come from.
        """
        if self._known.pattern is not None or len({file.sha256 for file in downloads}) != 1:
            return
        for address in dict.fromkeys(addresses):
            lifted = lifted_address(address, self._attempt.request, self._prover)
            file = await self._asked(address) if lifted else None
            if lifted is None or not isinstance(file, DownloadedFile):
                continue
            self._known.pattern = await asyncio.to_thread(
                FilePattern.seen, lifted, self._attempt.request, self._prover, file, downloads[0]
            )
            if self._known.pattern is not None:
                self._attempt.log(f"{lifted} gives the same file: later iterations ask for theirs")
                self.leave()  # what this page still has to do is of no use to the others
                return

    def leave(self) -> None:
        """Lets the others go on; call it however the task has ended."""
        if self._goes_first is None:
            return
        self._known.going_first.discard(self._goes_first)
        self._goes_first.set_result(None)
        self._goes_first = None

    async def _turn(self) -> None:
        """Goes first, or waits for those that do, until one of them has shown where files are."""
        until = time.monotonic() + _PATIENCE_SECONDS
        known = self._known
        if known.pattern is None and known.tries < _MOST_TRIES:
            known.tries += 1
            self._goes_first = asyncio.get_running_loop().create_future()
            known.going_first.add(self._goes_first)
            return
        while known.pattern is None and known.going_first:
            left = until - time.monotonic()
            if left <= 0:
                return
            await asyncio.wait(known.going_first, timeout=left, return_when=asyncio.FIRST_COMPLETED)

    async def _fetched(self, address: str, pattern: FilePattern) -> DownloadedFile | str:
        """The item's file, or why there is a doubt."""
        file = await self._asked(address)
        if isinstance(file, Exception):
            return self._doubted(str(file), file)
        doubt = await asyncio.to_thread(pattern.doubt, file, self._attempt.request, self._prover)
        if doubt is not None:
            return self._doubted(doubt)
        self._known.doubts = 0
        return file

    async def _asked(self, address: str) -> DownloadedFile | Exception:
        """What an address gives with the cookies that each iteration begins with."""
        rules = RequestGuard.of(self._home_url, self._attempt.request.goal, self._attempt.vault)
        rules.guarded = True  # a page said where to ask
        rules.headers = self._headers()
        limits = self._options.downloads
        landing = DownloadFolder(self._attempt.folder / "known", limits)
        landing.takes_programs = rules.takes_programs
        try:
            source = await self._source()
            content = await fetch_from(source, address, rules, landing.folder, limits)
            return await landing.keep(content)
        except (ActionError, NavigationError, NetworkPolicyError) as error:
            return error

    def _headers(self) -> dict[str, str]:
        attempt = self._attempt
        headers = attempt.request.headers
        return revealed_headers(headers, self._home_url, attempt.vault, attempt.log)

    async def _source(self) -> RequestSource:
        policy = self._options.policy
        proxy = (await self._runtime.proxy_for(policy)).get("proxy", {})
        state = BrowserState.model_validate_json(self._store.read(str(self._attempt.state)))
        return RequestSource(
            self._options,
            await self._runtime.user_agent(),
            str(proxy.get("server", "")),
            self._home_url,
            StateJar(state),
        )

    @property
    def _home_url(self) -> str:
        return self._attempt.request.url or ""

    def _completed(
        self, address: str, file: DownloadedFile, pattern: FilePattern, seconds: float
    ) -> TaskResult:
        request, vault = self._attempt.request, self._attempt.vault
        recorder = StepArtifacts(self._store, vault.redactor, request, self._attempt.log)
        step = StepSummary(
            step_id=new_id("stp"),
            order=0,
            status="completed",
            planner=PLANNER,
            url=self._home_url,
            actions=(f"download {address}",),
            result=f"downloaded {file.filename}",
            seconds=round(seconds, 3),
            notes=(f"asked for without a page, as {pattern.seen_in} has shown where it is",),
        )
        summary = recorder.clean(step)
        recorder.fetched(summary)
        return TaskResult(
            status="completed",
            files=store_files(self._store, request, [file]),
            steps=(summary,),
            details={"steps": 1, "seconds_act": round(seconds, 3)},
        )

    def _doubted(self, why: str, error: Exception | None = None) -> str:
        known = self._known
        known.doubts += 1
        is_refused = (
            isinstance(error, HttpStatusError) and error.status == HTTPStatus.TOO_MANY_REQUESTS
        )
        if is_refused or known.doubts >= _MOST_DOUBTS:
            known.pattern, known.tries = None, _MOST_TRIES
        return why


def _is_for_one_file(request: TaskRequest, prover: FileProver) -> bool:
    """Whether the file of the loop's item is all that a task asks for."""
    goal = request.goal
    asks_for_more = (
        goal.data_extraction_goal
        or goal.data_schema
        or goal.complete_criterion
        or goal.terminate_criterion
        or request.work
        or request.uploads
        or prover.item.listed
    )
    is_of_item = goal.complete_on_download and prover.item.identifier and request.iteration
    return bool(is_of_item and request.place.block and not asks_for_more)
