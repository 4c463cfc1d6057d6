"""A PostgreSQL server for one benchmark, and what it has cost."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_UP_SECONDS = 60
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Postgres:
    """A server on loopback.

    Attributes:
        url: Of its database, as dagster-postgres takes it.
        pid: Of its first process.
    """

    url: str
    pid: int

    def cpu_seconds(self) -> float:
        """Seconds of a processor that it has taken, those of connections that have ended too."""
        children = [
            int(each.name)
            for each in Path("/proc").iterdir()
            if each.name.isdigit() and _parent(int(each.name)) == self.pid
        ]
        return cpu_seconds(self.pid, ended=True) + sum(map(cpu_seconds, children))

    def transactions(self) -> int:
        """Transactions so far."""
        from sqlalchemy import create_engine, text

        engine = create_engine(self.url)
        with engine.connect() as connection:
            asked = text("SELECT sum(xact_commit + xact_rollback) FROM pg_stat_database")
            count = connection.execute(asked).scalar_one()
        engine.dispose()
        return int(count)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """The server, with an empty database, until the context is left.

    Durable, as a deployment's is: what it takes to write to the disk is part of the answer.
    """
    folder = Path(tempfile.mkdtemp(prefix="skyvern-postgres-"))
    as_owner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_owner:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres")
    port, data = free_port(), folder / "data"
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/"}
    try:
        subprocess.run(
            [*as_owner, _program("initdb"), "-D", data, "-U", "dagster", "-A", "trust"],
            check=True, **quiet,
        )  # fmt: skip
        server = subprocess.Popen(
            [*as_owner, _program("postgres"), "-D", data, "-p", str(port), "-h", "127.0.0.1",
             "-k", str(folder), "-c", "max_connections=300"], **quiet,
        )  # fmt: skip
        try:
            _wait_until_up(port)
            pid = int((data / "postmaster.pid").read_text().splitlines()[0])
            yield Postgres(f"postgresql+psycopg2://dagster@127.0.0.1:{port}/postgres", pid)
        finally:
            server.terminate()
            server.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def cpu_seconds(pid: int, *, ended: bool = False) -> float:
    """Seconds of a processor of one process, with ``ended`` also those of its ended children."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11 : 15 if ended else 13])) / _TICKS


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _program(name: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    if not found:
        raise SystemExit("PostgreSQL is needed: sh deploy/celery/install.sh")
    return str(found[-1])


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])


def _wait_until_up(port: int) -> None:
    deadline = time.monotonic() + _UP_SECONDS
    while time.monotonic() < deadline:
        done = subprocess.run(
            [_program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)], check=False
        )
        if done.returncode == 0:
            return
        time.sleep(0.2)
    raise SystemExit("PostgreSQL doesn't come up")
