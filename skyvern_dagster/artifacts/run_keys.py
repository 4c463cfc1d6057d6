"""Where everything of a run lies in the artifact store: the one place that spells its keys.

The layout::

    runs/<run>/workflow.yaml            the definition that it runs
    runs/<run>/run.json                 its parameters and when it began
    runs/<run>/request.json             what was asked for over REST
    runs/<run>/ending.json              how its last attempt ended
    runs/<run>/children/<block>.json    runs that it has started
    runs/<run>/finally/<attempt>.json   who carries out its finally block, once it was canceled
    runs/<run>/retries/<attempt>.json   that another attempt was made after this one
    runs/<run>/secrets                  its encrypted secrets
    runs/<run>/removed.json             what was removed, and when
    runs/<run>/webhooks.json            how its endings were reported
    runs/<run>/blocks/<block>.json      how each block ended
    runs/<run>/stopped/<loop>.json      loops that go no further
    runs/<run>/scopes/<digest>.json     what all iterations of a loop begin with
    runs/<run>/questions/<block>.json   what people were asked
    runs/<run>/replies/<block>.json     what they said
    runs/<run>/email/<block>.json       messages that were sent
    runs/<run>/appended/<block>.json    how long a sheet was before rows were added
    runs/<run>/browser_states/<id>.json what blocks hand on
    runs/<run>/downloads/<block>/...    files
    runs/<run>/tasks/<block>/<task>/... what the agent saw and did

``<block>`` is a block key: a label, or ``<label>/<iteration>`` in a loop.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

_LEAST_PARTS = 5
"""``runs/<run>/<folder>/<block>/<file>``."""
_FILE_OF_STEP = 3
"""``steps/<order>/<file>``, below the block's folder."""

RUNS = "runs"
"""The folder of all runs."""

_RECORD = ".json"
_TASK_ID = "tsk_"

Shown = Literal["downloads", "tasks"]
"""The folders of a run whose files people may open; the others are records."""

SHOWN: tuple[Shown, ...] = ("downloads", "tasks")


@dataclass(frozen=True)
class RunKeys:
    """The keys of one run.

    Attributes:
        run_id: ``wr_...``, or ``tsk_...`` for a task by itself.
    """

    run_id: str

    @property
    def folder(self) -> str:
        """What all its keys begin with."""
        return f"{RUNS}/{self.run_id}"

    @property
    def definition(self) -> str:
        """The YAML text of the workflow."""
        return f"{self.folder}/workflow.yaml"

    @property
    def info(self) -> str:
        """What is known about the run from its beginning; a run that has none hasn't begun."""
        return f"{self.folder}/run.json"

    @property
    def request(self) -> str:
        """What was asked for over REST."""
        return f"{self.folder}/request.json"

    @property
    def ending(self) -> str:
        """How the run's last attempt ended."""
        return f"{self.folder}/ending.json"

    def finally_claim(self, attempt: str) -> str:
        """Says that somebody carries out the ``finally`` block of an attempt that was canceled."""
        return f"{self.folder}/finally/{attempt}.json"

    def retry_claim(self, attempt: str) -> str:
        """Says that somebody makes the attempt that follows one that has ended."""
        return f"{self.folder}/retries/{attempt}.json"

    def child(self, block_key: str) -> str:
        """The run that a block has started."""
        return f"{self.folder}/children/{block_key}.json"

    @property
    def secrets(self) -> str:
        """The secrets that came with the request, encrypted."""
        return f"{self.folder}/secrets"

    @property
    def removed(self) -> str:
        """What was removed of the run; it stays when everything else has gone."""
        return f"{self.folder}/removed.json"

    @property
    def webhooks(self) -> str:
        """How the run's endings were reported."""
        return f"{self.folder}/webhooks.json"

    def record(self, block_key: str) -> str:
        """How a block (of an iteration) ended."""
        return f"{self.folder}/blocks/{block_key}{_RECORD}"

    def iterations(self, label: str) -> str:
        """The folder of a block's records, one per iteration."""
        return f"{self.folder}/blocks/{label}"

    def block_key(self, record: str) -> str | None:
        """The block key that a key of :meth:`record` is made of; ``None`` for any other key."""
        start = f"{self.folder}/blocks/"
        if not (record.startswith(start) and record.endswith(_RECORD)):
            return None
        return record.removeprefix(start).removesuffix(_RECORD)

    def stopped(self, loop_key: str) -> str:
        """The note that a loop goes no further."""
        return f"{self.folder}/stopped/{loop_key}.json"

    def scope(self, digest: str) -> str:
        """What all iterations of a loop begin with."""
        return f"{self.folder}/scopes/{digest}.json"

    @property
    def questions(self) -> str:
        """The folder of what people were asked."""
        return f"{self.folder}/questions"

    def question(self, block_key: str) -> str:
        """What a block asks people."""
        return f"{self.questions}/{block_key}.json"

    def reply(self, block_key: str) -> str:
        """What a person said to that."""
        return f"{self.folder}/replies/{block_key}.json"

    def appended(self, block: str) -> str:
        """How long a sheet was before a block began to add rows."""
        return f"{self.folder}/appended/{block}{_RECORD}"

    def email(self, block_key: str) -> str:
        """The mark of a message; without its suffix, what is claimed while it is being sent."""
        return f"{self.folder}/email/{block_key}"

    def browser_state(self, state_id: str) -> str:
        """A browser state that a block has handed on."""
        return f"{self.folder}/browser_states/{state_id}.json"

    @property
    def starting_state(self) -> str:
        """The browser state that the run begins with, where it doesn't begin with a clean one."""
        return self.browser_state("start")

    def shown(self, folder: Shown) -> str:
        """A folder whose files people may open."""
        return f"{self.folder}/{folder}"

    def download(self, block_key: str, filename: str) -> str:
        """A file that a block has downloaded."""
        return f"{self.shown('downloads')}/{block_key}/{filename}"

    def task(self, block_key: str, task_id: str) -> TaskKeys:
        """What one attempt at a task has left."""
        return TaskKeys(f"{self.shown('tasks')}/{block_key}/{task_id}")


@dataclass(frozen=True)
class TaskKeys:
    """The keys of one attempt at a task.

    Attributes:
        folder: What they all begin with.
    """

    folder: str

    @property
    def trace(self) -> str:
        """Playwright's trace of the task, an archive."""
        return f"{self.folder}/trace.zip"

    @property
    def console(self) -> str:
        """What pages wrote to their console."""
        return f"{self.folder}/console.log"

    @property
    def har(self) -> str:
        """What pages requested."""
        return f"{self.folder}/session.har"

    @property
    def recording(self) -> str:
        """The task's video; the name ends as its format does."""
        return f"{self.folder}/recording.webm"

    @property
    def task_id(self) -> str:
        """The task whose folder it is: ``tsk_...``."""
        return self.folder.rpartition("/")[2]

    @property
    def steps(self) -> str:
        """The folder of its steps."""
        return f"{self.folder}/steps"

    def step(self, order: int) -> StepKeys:
        """What one step has left, by its zero-based order."""
        return StepKeys(f"{self.steps}/{order:03d}")


@dataclass(frozen=True)
class StepKeys:
    """The keys of one step of a task.

    Attributes:
        folder: What they all begin with.
    """

    folder: str

    @classmethod
    def beside(cls, key: str) -> StepKeys:
        """The keys of the step that an artifact belongs to."""
        return cls(key.rpartition("/")[0])

    @property
    def screenshot(self) -> str:
        """The page as the step left it (JPEG)."""
        return f"{self.folder}/screenshot.jpg"

    @property
    def observation(self) -> str:
        """What was seen: address and title, an empty line, the page's text."""
        return f"{self.folder}/observation.txt"

    @property
    def summary(self) -> str:
        """What was decided and done."""
        return f"{self.folder}/step.json"


@dataclass(frozen=True)
class ShownFile:
    """The parts of the key of a file that people may open.

    Attributes:
        block_key: The block (and iteration) that it is from.
        task_id: The task, in ``tasks``.
        within: The path below the block's or the task's folder.
    """

    run_id: str
    folder: Shown
    block_key: str
    task_id: str | None
    within: tuple[str, ...]

    @property
    def step(self) -> int | None:
        """Zero-based order of the step that it belongs to, if it does."""
        is_of_step = len(self.within) >= _FILE_OF_STEP and self.within[0] == "steps"
        return int(self.within[1]) if is_of_step and self.within[1].isdecimal() else None

    @classmethod
    def of(cls, key: str) -> ShownFile | None:
        """What a key of the store says; ``None`` for records and other inner things."""
        parts = PurePosixPath(key).parts
        if len(parts) < _LEAST_PARTS or parts[0] != RUNS or ".." in parts:
            return None
        _, run_id, folder, *rest = parts
        if folder == "downloads":
            return cls(run_id, "downloads", "/".join(rest[:-1]), None, tuple(rest[-1:]))
        at = next((index for index, part in enumerate(rest) if part.startswith(_TASK_ID)), None)
        if folder != "tasks" or at is None or at + 1 == len(rest):
            return None
        return cls(run_id, "tasks", "/".join(rest[:at]), rest[at], tuple(rest[at + 1 :]))


def short_key(key: str) -> str:
    """A run's key without what they all begin with."""
    return key.removeprefix(f"{RUNS}/")


def full_key(short: str) -> str:
    """The key that :func:`short_key` has shortened."""
    return f"{RUNS}/{short}"


def traces_in(keys: Iterator[str]) -> Iterator[tuple[ShownFile, str]]:
    """Of keys of a run's tasks those of traces, with their parts."""
    for key in keys:
        parts = ShownFile.of(key)
        if parts is not None and parts.within == ("trace.zip",):
            yield parts, key
