"""The SQLite files of an instance, kept open by a process that writes to them all the time.

Dagster makes an engine of SQLAlchemy for each event that is written and each run that is looked
up, opens the file and closes it again. SQLAlchemy then compiles each statement anew, which takes
most of an event's time, and SQLite, whenever the last connection is closed, writes its journal into
the file and waits for the disk. With PostgreSQL there is nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Any

import dagster as dg
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from sqlalchemy import Connection, Engine, create_engine

_BUSY = {"timeout": SQLITE_BUSY_TIMEOUT_SECONDS}
"""As Dagster waits for a file that another process writes to."""


@contextmanager
def sqlite_kept_open(instance: dg.DagsterInstance) -> Iterator[None]:
    """Has an instance keep its files of runs and events open; other storages stay as they are.

    Args:
        instance: Of this process alone: connections don't outlive a fork.
    """
    with ExitStack() as kept:
        events, runs = instance.event_log_storage, instance.run_storage
        if isinstance(events, SqliteEventLogStorage):
            kept.enter_context(_events_kept_open(events))
        if isinstance(runs, SqliteRunStorage):
            kept.enter_context(_runs_kept_open(runs))
        yield


@contextmanager
def _events_kept_open(storage: Any) -> Iterator[None]:
    """The files of event logs, of which there is one for each run, and one for all."""
    opened, engines = storage._connect, dict[str, Engine]()  # noqa: SLF001

    def connect(shard: str) -> AbstractContextManager[Connection]:
        if shard not in storage._initialized_dbs:  # noqa: SLF001
            return opened(shard)  # type: ignore[no-any-return]  # which makes its tables
        if shard not in engines:
            address = storage.conn_string_for_shard(shard)
            engines[shard] = create_engine(address, connect_args=_BUSY)
        # Without the lock, threads would wait in SQLite for each other, which is slower.
        return _transaction(engines[shard], storage._db_lock)  # noqa: SLF001

    with _replaced(storage, "_connect", connect):
        try:
            yield
        finally:
            _dispose(engines)


@contextmanager
def _runs_kept_open(storage: Any) -> Iterator[None]:
    engine = create_engine(storage._conn_string)  # noqa: SLF001
    with _replaced(storage, "connect", lambda: _transaction(engine, nullcontext())):
        try:
            yield
        finally:
            engine.dispose()


@contextmanager
def _transaction(engine: Engine, lock: AbstractContextManager[Any]) -> Iterator[Connection]:
    with lock, engine.begin() as connection:
        yield connection


@contextmanager
def _replaced(storage: Any, name: str, connect: Callable[..., Any]) -> Iterator[None]:
    """Has one storage, and no other of its class, connect otherwise for a while."""
    setattr(storage, name, connect)
    try:
        yield
    finally:
        delattr(storage, name)


def _dispose(engines: dict[str, Engine]) -> None:
    for engine in engines.values():
        engine.dispose()
