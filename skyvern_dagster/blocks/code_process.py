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

from pydantic import BaseModel, ConfigDict, ValidationError

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
_ALL_FILES_BYTES = 2 * _FILE_BYTES
"""Of all that it has written and not deleted. Arbitrary: an archive and what was in it."""
_MOST_FILES = 10_000
"""Arbitrary: an archive that is unpacked. Each takes room of the disk, also an empty one."""
_BLOCK = 512
"""Bytes that ``st_blocks`` counts in."""
_LOOK_SECONDS = 0.3
"""Between looks at what the code has written: a fast disk takes 300 MB meanwhile."""
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
class CodeVariables:
    """Variables that code begins with.

    Attributes:
        values: JSON values, by name.
        credentials: Those that are credentials, whose fields are attributes, too.
    """

    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    credentials: tuple[str, ...] = ()


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


class _End(BaseModel):
    """What the process says at last."""

    model_config = ConfigDict(strict=True)

    value: dict[str, Any] = {}
    left_out: list[str] = []
    error: str = ""


async def run_code(
    code: str,
    variables: CodeVariables,
    settings: CodeSettings,
    page: PageOfCode | None = None,
    *,
    of_strangers: bool = False,
) -> CodeResult:
    """Runs code until it ends, or its time is over; whatever goes wrong in it is in the result.

    Args:
        code: Python.
        variables: What it begins with.
        page: What it does with ``page``; without one there is no such variable.
        of_strangers: Whether it gets no files of this machine but Python's, and no network.
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
        "names": dict(variables.values),
        "credentials": list(variables.credentials),
        "page": page.start if page is not None else None,
        "seconds": settings.seconds,
        "memory_bytes": settings.memory_bytes,
        "file_bytes": _FILE_BYTES,
        "strictly": of_strangers,
    }
    watching = asyncio.create_task(_ended_when_full(work, process))
    try:
        end = await _talk(ours, job, settings.seconds, page)
        if watching.done():
            end = _End(error=watching.result())
        printed.seek(0)
        text = printed.read(_MOST_PRINTED).decode("utf-8", "replace")
        return CodeResult(end.value, tuple(end.left_out), text, end.error)
    finally:
        watching.cancel()
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


async def _ended_when_full(folder: Path, process: subprocess.Popen[bytes]) -> str:
    """Ends code that has written too much, and gives why."""
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        files, size = await asyncio.to_thread(_written, folder)
        if size > _ALL_FILES_BYTES or files > _MOST_FILES:
            _ended(process)
            return f"it wrote more than {_ALL_FILES_BYTES:,} bytes, or {_MOST_FILES:,} files"


def _written(folder: Path) -> tuple[int, int]:
    """How many files and folders there are below a folder, and the bytes in them."""
    count = size = 0
    for place, folders, files in os.walk(folder):
        count += len(folders) + len(files)
        if count > _MOST_FILES:
            break
        for name in files:
            with contextlib.suppress(OSError):
                size += os.lstat(f"{place}/{name}").st_blocks * _BLOCK
    return count, size


def _ended(process: subprocess.Popen[bytes]) -> None:
    """Ends the code, and what it may have started where the kernel doesn't keep it from that."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


async def _talk(
    ours: socket.socket, job: dict[str, Any], seconds: float, page: PageOfCode | None
) -> _End:
    """Gives the job, does what the code asks for, and waits for what it says at last."""
    reader, writer = await asyncio.open_connection(sock=ours, limit=_MOST_MESSAGE)
    try:
        async with asyncio.timeout(seconds):
            await _say(writer, job)
            while line := await reader.readline():
                message = json.loads(line)
                if not isinstance(message, dict) or message.get("do") == "end":
                    return _End.model_validate(message)
                answer = {"error": "no page is open"}
                if page is not None:
                    answer = await page.answer(message)
                await _say(writer, answer)
        return _End(error="it was ended: it used more memory or time than code blocks may")
    except TimeoutError:
        return _End(error=f"it took more than {seconds:g} s (SKYVERN_CODE_SECONDS)")
    except ValidationError:
        return _End(error="it said something that can't be read: it is no result")
    except (ValueError, OSError, RecursionError) as error:
        return _End(error=f"it said something that can't be read: {error}")
    finally:
        writer.close()


async def _say(writer: asyncio.StreamWriter, message: dict[str, Any]) -> None:
    writer.write(json.dumps(message).encode() + b"\n")
    await writer.drain()
