"""The process that renders templates which could take a machine's memory or time.

Jinja's sandbox keeps a template from Python's insides, and ours from the usual ways to grow; every
method of every value can't be foreseen. So the kernel holds the bounds: the process has little
memory and time, an empty environment, no files but Python's, no network, and no other process
(`process.confinement`). If it dies, the template has failed, and nothing else.
"""

from __future__ import annotations

import atexit
import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, NoReturn

from skyvern_dagster.errors import TemplateError
from skyvern_dagster.templating.absent import note_absent
from skyvern_dagster.templating.block_output import BlockOutput
from skyvern_dagster.templating.compiled import Want, short

MEMORY_BYTES = 1_000_000_000
"""Of addresses, which Python and Jinja take 50 million of."""

CPU_SECONDS = 5.0
"""The sandbox's own bound of work ends a template after some two."""

_PATIENCE_SECONDS = 120.0
"""Of the clock, where a busy machine gives the process no time. Arbitrary."""

_PROGRAM = Path(__file__).with_name("renderer_main.py")


class Renderer:
    """One process, started when it is first needed, and again after it has died.

    Args:
        memory_bytes: What it may use, of addresses.
        cpu_seconds: What one template may take of a processor.
    """

    def __init__(self, memory_bytes: int = MEMORY_BYTES, cpu_seconds: float = CPU_SECONDS) -> None:
        self._memory_bytes = memory_bytes
        self._cpu_seconds = cpu_seconds
        self._guard = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def ask(
        self,
        want: Want,
        template: str,
        names: Mapping[str, Any],
        absent: frozenset[str] = frozenset(),
    ) -> Any:
        """What a template gives.

        Args:
            absent: Names that are known and have no value.

        Raises:
            TemplateError: It can't be rendered, or takes too much.
        """
        try:
            outputs = [name for name, each in names.items() if isinstance(each, BlockOutput)]
            question = json.dumps([want, template, dict(names), outputs, sorted(absent)]).encode()
        except (TypeError, ValueError, RecursionError) as error:
            raise TemplateError(f"{error} (in what {short(template)!r} is given)") from error
        with self._guard:
            answer = self._exchange(question, template)
        if "error" in answer:
            raise TemplateError(str(answer["error"]))
        for line in answer.get("absent", ()):
            note_absent(str(line))
        return answer["value"]

    def close(self) -> None:
        """Ends the process."""
        process, self._process = self._process, None
        if process is not None and self._owner == os.getpid():
            process.kill()
            process.communicate()

    def _exchange(self, question: bytes, template: str) -> dict[str, Any]:
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(question + b"\n")
            process.stdin.flush()
            line = _line(process.stdout)
            answer = json.loads(line) if line.endswith(b"\n") else None
        except (OSError, ValueError):
            answer = None
        except BaseException:
            # Interrupted before its answer came: the next one who asks must not be given that.
            self.close()
            raise
        if not isinstance(answer, dict):
            self._give_up(process, template)
        if answer.get("is_last"):
            self.close()
        return answer

    def _give_up(self, process: subprocess.Popen[bytes], template: str) -> NoReturn:
        time_is_up = process.poll() is None
        self.close()
        time_is_up = time_is_up or process.returncode == -signal.SIGPROF
        what = (
            f"{self._cpu_seconds:g} s of a processor"
            if time_is_up
            else "the memory that it may use"
        )
        raise TemplateError(
            f"the template takes more than {what} (in template {short(template)!r})"
        )

    def _running(self) -> subprocess.Popen[bytes]:
        # A process that was forked off has its parent's renderer, and must leave it alone.
        is_ours = self._process is not None and self._owner == os.getpid()
        if not is_ours or self._process is None or self._process.poll() is not None:
            limits = (str(self._memory_bytes), str(self._cpu_seconds))
            self._process, self._owner = _started(limits), os.getpid()
        return self._process


def _started(limits: tuple[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-P", str(_PROGRAM), *limits],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # Nothing to read there for a template that should get out of the sandbox.
        env={"PYTHONPATH": os.pathsep.join(each for each in sys.path if each)},
        cwd="/",
        start_new_session=True,
    )


def _line(stream: IO[bytes]) -> bytes:
    """Everything up to the end of a line; less where none comes in time, or ever."""
    parts: list[bytes] = []
    deadline = time.monotonic() + _PATIENCE_SECONDS
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while selector.select(max(0.0, deadline - time.monotonic())):
            part = os.read(stream.fileno(), 1 << 20)
            parts.append(part)
            if not part or part.endswith(b"\n"):
                break
    return b"".join(parts)


_RENDERER = Renderer()
asked = _RENDERER.ask
"""Asks the renderer of this process."""

atexit.register(_RENDERER.close)
