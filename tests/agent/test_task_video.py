"""The video of a task, and what happens without the means to make one."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest

from skyvern_dagster.agent.decisions import Complete, Decision, Goto, Wait
from skyvern_dagster.browser.screencast import Frame
from skyvern_dagster.browser.video import encode
from skyvern_dagster.resources.browser import BrowserResource
from tests.agent.errand import Errand

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()


@pytest.fixture(autouse=True)
def ffmpeg_of_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKYVERN_FFMPEG", FFMPEG)


def test_a_task_leaves_a_video_of_its_pages(errand: Errand) -> None:
    goto = [Goto(url=f"{errand.site_url}/other")]
    steps: list[list[Decision]] = [list(goto), [Wait(seconds=0.5)], [Complete()]]
    result = errand.script("/form", steps, video=True)
    assert result.status == "completed"
    assert result.recording is not None, errand.lines
    path = errand.store.local_path(result.recording)
    # Without an output, ffmpeg tells about its input on standard error.
    command = [FFMPEG, "-i", str(path)]
    told = subprocess.run(command, check=False, capture_output=True, text=True).stderr
    assert "Video: vp8" in told
    assert "1280x800" in told
    hours, minutes, seconds = re.findall(r"Duration: (\d+):(\d+):([\d.]+)", told)[0]
    assert (hours, minutes) == ("00", "00")
    assert float(seconds) > 0.5


def test_without_an_ffmpeg_the_task_goes_on_and_says_so(
    errand: Errand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKYVERN_FFMPEG", "/nonexistent/ffmpeg")
    result = errand.script("/index", [[Complete()]], video=True)
    assert (result.status, result.recording) == ("completed", None)
    assert [line for line in errand.lines if "no video: there is no ffmpeg" in line]


@pytest.mark.parametrize(
    ("field", "variable", "ffmpeg", "films"),
    [
        (None, "", FFMPEG, True),
        (None, "", "/nonexistent/ffmpeg", False),
        (None, "0", FFMPEG, False),
        (None, "1", "/nonexistent/ffmpeg", True),
        (False, "1", FFMPEG, False),
        (True, "0", FFMPEG, True),
    ],
)
def test_tasks_are_filmed_where_they_can_be_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, field: bool | None, variable: str, ffmpeg: str, films: bool
) -> None:
    monkeypatch.setenv("SKYVERN_VIDEO", variable)
    monkeypatch.setenv("SKYVERN_FFMPEG", ffmpeg)
    assert BrowserResource(video=field).settings().video is films


def test_frames_that_are_none_are_a_reason(tmp_path: Path) -> None:
    broken = tmp_path / "0.jpg"
    broken.write_bytes(b"no picture")
    ffmpeg = FFMPEG
    made = encode([Frame(broken, 0.0)], tmp_path / "v.webm", (64, 64), ffmpeg)
    assert "ffmpeg failed" in str(made)
    assert encode([], tmp_path / "v.webm", (64, 64), ffmpeg) == "the page showed nothing"
