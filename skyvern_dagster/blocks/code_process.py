"""Running a ``code`` block's Python in a process of its own, with limits and nothing inherited."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from skyvern_dagster.errors import BlockError

_TOO_MUCH = 1e9
"""Seconds (thirty years) or megabytes (a petabyte): a slip of the keyboard, or ``inf``."""
_MEGABYTE = 1_000_000
"""Bytes, as disks and clouds count them."""

CodeUse = Literal["off", "operator", "all"]
"""Whose code is run: nobody's, that of definitions which are files here, or anybody's."""

CODE_OFF = (
    "code blocks are switched off: they run Python on this machine as whoever runs the worker. Set "
    "SKYVERN_CODE_BLOCKS=operator to run those of definition files (all: also those that came "
    "over REST)"
)

_CHILD = Path(__file__).with_name("code_child.py")
_FILE_BYTES = 100_000_000
"""Of a file that the code writes. Arbitrary; results are sent, not written."""
_MOST_MESSAGE = 64 * 1024 * 1024
"""Bytes of one message between code and worker: a result, or a screenshot of a long page. Arbitrary
above that; both processes hold it."""
_MOST_PRINTED = 20_000
"""Characters of output that are kept for the log: some hundred lines."""


@dataclass(frozen=True)
class CodeSettings:
    """What code blocks may do.

    Attributes:
        use: Whose code is run.
        seconds: Of the clock, for one block.
        memory_bytes: Of address space; libraries for data take some hundred megabytes.
    """

    use: CodeUse = "off"
    # Both arbitrary: what takes longer, or more, is a job of its own.
    seconds: float = 60.0
    memory_bytes: int = 2_000_000_000


def code_settings(environment: Mapping[str, str] | None = None) -> CodeSettings:
    """Settings from ``SKYVERN_CODE_BLOCKS``, ``SKYVERN_CODE_SECONDS``, ``SKYVERN_CODE_MEMORY_MB``.

    Raises:
        BlockError: One of them is malformed.
    """
    env = os.environ if environment is None else environment
    defaults = CodeSettings()
    match env.get("SKYVERN_CODE_BLOCKS", "").strip().lower() or "off":
        case "off" | "operator" | "all" as use:
            pass
        case other:
            raise BlockError(f"SKYVERN_CODE_BLOCKS must be off, operator or all, not {other!r}")
    seconds = _positive(env, "SKYVERN_CODE_SECONDS", defaults.seconds)
    megabytes = _positive(env, "SKYVERN_CODE_MEMORY_MB", defaults.memory_bytes / _MEGABYTE)
    return CodeSettings(use, seconds, int(megabytes * _MEGABYTE))


def _positive(env: Mapping[str, str], name: str, default: float) -> float:
    text = env.get(name, "").strip()
    try:
        number = float(text) if text else default
    except ValueError:
        number = 0.0
    if not 0 < number < _TOO_MUCH:
        raise BlockError(f"{name} must be a positive number, not {text!r}")
    return number


class PageOfCode(Protocol):
    """The page that code works on, from the side of the browser."""

    @property
    def start(self) -> dict[str, Any]:
        """The page as the code is given it."""
        ...

    async def answer(self, message: dict[str, Any]) -> dict[str, Any]:
        """Does what the code asks for: ``{"value": ...}`` or ``{"error": ...}``."""
        ...


@dataclass(frozen=True)
class CodeResult:
    """What code left.

    Attributes:
        value: Its variables, or what it returned.
        left_out: Variables that JSON can't hold, and why.
        printed: What it printed.
        error: Why it came to nothing; empty where it ended well.
    """

    value: dict[str, Any] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    printed: str = ""
    error: str = ""


async def run_code(
    code: str,
    names: Mapping[str, Any],
    settings: CodeSettings,
    page: PageOfCode | None = None,
) -> CodeResult:
    """Runs code until it ends, or its time is over; whatever goes wrong in it is in the result.

    Args:
        code: Python.
        names: Variables that it begins with: JSON values.
        page: What it does with ``page``; without one there is no such variable.
    """
    folder = Path(tempfile.mkdtemp(prefix="skyvern-code-"))
    ours, theirs = socket.socketpair()
    printed = (folder / "printed").open("w+b")
    work = folder / "work"
    work.mkdir()
    process = _started(theirs, printed.fileno(), work)
    theirs.close()
    job = {
        "code": code,
        "names": dict(names),
        "page": page.start if page is not None else None,
        "seconds": settings.seconds,
        "memory_bytes": settings.memory_bytes,
        "file_bytes": _FILE_BYTES,
    }
    try:
        end = await _talk(ours, job, settings.seconds, page)
        printed.seek(0)
        text = printed.read(_MOST_PRINTED).decode("utf-8", "replace")
        return CodeResult(
            end.get("value", {}), tuple(end.get("left_out", ())), text, end.get("error", "")
        )
    finally:
        _ended(process)
        printed.close()
        shutil.rmtree(folder, ignore_errors=True)


def _started(theirs: socket.socket, printed: int, folder: Path) -> subprocess.Popen[bytes]:
    number = theirs.fileno()
    return subprocess.Popen(
        [sys.executable, "-I", str(_CHILD), str(number)],
        env={"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": str(folder)},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=printed,
        stderr=printed,
        pass_fds=(number,),
        start_new_session=True,
    )


def _ended(process: subprocess.Popen[bytes]) -> None:
    """Ends the code, and all that it may have started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


async def _talk(
    ours: socket.socket, job: dict[str, Any], seconds: float, page: PageOfCode | None
) -> dict[str, Any]:
    """Gives the job, does what the code asks for, and waits for what it says at last."""
    reader, writer = await asyncio.open_connection(sock=ours, limit=_MOST_MESSAGE)
    try:
        async with asyncio.timeout(seconds):
            await _say(writer, job)
            while line := await reader.readline():
                message = json.loads(line)
                if not isinstance(message, dict) or message.get("do") == "end":
                    return message if isinstance(message, dict) else {"error": "it broke off"}
                answer = {"error": "no page is open"}
                if page is not None:
                    answer = await page.answer(message)
                await _say(writer, answer)
        return {"error": "it was ended: it used more memory or time than code blocks may"}
    except TimeoutError:
        return {"error": f"it took more than {seconds:g} s (SKYVERN_CODE_SECONDS)"}
    except (ValueError, OSError) as error:
        return {"error": f"it said something that can't be read: {error}"}
    finally:
        writer.close()


async def _say(writer: asyncio.StreamWriter, message: dict[str, Any]) -> None:
    writer.write(json.dumps(message).encode() + b"\n")
    await writer.drain()
