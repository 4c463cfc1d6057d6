"""What the command line tells a warm process, and where it finds it. Only the standard library."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path

from skyvern_dagster.process.socket_place import socket_place
from skyvern_dagster.process.surroundings import Surroundings

SECONDS_VARIABLE = "SKYVERN_WARM_SECONDS"
"""So long a warm process waits for the next command; 0 or nothing: there is none."""

WARM_COMMANDS = ("run", "resume", "continue")
"""Those that import Dagster and start a run's process; the others are quick or long-lived."""

_ROOT = Path(__file__).resolve().parent.parent


def warm_place(home: Path) -> Path:
    """Where the warm process of a home folder listens."""
    return socket_place(home, "warm")


def code_version() -> str:
    """What would be imported now: another text means that a warm process is out of date.

    The interpreter and its search path, when our modules last changed, and which packages are
    installed.
    """
    told = hashlib.sha256(os.environ.get("PYTHONPATH", "").encode())
    for folder in sorted(folder for folder, _, _ in os.walk(_ROOT)):
        for file in _entries(folder, (".py", ".j2", ".yaml", ".js")):
            told.update(f"{file.path} {file.stat().st_mtime_ns}\n".encode())
    for folder in sys.path:
        if folder.endswith("-packages") and os.path.isdir(folder):  # noqa: PTH112 - at each command
            installed = _entries(folder, (".dist-info",))
            told.update("\n".join(each.name for each in installed).encode())
    return f"{sys.executable} {sys.version_info[:3]} {told.hexdigest()}"


def _entries(folder: str, endings: tuple[str, ...]) -> list[os.DirEntry[str]]:
    """Not what Python compiles beside them: that changes with the first import."""
    with os.scandir(folder) as entries:
        found = [entry for entry in entries if entry.name.endswith(endings)]
    return sorted(found, key=lambda entry: entry.name)


@dataclass(frozen=True)
class WarmCommand:
    """A command as it was typed, and all that it inherits from where it was typed.

    Its open files 0, 1 and 2 come beside it, over the socket, which only its owner can open.

    Attributes:
        arguments: After the program's name.
        surroundings: Where it was typed.
        code: See :func:`code_version`.
    """

    arguments: list[str]
    surroundings: Surroundings
    code: str = field(default_factory=code_version)

    def line(self) -> bytes:
        """As it is sent."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def read(cls, line: bytes) -> WarmCommand:
        """From what was sent."""
        told = json.loads(line)
        return cls(told["arguments"], Surroundings(**told["surroundings"]), told["code"])
