"""Launching a run: a process of its own, that ends when the one that launched it is gone."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from skyvern_dagster.errors import RunError
from skyvern_dagster.process.forked_process import FORKING, ForkedProcess
from skyvern_dagster.process.home import home_folder, make_home
from skyvern_dagster.process.interrupt import interrupt
from skyvern_dagster.process.surroundings import Surroundings


@dataclass(frozen=True)
class LaunchRequest:
    """What the run's process is told, as JSON on its standard input.

    Attributes:
        text: The workflow definition.
        source: What messages call it.
        name: The workflow's name.
        workflow_run_id: The run's Skyvern id.
        parameters: Checked parameters.
        from_rest: Whether the definition came over REST.
        resume: Dagster run to re-execute.
        whole: Whether all of its steps are executed again, rather than from its failure on.
        stored_id: The workflow's permanent id, where the workflow store holds it.
        tags: Further tags of the run.
        needs_browser: Whether a block of it uses one, so that it may be started at once.
        detached: Whether it goes on when the process that launched it is gone.
    """

    text: str
    source: str
    name: str
    workflow_run_id: str
    parameters: dict[str, Any] = field(default_factory=dict)
    from_rest: bool = True
    resume: str | None = None
    whole: bool = False
    stored_id: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    needs_browser: bool = False
    detached: bool = False


@dataclass(frozen=True)
class RunProcess:
    """The operating system's process in which a run goes on, and the file that it prints to."""

    process: subprocess.Popen[bytes] | ForkedProcess
    log: Path

    def poll(self) -> int | None:
        """Its exit status, once it has one."""
        return self.process.poll()

    def wait(self, seconds: float) -> None:
        """Waits so long for its end."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)

    def interrupt(self) -> None:
        """Tells it to stop: the browser is closed and the run ends."""
        if self.process.poll() is None:
            interrupt(self.process.pid)

    def kill(self) -> None:
        """Ends it at once, with its browser; what it has finished stays on record."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def close(self) -> None:
        """Waits until it has ended, and frees what the system keeps of it."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process.wait()

    def last_words(self) -> str:
        """The end of what it printed, for error messages."""
        try:
            return self.log.read_text(encoding="utf-8", errors="replace")[-2000:].strip()
        except OSError:
            return ""


_Process = subprocess.Popen[bytes] | ForkedProcess


class PreparedProcess:
    """A run's process that has begun to import what it needs, and waits for its request.

    Importing Dagster and the rest takes a second or two; meanwhile the definition and parameters
    are read and checked. Leaving the ``with`` block ends it, unless it was given a run.
    """

    def __init__(self, process: _Process, log: Path) -> None:
        self._process = process
        self._log = log
        self._given = False

    @classmethod
    def start(cls) -> PreparedProcess:
        """Starts it in the home folder, whose logs folder gets what it prints.

        Raises:
            RunError: It can't be started.
        """
        return _told.pop() if _told else cls._new(_forked if FORKING.is_quicker else _started)

    @classmethod
    def start_ahead(cls) -> PreparedProcess:
        """Forks one before there is a command, with a browser.

        Whoever has the command tells it first where that was typed (:meth:`tell`).

        Raises:
            RunError: It can't be forked.
        """
        return cls._new(_forked_ahead)

    @classmethod
    def _new(cls, start: Callable[[Path, Path], _Process]) -> PreparedProcess:
        try:
            home = make_home()
            log = home / "logs" / f"prepared-{uuid.uuid4().hex}.log"
            return cls(start(home, log), log)
        except OSError as error:
            raise RunError(f"the run's process can't be started: {error}") from error

    def tell(self, surroundings: Surroundings) -> None:
        """Tells one that was started ahead where the command was typed; it is the next to start."""
        with contextlib.suppress(OSError):  # one that is gone says so when it is given its run
            self._write(surroundings.line())
            _told.append(self)

    def launch(self, request: LaunchRequest) -> RunProcess:
        """Gives it its run; once.

        Raises:
            RunError: It has ended.
        """
        log = self._log.with_name(f"{request.workflow_run_id}.log")
        try:
            self._log.rename(log)
            self._write(json.dumps(asdict(request)).encode() + b"\n")
        except OSError as error:
            raise RunError(f"the run's process can't be started: {error}") from error
        self._given = True
        return RunProcess(self._process, log)

    def _write(self, line: bytes) -> None:
        if self._process.stdin is not None:
            self._process.stdin.write(line)
            self._process.stdin.flush()

    def __enter__(self) -> PreparedProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.end_unused()

    def end_unused(self) -> None:
        """Ends it, unless it was given a run."""
        if self._given:
            return
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.kill()
        self._process.wait()
        self._log.unlink(missing_ok=True)


def _started(home: Path, log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        # A session of its own: the terminal's Ctrl-C reaches only the launcher, which cancels.
        return subprocess.Popen(
            [sys.executable, "-m", "skyvern_dagster.runs.process"],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,
            env={**os.environ, **_environment(home)},
        )


def _forked(home: Path, log: Path) -> ForkedProcess:
    def live() -> int:
        os.environ.update(_environment(home))
        return int(importlib.import_module("skyvern_dagster.runs.process").main())

    return ForkedProcess.start(live, log)


def _forked_ahead(home: Path, log: Path) -> ForkedProcess:
    def live() -> int:
        os.environ.update(_environment(home))
        return int(importlib.import_module("skyvern_dagster.runs.process").waiting_main())

    return ForkedProcess.start(live, log)


_told: list[PreparedProcess] = []
"""One that was started ahead, and knows where this process's command was typed."""


def _environment(home: Path) -> dict[str, str]:
    return {"DAGSTER_HOME": str(home), "DAGSTER_DISABLE_TELEMETRY": "1"}


@contextmanager
def prepared_process() -> Iterator[PreparedProcess | None]:
    """One that is started now, where there is a home folder; a mistyped command makes none.

    Raises:
        RunError: It can't be started.
    """
    if not home_folder().is_dir():
        yield None
        return
    with PreparedProcess.start() as started:
        yield started


def launch(request: LaunchRequest, prepared: PreparedProcess | None = None) -> RunProcess:
    """Starts the run's process, in the home folder.

    Args:
        prepared: One that was started before.

    Raises:
        RunError: The process can't be started.
    """
    if prepared is not None:
        return prepared.launch(request)
    with PreparedProcess.start() as started:
        return started.launch(request)
