"""What is recorded beside a task: its video, trace, console and requests.

People look at it afterwards, and it never decides about the task: a failure is a line in the log.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from skyvern_dagster.agent.recording_queue import RecordingQueue
from skyvern_dagster.agent.step_artifacts import StepArtifacts
from skyvern_dagster.agent.task import TaskRequest
from skyvern_dagster.agent.task_trace import keep_trace
from skyvern_dagster.agent.task_video import TaskVideo
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.browser.session import BrowserSession
from skyvern_dagster.errors import ArtifactError, BrowserError

T = TypeVar("T")

_AUXILIARY_SECONDS = 60.0
"""For a trace or a video to be written; a page that is too busy to answer holds a trace up."""
Log = Callable[[str], None]


@dataclass
class TaskRecording:
    """The recordings of one attempt at a task."""

    runtime: BrowserRuntime
    queue: RecordingQueue
    session: BrowserSession
    request: TaskRequest
    recorder: StepArtifacts
    log: Log
    _video: TaskVideo | None = None

    async def start(self) -> None:
        """Begins with what the task asks for."""
        if self.request.video:
            starting = TaskVideo.start(self.session, self.log)
            self._video = await self._auxiliary("video", starting)
        if self.request.trace != "off":
            tracing = self.session.start_trace(pictures=self._video is None)
            await self._auxiliary("trace", tracing)

    async def stop(self, *, completed: bool) -> tuple[str | None, str | None]:
        """Keeps what came to be.

        Args:
            completed: Whether the task did what it was asked for.

        Returns:
            Artifact keys of the video and of the trace.
        """
        self.recorder.console(self.session.console.take())
        har = self.session.har.take()
        keeps_trace = self.request.trace == "on" or (self.request.trace != "off" and not completed)
        if keeps_trace:
            self.queue.add(partial(self.recorder.har, har))
        video = None
        if self._video is not None:
            finishing = self._video.finish(self.recorder, self.queue)
            video = await self._auxiliary("video", finishing)
        if not keeps_trace:
            await self._auxiliary("trace", self.session.drop_trace())
            return video, None
        stopping = keep_trace(self.session, self.recorder, self.queue, self.log)
        return video, await self._auxiliary("trace", stopping)

    async def _auxiliary(self, what: str, work: Awaitable[T]) -> T | None:
        try:
            async with asyncio.timeout(_AUXILIARY_SECONDS):
                return await self.runtime.translated(work)
        except TimeoutError:
            self.log(f"no {what}: the page is too busy")
            return None
        except (BrowserError, ArtifactError, OSError) as error:
            self.log(f"no {what}: {error}")
            return None
