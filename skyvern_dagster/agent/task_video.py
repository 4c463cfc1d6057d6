"""The video of one task: frames while it goes on, a file once there is time to make one."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from skyvern_dagster.agent.recording_queue import RecordingQueue
from skyvern_dagster.agent.step_artifacts import StepArtifacts
from skyvern_dagster.browser.screencast import Frame, Screencast
from skyvern_dagster.browser.session import BrowserSession
from skyvern_dagster.browser.video import encode, find_ffmpeg

Log = Callable[[str], None]


class TaskVideo:
    """Films a session until it is finished; begin with :meth:`start`."""

    def __init__(
        self, cast: Screencast, folder: Path, size: tuple[int, int], ffmpeg: str, log: Log
    ) -> None:
        self._cast = cast
        self._folder = folder
        self._size = size
        self._ffmpeg = ffmpeg
        self._log = log

    @classmethod
    async def start(cls, session: BrowserSession, log: Log) -> TaskVideo | None:
        """Begins to film; ``None`` where no ffmpeg is there to make a video with."""
        ffmpeg = find_ffmpeg()
        if ffmpeg is None:
            log("no video: there is no ffmpeg (pip install 'skyvern-dagster[video]')")
            return None
        # Of its own: it outlives the task.
        folder = Path(tempfile.mkdtemp(prefix="skyvern-video-"))
        cast = session.screencast(folder / "frames")
        await cast.start()
        size = (session.options.width, session.options.height)
        return cls(cast, folder, size, ffmpeg, log)

    async def finish(self, recorder: StepArtifacts, queue: RecordingQueue) -> str | None:
        """Ends; has the video made, and gives the artifact key at which it will be."""
        frames = await self._cast.stop()
        if not frames:
            self._log("no video: the page showed nothing")
            shutil.rmtree(self._folder, ignore_errors=True)
            return None
        queue.add(lambda: self._make(frames, recorder))
        return recorder.recording_key

    def _make(self, frames: list[Frame], recorder: StepArtifacts) -> None:
        path = self._folder / "recording.webm"
        try:
            problem = encode(frames, path, self._size, self._ffmpeg)
            if problem is None:
                recorder.video(path)
            else:
                self._log(f"no video: {problem}")
        except OSError as error:
            self._log(f"no video: {error}")
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)
