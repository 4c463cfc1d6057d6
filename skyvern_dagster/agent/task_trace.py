"""Playwright's trace of one task: recorded while it goes on, cleaned and kept afterwards."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from skyvern_dagster.agent.recording_queue import RecordingQueue
from skyvern_dagster.agent.step_artifacts import StepArtifacts
from skyvern_dagster.browser.session import BrowserSession

Log = Callable[[str], None]


async def keep_trace(
    session: BrowserSession, recorder: StepArtifacts, queue: RecordingQueue, log: Log
) -> str | None:
    """Ends the trace; has it kept without secrets, and gives the artifact key at which it will be.

    Raises:
        BrowserError: Playwright can't write it.
    """
    # Of its own: it outlives the task, and nobody else may read it before it is cleaned.
    folder = Path(tempfile.mkdtemp(prefix="skyvern-trace-"))
    path = folder / "trace.zip"

    def write() -> None:
        try:
            recorder.trace(path)
        except OSError as error:
            log(f"no trace: {error}")
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    try:
        await session.stop_trace(path)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    if not path.exists():
        shutil.rmtree(folder, ignore_errors=True)
        return None
    queue.add(write)
    return recorder.trace_key
