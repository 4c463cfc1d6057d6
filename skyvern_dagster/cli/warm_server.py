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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from skyvern_dagster.cli.warm_message import WarmCommand, code_version, warm_place
from skyvern_dagster.process.forked_process import FORKING, live_and_end, use_streams
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
    with _listening(warm_place(home)) as server:
        ready()
        commands: set[int] = set()
        last = time.monotonic()
        while commands or time.monotonic() - last < seconds:
            asked, _, _ = select.select([server], [], [], _POLL_SECONDS)
            if asked:
                last = time.monotonic()
                pid = _answer(server, code)
                if pid is None:
                    return 0
                commands.add(pid)
            commands -= _ended()
    return 0


@contextmanager
def _listening(place: Path) -> Iterator[socket.socket]:
    """The socket, which only its owner can open; the newest of a home folder has the place."""
    place.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as server:
        before = os.umask(0o077)
        server.bind(str(place))
        os.umask(before)
        server.listen()
        ours = place.stat().st_ino
        try:
            yield server
        finally:
            with contextlib.suppress(FileNotFoundError):
                if place.stat().st_ino == ours:
                    place.unlink()


def _answer(server: socket.socket, code: str) -> int | None:
    """The process that carries the command out; ``None`` where the code has changed since."""
    connection, _ = server.accept()
    with connection:
        _, streams, _, _ = socket.recv_fds(connection, 1, _STREAMS)
        try:
            command = WarmCommand.read(connection.makefile("rb").readline())
            if command.code != code:
                return None
            pid = os.fork()
            if pid == 0:
                server.close()
                live_and_end(lambda: _carry_out(command, streams, connection))
            connection.sendall(json.dumps({"pid": pid}).encode() + b"\n")
            return pid
        finally:
            for each in streams:
                os.close(each)


def _carry_out(command: WarmCommand, streams: list[int], connection: socket.socket) -> int:
    """The command in its own process, as if whoever typed it had started that.

    Returns:
        Its exit status, which the other end has been told.
    """
    os.setsid()
    use_streams(*streams)
    os.chdir(command.folder)
    os.umask(command.umask)
    os.environ.clear()
    os.environ.update(command.environment)
    time.tzset()
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


def _ended() -> set[int]:
    """Processes that have ended since, of whom nothing is left to the system."""
    ended = set()
    with contextlib.suppress(ChildProcessError):
        while (pid := os.waitpid(-1, os.WNOHANG)[0]) != 0:
            ended.add(pid)
    return ended


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
