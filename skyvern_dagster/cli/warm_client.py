"""A command that a warm process carries out in this one's place. Only the standard library.

Python with Dagster and the rest takes two or three seconds to start; a process that has done it
already forks in milliseconds (``cli/warm_server.py``). What is typed, printed, and sent as a signal
goes through; where there is no warm process, or another version of the code, the command is carried
out here as ever.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
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

_START_SECONDS = 60.0
"""Arbitrary: importing takes two seconds or three, many times that on a busy machine."""

_POLL_SECONDS = 0.02
"""Arbitrary: a try to connect takes less than a millisecond."""

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
    command = WarmCommand(arguments, str(Path.cwd()), dict(os.environ), _umask())
    with contextlib.suppress(OSError):
        if (connection := _connected(place)) is not None:
            with connection:
                status = _asked(connection, command)
            if status is not None:
                return status
        if seconds and (connection := _started(place, home, seconds)) is not None:
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


def _connected(place: Path) -> socket.socket | None:
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(str(place))
    except OSError:
        connection.close()
        return None
    return connection


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


def _started(place: Path, home: Path, seconds: float) -> socket.socket | None:
    """Starts one that waits so long for further commands, and connects to it."""
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (connection := _connected(place)) is not None:
            return connection
        log = home / "logs" / "warm.log"
        log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "skyvern_dagster.cli.warm_server", str(home), str(seconds)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            if (connection := _connected(place)) is not None:
                return connection
            time.sleep(_POLL_SECONDS)
        return None
