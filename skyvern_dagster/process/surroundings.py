"""What a command inherits from where it was typed. Only the standard library."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, dataclass

_OF_THE_SHELL = frozenset({"_", "PWD", "OLDPWD", "SHLVL", "COLUMNS", "LINES"})
"""Variables that a shell changes from command to command, and no browser looks at."""


@dataclass(frozen=True)
class Surroundings:
    """A working directory, variables, and the mode of new files.

    Attributes:
        folder: The working directory.
        environment: All variables.
        umask: Of the files that are made.
    """

    folder: str
    environment: dict[str, str]
    umask: int

    def take(self) -> None:
        """Makes them this process's own."""
        os.chdir(self.folder)
        os.umask(self.umask)
        os.environ.clear()
        os.environ.update(self.environment)
        time.tzset()

    def are_like_here(self) -> bool:
        """Whether what was started here would have been started alike there."""
        return _lasting(self.environment) == _lasting(dict(os.environ))

    def line(self) -> bytes:
        """As they are sent."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def read(cls, line: str) -> Surroundings:
        """From what was sent."""
        return cls(**json.loads(line))


def _lasting(environment: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in environment.items() if name not in _OF_THE_SHELL}
