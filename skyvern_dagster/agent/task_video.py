"""The video of one task."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from skyvern_dagster.agent.step_artifacts import StepArtifacts
from skyvern_dagster.browser.screencast import Screencast
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
    async def start(cls, session: BrowserSession, folder: Path, log: Log) -> TaskVideo | None:
        """Begins to film; ``None`` where no ffmpeg is there to make a video with."""
        ffmpeg = find_ffmpeg()
        if ffmpeg is None:
            log("no video: there is no ffmpeg (pip install 'skyvern-dagster[video]')")
            return None
        cast = session.screencast(folder / "frames")
        await cast.start()
        size = (session.options.width, session.options.height)
        return cls(cast, folder, size, ffmpeg, log)

    async def finish(self, recorder: StepArtifacts) -> str | None:
        """Makes and stores the video; gives its artifact key."""
        path = self._folder / "recording.webm"
        frames = await self._cast.stop()
        problem = await encode(frames, path, self._size, self._ffmpeg)
        if problem is not None:
            self._log(f"no video: {problem}")
            return None
        return recorder.video(path)
