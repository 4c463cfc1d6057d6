"""Files whose addresses follow from their items: once a page has shown it, without a page.

In a loop over orders, the link to an order's invoice often has the order's number in its address.
When one iteration has fetched its file in the browser, its address is asked for once more with the
session's cookies alone. If that gives the same file, later iterations only ask: as long as what
comes is a file of the same kind that reads like the first one and names their own item in its text.
Anything else is a doubt, and the iteration goes the whole way in the browser.

Where the loop goes side by side, files are asked for ahead of their iterations
(:mod:`~skyvern_dagster.agent.files_ahead`): from where this run has seen them, and before that from
where a run before this one has. What comes from there is taken once an iteration of this run has
shown the same address.

What a page would have said about an item isn't seen, as it isn't when a recording is replayed: so a
block that has criteria beside its goal, or reads data, always goes to the page, and so does one for
which nothing is replayed.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from skyvern_dagster.agent.file_pattern import FilePattern, filled, lifted_address, variables_of
from skyvern_dagster.agent.file_proof import FileProver
from skyvern_dagster.agent.file_requests import FileRequests
from skyvern_dagster.agent.files_ahead import Asked, FilesAhead
from skyvern_dagster.agent.learner import learner_of
from skyvern_dagster.agent.planner import Place
from skyvern_dagster.agent.shown_addresses import ShownAddresses
from skyvern_dagster.agent.step import StepSummary
from skyvern_dagster.agent.step_artifacts import StepArtifacts
from skyvern_dagster.agent.task import LaterIterations, TaskRequest, TaskResult
from skyvern_dagster.agent.task_attempt import TaskAttempt
from skyvern_dagster.agent.task_files import store_files
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.browser.results import DownloadedFile
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.errors import HttpStatusError, SkyvernDagsterError
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


Origin = tuple[str | None, str | None]
"""The browser state and the address with which an iteration begins."""


_SEVERAL = 2
"""Iterations that have come to one process, from which on it is known to have those that follow, or
some of them: nothing is asked for ahead by a process that carries out a single one."""


@dataclass
class _Ahead:
    """Files that are asked for ahead.

    Attributes:
        address: Where they are, with variables.
        held_back: How many fewer at a time, for as long as pages are open beside them.
    """

    address: str
    files: FilesAhead
    held_back: int = 0


@dataclass
class _Known:
    """What is known of one block in one run.

    Attributes:
        seen: Iterations that have come here: where each has a process of its own, one.
        turns_away: Whether the portal has turned away what was asked side by side.
        in_pages: What the iterations are told that have gone first.
        ahead: For iterations that begin alike; ``None`` while it is looked for.
    """

    pattern: FilePattern | None = None
    seen: int = 0
    turns_away: bool = False
    tries: int = 0
    doubts: int = 0
    going_first: set[asyncio.Future[None]] = field(default_factory=set)
    in_pages: list[Place] = field(default_factory=list)
    ahead: dict[Origin, _Ahead | None] = field(default_factory=dict)

    def end_ahead(self) -> None:
        """Asks for nothing more ahead."""
        for each in self.ahead.values():
            if each is not None:
                each.files.end()
        self.ahead.clear()


class KnownFiles:
    """What the iterations of this process's loops have learnt; used on the browser's loop.

    Args:
        runtime: Whose loop that is.
        store: Where files and what was learnt go.
        requests: Ask for files.
    """

    def __init__(
        self, runtime: BrowserRuntime, store: ArtifactStore, requests: FileRequests
    ) -> None:
        self._runtime = runtime
        self._store = store
        self._requests = requests
        self._shown = ShownAddresses(store)
        self._folder = tempfile.TemporaryDirectory(prefix="skyvern-files-")
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
        known.seen += 1
        folder = Path(self._folder.name)
        return KnownFile(known, attempt, prover, self._store, self._requests, self._shown, folder)

    def close(self) -> None:
        """Asks for nothing more; called from outside of the browser's loop."""
        if any(known.ahead for known in self._blocks.values()):
            self._runtime.run(self._end())
        self._folder.cleanup()

    async def _end(self) -> None:
        for known in self._blocks.values():
            known.end_ahead()


@dataclass
class KnownFile:
    """One task's part in it."""

    _known: _Known
    _attempt: TaskAttempt
    _prover: FileProver
    _store: ArtifactStore
    _requests: FileRequests
    _shown: ShownAddresses
    _folder: Path
    _goes_first: asyncio.Future[None] | None = field(default=None, repr=False)

    async def result(self) -> TaskResult | None:
        """The task's result, where a request gives its file; ``None`` where a page has to.

        Waits while another iteration finds out where files are. Call :meth:`leave` afterwards.
        """
        await self._guess()
        await self._turn()
        pattern, started = self._known.pattern, time.monotonic()
        address = filled(pattern.address, self._attempt.request.place) if pattern else None
        if pattern is None or address is None:
            return None
        self._ask_ahead(pattern.address)
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
            file = await self._given(address) if lifted else None
            if lifted is None or not isinstance(file, DownloadedFile):
                continue
            self._known.pattern = await asyncio.to_thread(
                FilePattern.seen, lifted, self._attempt.request, self._prover, file, downloads[0]
            )
            if self._known.pattern is not None:
                self._attempt.log(f"{lifted} gives the same file: later iterations ask for theirs")
                await asyncio.to_thread(self._shown.write, self._attempt.request, lifted)
                self.leave()  # what this page still has to do is of no use to the others
                return

    def turned_away(self) -> None:
        """The portal doesn't take what is asked side by side: nothing more is asked ahead."""
        self._known.end_ahead()
        self._known.turns_away = True

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
            known.in_pages.append(self._attempt.request.place)
            return
        while known.pattern is None and known.going_first:
            left, arrival = until - time.monotonic(), self._arrival()
            is_there = arrival is not None and arrival.done()
            if left <= 0 or (arrival and is_there and isinstance(arrival.result(), Exception)):
                return  # a page has to say what there is
            coming = {arrival} if arrival is not None and not is_there else set()
            waits = known.going_first | coming
            await asyncio.wait(waits, timeout=left, return_when=asyncio.FIRST_COMPLETED)

    async def _guess(self) -> None:
        """Asks ahead where a run before this one has seen the files, while this one looks."""
        known = self._known
        if known.pattern is not None or known.seen < _SEVERAL or self._origin in known.ahead:
            return
        known.ahead[self._origin] = None
        address = await asyncio.to_thread(self._shown.read, self._attempt.request)
        if address is not None and known.pattern is None:
            self._ask_ahead(address)

    def _ask_ahead(self, address: str) -> None:
        """Begins to ask for the files of later iterations, where nobody has."""
        known, later = self._known, self._attempt.request.later
        begun = known.ahead.get(self._origin)
        if begun is not None and begun.address == address:
            begun.files.widen(begun.held_back)
            begun.held_back = 0
            return
        if later is None or known.seen < _SEVERAL or known.turns_away:
            return
        if variables_of(self._attempt.request.place).lift(self._home_url) != self._home_url:
            return  # each begins elsewhere
        if begun is not None:
            begun.files.end()
        # What goes first needs its own once more, to compare, until that has been done.
        done = known.in_pages if known.pattern is not None else ()
        without = {filled(address, place) for place in done}
        addresses = (each for each in _addresses(address, later) if each not in without)
        # Pages and requests together are as many as the loop is wide.
        held_back = 0 if known.pattern is not None else min(_MOST_TRIES, later.width - 1)
        files = FilesAhead(self._asked, addresses, later.width - held_back, self._folder)
        known.ahead[self._origin] = _Ahead(address, files, held_back)

    @property
    def _origin(self) -> Origin:
        return self._attempt.state, self._attempt.request.url

    @property
    def _ahead(self) -> FilesAhead | None:
        begun = self._known.ahead.get(self._origin)
        return begun.files if begun is not None else None

    def _arrival(self) -> asyncio.Task[Asked] | None:
        """What is there, or on its way, where the task's own file was guessed to be."""
        begun = self._known.ahead.get(self._origin)
        address = begun and filled(begun.address, self._attempt.request.place)
        return begun.files.coming(address) if begun and address else None

    async def _fetched(self, address: str, pattern: FilePattern) -> DownloadedFile | str:
        """The item's file, or why there is a doubt."""
        file = await self._given(address)
        if isinstance(file, Exception):
            return self._doubted(str(file), file)
        doubt = await asyncio.to_thread(pattern.doubt, file, self._attempt.request, self._prover)
        if doubt is not None:
            return self._doubted(doubt)
        self._known.doubts = 0
        return file

    async def _given(self, address: str) -> Asked:
        """What an address gives; it may be there already, and goes with the attempt then."""
        folder = self._attempt.folder / "known"
        if (ahead := self._ahead) is None:
            return await self._asked(address, folder)
        file = await ahead.take(address)
        if not isinstance(file, DownloadedFile):
            return file
        folder.mkdir(exist_ok=True)
        path = shutil.move(file.path, folder)
        shutil.rmtree(file.path.parent, ignore_errors=True)
        return replace(file, path=Path(path))

    async def _asked(self, address: str, folder: Path) -> Asked:
        return await self._requests.asked(self._attempt, address, folder)

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
        is_refused = isinstance(error, HttpStatusError) and error.is_too_many
        if is_refused or known.doubts >= _MOST_DOUBTS:
            known.pattern, known.tries = None, _MOST_TRIES
            known.end_ahead()
        return why


def _addresses(address: str, later: LaterIterations) -> Iterator[str]:
    # What is wrong with a later iteration is its own to say.
    with contextlib.suppress(SkyvernDagsterError):
        for place in later.places():
            if (own := filled(address, place)) is not None:
                yield own


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
