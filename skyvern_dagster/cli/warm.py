"""``skyvern-dagster warm``: a process from which later commands start at once, until Ctrl-C."""

from __future__ import annotations

import math
import sys

from skyvern_dagster.cli.warm_message import warm_place
from skyvern_dagster.cli.warm_server import serve
from skyvern_dagster.errors import RunError
from skyvern_dagster.process.forked_process import can_fork
from skyvern_dagster.process.home import make_home


def keep_warm() -> int:
    """Imports, says that it is ready, and forks a process a command.

    Returns:
        Exit status: 0 after Ctrl-C, or when the code on the disk has changed.

    Raises:
        RunError: The home folder can't be made, or this system can't do it.
    """
    if not can_fork():
        raise RunError("this system can't wait for a forked process: that takes Linux 5.3")
    try:
        home = make_home()
    except OSError as error:
        raise RunError(f"the home folder can't be made: {error}") from error

    def ready() -> None:
        sys.stderr.write(f"warm: {warm_place(home)}; Ctrl-C ends it, not the runs\n")

    try:
        return serve(home, math.inf, ready)
    except KeyboardInterrupt:
        return 0
