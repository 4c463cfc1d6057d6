"""All imported, a process that forks another one per run.

Started as ``python -m skyvern_dagster.launching.fork_server SOCKET HOME PARENT``.

Importing Dagster and opening its instance take a second or more; a fork of a process that has done
it takes milliseconds. While runs follow one another, one is forked before there is its run, and has
its browser by then (``process/next_process.py``). What is preloaded is frozen until the fork server
is started anew; definitions are not preloaded, each run reads its own. It ends with its parent;
runs go on by themselves. A run is forked once: whoever asks again is told the process that it has.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
from pathlib import Path

import dagster as dg

from skyvern_dagster.browser.ahead import close_ahead, start_ahead
from skyvern_dagster.compiler.dagster_internals import LaunchedRun
from skyvern_dagster.process.claims import RunClaims
from skyvern_dagster.process.forked_process import ended_children, live_and_end
from skyvern_dagster.process.identity import process_tag
from skyvern_dagster.process.next_process import NextProcess
from skyvern_dagster.process.run_job import carry_out_only
from skyvern_dagster.process.socket_place import listening
from skyvern_dagster.runs.ended_elsewhere import end_with_the_run, run_of
from skyvern_dagster.runs.preloading import preload
from skyvern_dagster.runs.reconcile import settle

_POLL_SECONDS = 1.0
"""Arbitrary: so long do an ended run's process and, its parent gone, the server stay at most."""

_LONGEST = 1 << 20
"""Bytes of one request. Arbitrary: a run's arguments have a few thousand."""


def main(arguments: list[str]) -> int:
    """Listens until the parent is gone."""
    place, parent = Path(arguments[0]), int(arguments[2])
    claims = RunClaims.of(Path(arguments[1]))
    claims.forget_old()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    preload()
    instance = dg.DagsterInstance.get()  # it holds no connection open: each of its queries has one
    gc.freeze()
    with listening(place) as server:
        following = NextProcess(
            lambda: _begin(server, browser=True),
            lambda message, _: _live(json.loads(message), instance),
            close_ahead,
        )
        while os.getppid() == parent:
            asked, _, _ = select.select([server], [], [], _POLL_SECONDS)
            if asked:
                _answer(server, claims, instance, following)
            following.tend(ended_children())
    return 0


def _answer(
    server: socket.socket, claims: RunClaims, instance: dg.DagsterInstance, following: NextProcess
) -> None:
    """One request: ``{"run_id": ..., "run": serialized arguments, "log": path, "browser": ...}``.

    It is answered by the run's process, as its tag has it.
    """
    connection, _ = server.accept()
    with connection:
        text = connection.makefile("rb").readline(_LONGEST)
        if not text.endswith(b"\n"):
            return
        request = json.loads(text)
        if claims.take(request["run_id"]):
            pid = following.take(text) or os.fork()
            if pid == 0:
                connection.close()
                following.leave()
                live_and_end(lambda: _own_life(request, server, instance))
            claims.tell(request["run_id"], process_tag(pid))
        process = claims.process(request["run_id"])
        with contextlib.suppress(OSError):
            connection.sendall(json.dumps({"process": process}).encode() + b"\n")


def _own_life(request: dict[str, str], server: socket.socket, instance: dg.DagsterInstance) -> int:
    """The life of a process that was forked for its run."""
    os.setsid()
    _begin(server, browser=bool(request["browser"]))
    return _live(request, instance)


def _begin(server: socket.socket, *, browser: bool) -> None:
    """What a run's process does first, whether it has its run or waits for it."""
    server.close()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if browser:
        start_ahead()


def _live(request: dict[str, str], instance: dg.DagsterInstance) -> int:
    """The run's own process, from where it has its run to its end."""
    log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number in (1, 2):
        os.dup2(log, number)
    try:
        _carry_out(LaunchedRun.read(request["run"]), instance)
    finally:
        close_ahead()
    return 0


def _carry_out(run: LaunchedRun, instance: dg.DagsterInstance) -> None:
    if instance.get_ref() != run.instance:  # its configuration has changed since
        instance = dg.DagsterInstance.from_ref(run.instance)
    carry_out_only(run.job_name)
    end_with_the_run(run_of(run.run_id), instance=instance)
    try:
        run.execute(instance)
    finally:
        # One that was canceled has had no chance to say how it ended.
        settle(instance, run.run_id)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
