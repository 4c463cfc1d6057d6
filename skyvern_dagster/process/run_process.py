"""Launching a run: a process of its own, that ends when the one that launched it is gone."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from skyvern_dagster.errors import RunError
from skyvern_dagster.process.interrupt import interrupt


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
    detached: bool = False


@dataclass(frozen=True)
class RunProcess:
    """The operating system's process in which a run goes on, and the file that it prints to."""

    process: subprocess.Popen[bytes]
    log: Path

    def poll(self) -> int | None:
        """Its exit status, once it has one."""
        return self.process.poll()

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


def launch(request: LaunchRequest, home: Path) -> RunProcess:
    """Starts the run's process.

    Args:
        home: The home folder; its logs folder gets what the process prints.

    Raises:
        RunError: The process can't be started.
    """
    log = home / "logs" / f"{request.workflow_run_id}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "DAGSTER_HOME": str(home), "DAGSTER_DISABLE_TELEMETRY": "1"}
    try:
        with log.open("ab") as output:
            # A session of its own: the terminal's Ctrl-C reaches only the launcher, which cancels.
            process = subprocess.Popen(
                [sys.executable, "-m", "skyvern_dagster.runs.process"],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                start_new_session=True,
                env=environment,
            )
        if process.stdin is not None:
            process.stdin.write(json.dumps(asdict(request)).encode() + b"\n")
            process.stdin.flush()
    except OSError as error:
        raise RunError(f"the run's process can't be started: {error}") from error
    return RunProcess(process, log)
