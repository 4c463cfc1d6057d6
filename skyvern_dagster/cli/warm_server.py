"""All imported, a process that forks another one per command: ``skyvern-dagster warm``.

Started as ``python -m skyvern_dagster.cli.warm_server HOME SECONDS`` by a command that finds none
(``cli/warm_client.py``). It has no threads, so that it can be forked; it reads no settings: each
command brings the environment, the folder and the open files of whoever typed it. It ends when
nobody has asked for anything for so long, and when the code on the disk is no longer what it has
imported.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from skyvern_dagster.cli.warm_message import WarmCommand, code_version, warm_place
from skyvern_dagster.errors import RunError
from skyvern_dagster.process.forked_process import (
    FORKING,
    ended_children,
    live_and_end,
    use_streams,
)
from skyvern_dagster.process.next_process import NextProcess
from skyvern_dagster.process.run_process import PreparedProcess
from skyvern_dagster.process.socket_place import listening
from skyvern_dagster.runs.preloading import preload

_FURTHER = (
    "skyvern_dagster.cli.app",
    "skyvern_dagster.cli.run",
    "skyvern_dagster.runs.local",
    "skyvern_dagster.runs.process",
    "skyvern_dagster.runs.launched",
    "skyvern_dagster.compiler.job",
)
"""What the command line and the process of its run import besides."""

_POLL_SECONDS = 1.0
"""Arbitrary: so much longer than asked for it stays at most."""

_REQUEST_SECONDS = 5.0
"""Arbitrary: a command is sent in a millisecond, and meanwhile no other one is taken."""

_STREAMS = 3
"""Input, output and error."""


def main(arguments: list[str]) -> int:
    """Serves the home folder's commands until nobody asks any more."""
    return serve(Path(arguments[0]), float(arguments[1]))


def serve(home: Path, seconds: float, ready: Callable[[], object] = lambda: None) -> int:
    """Imports everything, and forks a process for each command.

    Args:
        home: The home folder whose commands are carried out.
        seconds: How long to wait for the next one; infinity for ever.
        ready: Called when commands can come.

    Returns:
        Exit status: 0, after so long without a command, or when the code has changed.
    """
    code = code_version()
    preload(*_FURTHER)
    with listening(warm_place(home)) as server:
        following = NextProcess(partial(_wait, server), _carried_out, _end_waiting)
        ready()
        commands: set[int] = set()
        last = time.monotonic()
        while commands or time.monotonic() - last < seconds:
            asked, _, _ = select.select([server], [], [], _POLL_SECONDS)
            if asked:
                last = time.monotonic()
                connection, _ = server.accept()
                with connection:
                    command, streams = _received(connection)
                    if command is not None and command.code != code:
                        return 0
                    if command is not None:
                        files = [*streams, connection.fileno()]
                        commands.add(_begun(command, files, connection, server, following))
                    for each in streams:
                        os.close(each)
            ended = ended_children()
            commands -= ended
            following.tend(ended)
    return 0


def _received(connection: socket.socket) -> tuple[WarmCommand | None, list[int]]:
    """What was typed, and its open files; no command from one that was ended as it asked."""
    connection.settimeout(_REQUEST_SECONDS)
    streams: list[int] = []
    try:
        _, streams, _, _ = socket.recv_fds(connection, 1, _STREAMS)
        line = connection.makefile("rb").readline()
    except OSError:
        return None, streams
    connection.settimeout(None)
    return (WarmCommand.read(line) if line.endswith(b"\n") else None), streams


def _begun(
    command: WarmCommand,
    files: list[int],
    connection: socket.socket,
    server: socket.socket,
    following: NextProcess,
) -> int:
    """The process that carries the command out; whoever typed it is told its number."""
    pid = following.take(command.line(), files) or os.fork()
    if pid == 0:
        server.close()
        following.leave()
        os.setsid()
        live_and_end(lambda: _carry_out(command, files))
    with contextlib.suppress(OSError):
        connection.sendall(json.dumps({"pid": pid}).encode() + b"\n")
    return pid


_waiting: list[PreparedProcess] = []
"""In a process that waits for its command: the process of its run, which waits with it."""


def _wait(server: socket.socket) -> None:
    """What a process does first that waits for its command."""
    server.close()
    with contextlib.suppress(RunError):
        _waiting.append(PreparedProcess.start_ahead())


def _carried_out(message: bytes, files: list[int]) -> int:
    """The command that it has waited for; its run's process serves it where both fit."""
    command = WarmCommand.read(message)
    if command.surroundings.are_like_here():
        for each in _waiting:
            each.tell(command.surroundings)
    else:
        _end_waiting()
    try:
        return _carry_out(command, files)
    finally:
        _end_waiting()


def _end_waiting() -> None:
    """Ends the process of a run that there is not."""
    while _waiting:
        _waiting.pop().end_unused()


def _carry_out(command: WarmCommand, files: list[int]) -> int:
    """The command in its own process, as if whoever typed it had started that.

    Args:
        files: Its open files 0, 1 and 2, and the connection to whoever typed it.

    Returns:
        Its exit status, which the other end has been told.
    """
    *streams, other_end = files
    connection = socket.socket(fileno=other_end)
    use_streams(*streams)
    command.surroundings.take()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    sys.argv = ["skyvern-dagster", *command.arguments]
    _end_with(connection)
    FORKING.is_quicker = True
    from skyvern_dagster.cli.app import status_of

    status = status_of()
    sys.stdout.flush()
    sys.stderr.flush()
    connection.sendall(json.dumps({"status": status}).encode() + b"\n")
    return status


def _end_with(connection: socket.socket) -> None:
    """Whoever typed the command is gone, killed perhaps: it ends, and its run with it."""

    def watch() -> None:
        with contextlib.suppress(OSError):
            while connection.recv(1):
                pass
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="typist-watch", daemon=True).start()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
