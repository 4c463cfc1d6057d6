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
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlsplit

from skyvern_dagster.agent.file_proof import FileProver
from skyvern_dagster.agent.learner import learner_of
from skyvern_dagster.agent.request_guard import RequestGuard
from skyvern_dagster.agent.step import StepSummary
from skyvern_dagster.agent.step_artifacts import StepArtifacts
from skyvern_dagster.agent.task import TaskRequest, TaskResult
from skyvern_dagster.agent.task_attempt import TaskAttempt
from skyvern_dagster.agent.task_files import store_files
from skyvern_dagster.agent.task_headers import revealed_headers
from skyvern_dagster.agent.variables import Variables, used_in
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
    ArtifactError,
    HttpStatusError,
    NavigationError,
    NetworkPolicyError,
)
from skyvern_dagster.ids import new_id
from skyvern_dagster.reading.amounts import find_amounts, number_value
from skyvern_dagster.reading.dates import find_dates
from skyvern_dagster.reading.file_text import file_text
from skyvern_dagster.reading.identifiers import mentions_identifier, same_identifier
from skyvern_dagster.reading.words import fold

PLANNER = "request"
"""What a step says in the place of its planner where nothing had to be planned."""

_MOST_TRIES = 2
"""Iterations that are waited for, one after the other, to see whether addresses follow from items.
The first one may be of an item that has no file; where two don't show it, it isn't so."""

_MOST_DOUBTS = 3
"""In a row, after which the address is taken to be another one now: each costs a request."""

_PATIENCE_SECONDS = 30.0
"""For which an iteration waits for the one that goes first. One in a browser takes two to ten
seconds; where it takes longer, going side by side is worth more."""

_ALIKE = 0.5
"""Of the words of two files together, what both must have. Invoices of one shop share their labels,
the seller and the buyer (0.7 to 0.95 on those of the demo); an error page, a reminder or a delivery
note shares names with them, and little else."""

_TOO_MANY_REQUESTS = 429
_ANY_DAY = date(2000, 1, 1)
_VARIABLE = re.compile(r"\{\{ [\w.]+ \}\}")


@dataclass(frozen=True)
class FilePattern:
    """How the file of an item is fetched.

    Attributes:
        address: With ``{{ variables }}`` of the item.
        content_type: Of the file.
        words: What it says, names and numbers left out.
        seen_in: The iteration that showed it.
        values: What that iteration knew about its item.
    """

    address: str
    content_type: str
    words: frozenset[str]
    seen_in: str
    values: Mapping[str, str]


@dataclass
class _Known:
    """What is known of one block in one run."""

    pattern: FilePattern | None = None
    tries: int = 0
    doubts: int = 0
    going_first: asyncio.Future[None] | None = None


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
        address = self._address(pattern) if pattern else None
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
            pattern = self._pattern(address)
            file = await self._asked(address) if pattern else None
            if pattern is None or not isinstance(file, DownloadedFile):
                continue
            words = await asyncio.to_thread(self._same_words, file, downloads[0])
            if words is not None:
                seen_in = f"iteration {self._attempt.request.iteration}"
                values = _variables(self._attempt.request).values
                self._known.pattern = FilePattern(
                    pattern, file.content_type, words, seen_in, values
                )
                self._attempt.log(f"{pattern} gives the same file: later iterations ask for theirs")
                return

    def leave(self) -> None:
        """Lets the others go on; call it however the task has ended."""
        if self._goes_first is None:
            return
        self._known.tries += 1
        self._known.going_first = None
        self._goes_first.set_result(None)
        self._goes_first = None

    async def _turn(self) -> None:
        """Waits for an iteration that goes first; afterwards, this one may be it."""
        until = time.monotonic() + _PATIENCE_SECONDS
        known = self._known
        while known.pattern is None and known.tries < _MOST_TRIES:
            if known.going_first is None:
                self._goes_first = known.going_first = asyncio.get_running_loop().create_future()
                return
            left = until - time.monotonic()
            if left <= 0:
                return
            await asyncio.wait({known.going_first}, timeout=left)

    def _address(self, pattern: FilePattern) -> str | None:
        """Where this item's file should be; ``None`` where it lacks a value."""
        try:
            return _variables(self._attempt.request).fill(pattern.address)
        except LookupError:
            return None

    async def _fetched(self, address: str, pattern: FilePattern) -> DownloadedFile | str:
        """The item's file, or why there is a doubt."""
        file = await self._asked(address)
        if isinstance(file, Exception):
            return self._doubted(str(file), file)
        words = await asyncio.to_thread(self._words, file)
        if words is None:
            return self._doubted(f"{file.filename} doesn't name {self._prover.item.identifier}")
        if file.content_type != pattern.content_type or _likeness(words, pattern.words) < _ALIKE:
            return self._doubted(f"{file.filename} isn't like the one of {pattern.seen_in}")
        untold = await asyncio.to_thread(self._untold, file, pattern)
        if untold is not None:
            return self._doubted(f"{file.filename} says nothing about {untold}")
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
        is_refused = isinstance(error, HttpStatusError) and error.status == _TOO_MANY_REQUESTS
        if is_refused or known.doubts >= _MOST_DOUBTS:
            known.pattern, known.tries = None, _MOST_TRIES
        return why

    def _pattern(self, address: str) -> str | None:
        """The address with the item's number as a variable, if it has it."""
        if not address.startswith(("http://", "https://")):
            return None
        variables = _variables(self._attempt.request)
        lifted = variables.lift(address)
        wanted = self._prover.item.identifier
        names = used_in(lifted)
        is_of_item = any(same_identifier(variables.values[name], wanted) for name in names)
        if not is_of_item or variables.fill(lifted) != address:
            return None
        return None if _has_other_numbers(lifted, self._home_url) else lifted

    def _untold(self, file: DownloadedFile, pattern: FilePattern) -> str | None:
        """A fact of the task that neither address nor file has, and that isn't the same for all."""
        values, text = _variables(self._attempt.request).values, _text(file)
        for name in sorted(set(values) - used_in(pattern.address)):
            value = values[name]
            if value != pattern.values.get(name) and not _tells(text, value):
                return f"{name} {value!r}"
        return None

    def _words(self, file: DownloadedFile) -> frozenset[str] | None:
        """What a file says, if its text names the item."""
        proof = self._prover.proof(file)
        return _words_of(file) if proof.verdict == "shown" and proof.in_text else None

    def _same_words(self, file: DownloadedFile, first: DownloadedFile) -> frozenset[str] | None:
        """The same, if it is the file that the browser has fetched.

        One that is made anew may differ in a time of which its text says nothing.
        """
        is_same = file.sha256 == first.sha256 or _text(file) == _text(first) != ""
        return self._words(file) if is_same and file.content_type == first.content_type else None


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


def _has_other_numbers(pattern: str, home_url: str) -> bool:
    """Whether an address has numbers that the task doesn't know.

    The newest invoice of one customer may be his seventh, and that of the next one his ninth. Those
    that the address has at which the task begins (a tenant's, a version's) are no such.
    """
    known = set(re.findall(r"[\w.-]+", home_url))
    address = urlsplit(pattern)
    parts = re.findall(r"[\w.-]+", _VARIABLE.sub("", f"{address.path}?{address.query}"))
    return any(re.search(r"\d", part) and part not in known for part in parts)


def _tells(text: str, value: str) -> bool:
    """Whether a text has a value: as it is, or as the same day or amount in other words."""
    if mentions_identifier(text, value) or fold(value) in fold(text):
        return True
    wanted = {
        day for one in find_dates(value, _ANY_DAY) for day in (one.day_first, one.month_first)
    }
    days = {day for one in find_dates(text, _ANY_DAY) for day in (one.day_first, one.month_first)}
    if wanted - {None} and wanted & days - {None}:
        return True
    amount = number_value(value)
    return amount is not None and amount in {one.value for one in find_amounts(text)}


def _variables(request: TaskRequest) -> Variables:
    place = request.place
    return Variables(
        {name: each for name, each in place.variables.items() if name not in place.incidental}
    )


def _text(file: DownloadedFile) -> str:
    try:
        return " ".join(file_text(file.path.read_bytes()).split())
    except ArtifactError:
        return ""


def _words_of(file: DownloadedFile) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W\d_]{2,}", fold(_text(file))))


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(len(one | other), 1)
