"""What the pages of a task have given so far, and whether that is what it was asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from skyvern_dagster.addresses.url import parse_url
from skyvern_dagster.agent.extraction import merge, mismatch
from skyvern_dagster.agent.file_proof import FileProver
from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.agent.task_ending import Ending
from skyvern_dagster.agent.whole_list import missing_rest
from skyvern_dagster.browser.observation import Observation
from skyvern_dagster.browser.results import ActionResult, DownloadedFile


@dataclass
class Collected:
    """Data and files, with the proof that they are the wanted ones.

    Attributes:
        extracted: What the pages gave so far.
        downloads: Files that landed so far.
        file_addresses: What the links to them said, and where they came from in the end.
        doubts: Why files were not kept; whoever writes a step down takes them.
    """

    goal: Goal
    extracted: Any = None
    downloads: list[DownloadedFile] = field(default_factory=list)
    file_addresses: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    _prover: FileProver = field(init=False)
    _wrong_file: str = ""
    _observation: Observation | None = None

    def __post_init__(self) -> None:
        self._prover = FileProver(self.goal)

    def see(self, observation: Observation) -> None:
        """Takes a look at a page: it may say whose the files are, or how much of a list it has."""
        self._prover.see(observation)
        self._observation = observation

    def entered(self, texts: Iterable[str]) -> None:
        """Takes what was typed or chosen: a search for a record names it."""
        for text in texts:
            self._prover.entered(text)

    async def with_proven_files(self, result: ActionResult) -> ActionResult:
        """Without files of other items: whoever planned is told, and may try elsewhere."""
        result, doubts = await self._prover.checked(result)
        self.doubts += doubts
        if result.cause == "wrong_file":
            self._wrong_file = result.error
        return result

    def add_files(self, result: ActionResult, ref: str | None, observation: Observation) -> None:
        """Keeps the files that an action has given, and where they came from."""
        self.downloads += result.downloads
        if result.downloads:
            self.file_addresses += _addresses(ref, observation, result)

    def add_data(self, data: Any) -> None:
        """Keeps what was read off one more page."""
        self.extracted = merge(self.extracted, data)

    def take_doubts(self) -> list[str]:
        """Why files were not kept since this was asked for last."""
        doubts, self.doubts = self.doubts, []
        return doubts

    def has_its_file(self, result: ActionResult) -> bool:
        """Whether the task ends with these files: it named no other records beside theirs."""
        wants_file = self.goal.complete_on_download
        return wants_file and bool(result.downloads) and not self._prover.missing

    def completion(self, lacking: Collection[str]) -> Ending:
        """The ending of a task that is said to be complete: a failure where something is missing.

        Args:
            lacking: What was sent without a value that its field didn't take.
        """
        problem = self._missing_file() or _unfilled(lacking) or self._missing_data()
        return Ending("failed", problem) if problem else Ending("completed")

    def _missing_file(self) -> str:
        if self.goal.complete_on_download and not self.downloads:
            wrong = f" ({self._wrong_file})" if self._wrong_file else ""
            return f"the planner said complete, but no file was downloaded{wrong}"
        return ""

    def _missing_data(self) -> str:
        goal = self.goal
        if missing := self._prover.missing:
            return f"the planner said complete, but no file of {', '.join(missing)} has come"
        if goal.data_extraction_goal and self.extracted is None:
            return "the planner said complete, but nothing was extracted"
        if self._observation and (rest := missing_rest(goal, self.extracted, self._observation)):
            return f"the planner said complete, but {rest}"
        problem = mismatch(self.extracted, goal.data_schema) if self.extracted is not None else None
        return f"the extracted data doesn't fit data_schema: {problem}" if problem else ""


def _unfilled(lacking: Collection[str]) -> str:
    told = "; ".join(lacking)
    return f"the planner said complete, but it was sent although {told}" if told else ""


def _addresses(ref: str | None, observation: Observation, result: ActionResult) -> Iterator[str]:
    """What the link said that gave files, and where they came from in the end."""
    node = observation.find(ref) if ref else None
    linked = parse_url(node.url, observation.url) if node is not None and node.url else None
    if linked is not None:
        yield linked.href
    for file in result.downloads:
        yield file.source_url
