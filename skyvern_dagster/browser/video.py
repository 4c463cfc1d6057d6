"""Frames into a video, with an ffmpeg on the PATH or from the extra ``video``."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from skyvern_dagster.browser.screencast import Frame

_LAST_SECONDS = 1.0
"""For the last picture, which has no following one."""
_LONGEST_STILL = 5.0
"""Waits are shortened to this in a video: nobody watches a page that stands still."""
_ENCODING_SECONDS = 120.0
"""A video is an auxiliary file, and a run doesn't wait for it longer. Arbitrary."""
# One thread: a pool takes longer to start than these few frames take to encode.
_CODEC = ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "16", "-b:v", "600k")
_ONE_THREAD = ("-threads", "1", "-filter_threads", "1")


def find_ffmpeg() -> str | None:
    """Path of an ffmpeg; ``None`` where there is none.

    ``SKYVERN_FFMPEG`` names one; else it is looked for on the PATH, then in the extra ``video``.
    """
    if configured := os.environ.get("SKYVERN_FFMPEG"):
        return shutil.which(configured)
    if found := shutil.which("ffmpeg"):
        return found
    try:
        import imageio_ffmpeg
    except ModuleNotFoundError:
        return None
    try:
        path: str = imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError:
        return None
    return path


def encode(frames: Sequence[Frame], target: Path, size: tuple[int, int], ffmpeg: str) -> str | None:
    """Writes a WebM (VP8) that shows each frame as long as the page did.

    A page that stands still for long is shown for five seconds.

    Args:
        frames: Oldest first.
        target: File to write.
        size: Width and height.
        ffmpeg: The program.

    Returns:
        Why there is no video; ``None`` when there is one.
    """
    if not frames:
        return "the page showed nothing"
    listing = target.with_suffix(".txt")
    listing.write_text(_listing(frames), encoding="utf-8")
    width, height = size
    fitted = (
        f"scale={width}:{height}:force_original_aspect_ratio=decrease,"
        f"pad={width}:{height}:(ow-iw)/2:(oh-ih)/2,format=yuv420p"
    )
    command = [
        *_at_low_priority(), ffmpeg, "-y", "-loglevel", "error",
        "-f", "concat", "-safe", "0", "-i", str(listing),
        "-vf", fitted, "-fps_mode", "vfr", *_CODEC, *_ONE_THREAD, str(target),
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command,
            check=False,
            timeout=_ENCODING_SECONDS,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
    except subprocess.TimeoutExpired:
        return f"ffmpeg took more than {_ENCODING_SECONDS:g} s"
    if done.returncode:
        return f"ffmpeg failed: {done.stderr.decode(errors='replace').strip()[:300]}"
    return None


def _at_low_priority() -> list[str]:
    """Browsers come first."""
    nice = shutil.which("nice")
    return [] if nice is None else [nice, "-n", "19"]


def _listing(frames: Sequence[Frame]) -> str:
    """The frames for ffmpeg's ``concat``; it wants the last one twice."""
    lines = []
    for frame, following in zip(frames, [*frames[1:], None], strict=True):
        seconds = _LAST_SECONDS if following is None else following.at - frame.at
        lines += [f"file '{frame.path}'", f"duration {min(max(seconds, 0.1), _LONGEST_STILL):.3f}"]
    return "\n".join([*lines, f"file '{frames[-1].path}'", ""])
