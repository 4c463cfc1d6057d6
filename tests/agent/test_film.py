"""The video of a task, and what happens without the means to make one."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from skyvern_dagster.agent.decisions import Complete, Decision, Goto, Wait
from skyvern_dagster.browser.screencast import Frame
from skyvern_dagster.browser.video import encode, find_ffmpeg
from tests.agent.errand import Errand

needs_ffmpeg = pytest.mark.skipif(find_ffmpeg() is None, reason="there is no ffmpeg here")


@needs_ffmpeg
@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is needed to look inside")
def test_a_task_leaves_a_video_of_its_pages(errand: Errand) -> None:
    goto = [Goto(url=f"{errand.site_url}/other")]
    steps: list[list[Decision]] = [list(goto), [Wait(seconds=0.5)], [Complete()]]
    result = errand.script("/form", steps, video=True)
    assert result.status == "completed"
    assert result.recording is not None, errand.lines
    path = errand.store.local_path(result.recording)
    command = ["ffprobe", "-v", "error", "-show_entries", "stream=codec_name,width,height",
               "-show_entries", "format=duration", "-of", "json", str(path)]  # fmt: skip
    told = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert told["streams"][0] == {"codec_name": "vp8", "width": 1280, "height": 800}
    assert 0.5 < float(told["format"]["duration"]) < 60


def test_without_an_ffmpeg_the_task_goes_on_and_says_so(
    errand: Errand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    if find_ffmpeg() is not None:
        pytest.skip("the extra brings an ffmpeg along")
    result = errand.script("/index", [[Complete()]], video=True)
    assert (result.status, result.recording) == ("completed", None)
    assert [line for line in errand.lines if "no video: there is no ffmpeg" in line]


@needs_ffmpeg
def test_frames_that_are_none_are_a_reason(errand: Errand, tmp_path: Path) -> None:
    broken = tmp_path / "0.jpg"
    broken.write_bytes(b"no picture")
    ffmpeg = find_ffmpeg() or ""
    made = encode([Frame(broken, 0.0)], tmp_path / "v.webm", (64, 64), ffmpeg)
    assert "ffmpeg failed" in str(errand.desk._runtime.run(made))
    nothing = encode([], tmp_path / "v.webm", (64, 64), ffmpeg)
    assert errand.desk._runtime.run(nothing) == "the page showed nothing"
