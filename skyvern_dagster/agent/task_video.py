"""The video of one task: frames while it goes on, a file once there is time to make one."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

from skyvern_dagster.agent.step_artifacts import StepArtifacts
from skyvern_dagster.browser.screencast import Frame, Screencast
from skyvern_dagster.browser.session import BrowserSession
from skyvern_dagster.browser.video import encode, find_ffmpeg

Log = Callable[[str], None]

CLOSE_SECONDS = 60.0
"""How long the end of a run waits for its last videos. Encoding one takes half a second of a
processor that is free; a machine that hasn't come to it by then has better things to do."""


class VideoEncoder:
    """Makes videos one after the other, at low priority, while tasks go on.

    A task doesn't wait for its video: that takes as long as everything else in it.
    """

    def __init__(self) -> None:
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="video")
        self._waiting: list[Future[None]] = []

    def add(self, work: Callable[[], None]) -> None:
        """Puts the making of a video at the end of the queue."""
        self._waiting = [each for each in self._waiting if not each.done()]
        self._waiting.append(self._worker.submit(work))

    def finish(self, seconds: float = CLOSE_SECONDS) -> None:
        """Waits until all of them are made; gives up those for which there is no time."""
        _, late = wait(self._waiting, timeout=seconds)
        for each in late:
            each.cancel()
        self._waiting = []


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

    async def finish(self, recorder: StepArtifacts, encoder: VideoEncoder) -> str | None:
        """Ends; has the video made, and gives the artifact key at which it will be."""
        frames = await self._cast.stop()
        if not frames:
            self._log("no video: the page showed nothing")
            shutil.rmtree(self._folder, ignore_errors=True)
            return None
        encoder.add(lambda: self._make(frames, recorder))
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
