"""A Python program that ends when the process that started it is gone, however that ended.

``python -m skyvern_dagster.process.attended -m MODULE ARGUMENT...`` (or ``-c CODE ...``) runs what
``python -m MODULE ARGUMENT...`` would. Standard input is the line to the starter: the kernel closes
it when the starter ends, by SIGKILL too, and then this process and those of its group are killed.
"""

from __future__ import annotations

import contextlib
import os
import runpy
import signal
import sys
import threading
from collections.abc import Callable, Sequence


def main(arguments: Sequence[str]) -> None:
    """Watches, and runs the program as if Python had been started with it.

    Args:
        arguments: ``-m MODULE ...`` or ``-c CODE ...``.
    """
    # Under a shell's background job SIGINT is ignored, and Dagster would copy that onto SIGTERM:
    # nothing could be stopped or canceled.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    when_alone(kill_group)
    how, what, *rest = arguments
    if how == "-m":
        sys.argv = [what, *rest]
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        sys.argv = ["-c", *rest]
        exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102 - as -c does


def attended(command: Sequence[str]) -> list[str]:
    """A command of this Python, as it is started to end with its starter.

    Args:
        command: ``[sys.executable, "-m", module, ...]`` or with ``-c``.
    """
    python, *arguments = command
    return [python, "-m", "skyvern_dagster.process.attended", *arguments]


def when_alone(act: Callable[[], object]) -> None:
    """Acts, in a thread, once the other end of standard input is closed."""

    def watch() -> None:
        # Not through sys.stdin, whose lock a thread that waits in it holds at exit.
        with contextlib.suppress(OSError):
            while os.read(0, 4096):
                pass
        act()

    threading.Thread(target=watch, name="starter-watch", daemon=True).start()


def kill_group() -> None:
    """Kills this process, and with it the group that it leads."""
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1:])
