"""A command that a warm process carries out in this one's place. Only the standard library.

Python with Dagster and the rest takes two or three seconds to start; a process that has done it
already forks in milliseconds (``cli/warm_server.py``). What is typed, printed, and sent as a signal
goes through; where there is no warm process, or another version of the code, the command is carried
out here as ever.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from skyvern_dagster.cli.warm_message import (
    SECONDS_VARIABLE,
    WARM_COMMANDS,
    WarmCommand,
    warm_place,
)
from skyvern_dagster.process.home import home_folder
from skyvern_dagster.process.socket_place import connected, connected_or_started
from skyvern_dagster.process.surroundings import Surroundings

_KILLED = 128 + signal.SIGKILL
"""What a shell says of a program that was killed; only then is no status told."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def carried_out(arguments: list[str]) -> int | None:
    """Has a warm process carry out the command.

    Args:
        arguments: After the program's name.

    Returns:
        The exit status; ``None`` where the command has to be carried out here.
    """
    seconds = _seconds()
    home = home_folder()
    if not arguments or arguments[0] not in WARM_COMMANDS or not home.is_dir():
        return None
    place = warm_place(home)
    if not place.exists() and not seconds:
        return None
    surroundings = Surroundings(str(Path.cwd()), dict(os.environ), _umask())
    command = WarmCommand(arguments, surroundings)
    with contextlib.suppress(OSError):
        if (connection := connected(place)) is not None:
            with connection:
                status = _asked(connection, command)
            if status is not None:
                return status
        start = [sys.executable, "-m", "skyvern_dagster.cli.warm_server", str(home), str(seconds)]
        log = home / "logs" / "warm.log"
        if seconds and (connection := connected_or_started(place, start, log)) is not None:
            with connection:
                return _asked(connection, command)
    return None


def _seconds() -> float:
    try:
        return max(float(os.environ.get(SECONDS_VARIABLE) or 0), 0.0)
    except ValueError:
        return 0.0


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _asked(connection: socket.socket, command: WarmCommand) -> int | None:
    """The status of the command; ``None`` where it was refused."""
    socket.send_fds(connection, [b"\n"], [0, 1, 2])
    connection.sendall(command.line())
    answers = connection.makefile("rb")
    accepted = json.loads(answers.readline() or b"{}")
    if "pid" not in accepted:
        return None
    with _passed_on(accepted["pid"]):
        ended = json.loads(answers.readline() or b"{}")
    return int(ended.get("status", _KILLED))


@contextmanager
def _passed_on(pid: int) -> Iterator[None]:
    """Signals go to the process that carries the command out."""

    def pass_on(number: int, _: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)

    before = {number: signal.signal(number, pass_on) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
