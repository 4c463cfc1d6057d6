"""Asking a run's process, or a thread of it, to end."""

from __future__ import annotations

import ctypes
import os
import signal
import threading
import time

from skyvern_dagster.process.identity import process_start

AGAIN_SECONDS = 4.0
"""Longer than it takes to close a browser and to write the run's end down."""

_TIMES = 5
"""With AGAIN_SECONDS, twenty seconds: after those the command line kills the process
(``runs/local``)."""


def interrupt(pid: int, again_seconds: float = AGAIN_SECONDS) -> None:
    """Sends ``SIGINT``, and again while the process goes on.

    Dagster's handler raises where the signal happens to strike. That may be in a finalizer, a
    callback or a library that swallows it: the run would go on as if nobody had asked.

    Args:
        pid: Of this machine; where there is no such process, nothing happens.
        again_seconds: How long to wait for it before it is asked again.
    """
    started = process_start(pid)
    if not started:
        return
    os.kill(pid, signal.SIGINT)
    threading.Thread(
        target=_insist, args=(pid, started, again_seconds), name=f"interrupt-{pid}", daemon=True
    ).start()


def interrupt_thread(ident: int, error: type[BaseException]) -> None:
    """Has an exception raised in another thread of this process, at its next instruction.

    What waits in a call of the system goes on waiting until that returns
    (https://docs.python.org/3/c-api/threads.html#c.PyThreadState_SetAsyncExc).
    """
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), ctypes.py_object(error))


def _insist(pid: int, started: str, again_seconds: float) -> None:
    for _ in range(_TIMES):
        time.sleep(again_seconds)
        if process_start(pid) != started:
            return
        os.kill(pid, signal.SIGINT)
