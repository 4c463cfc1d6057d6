"""The instance's storages: their connections, and a lock between machines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg

_MOST_CONNECTIONS = 20
"""To each of the database's storages, beside the one that is always kept."""


def keep_connections(instance: dg.DagsterInstance) -> None:
    """Has a server's storage keep its database connections, as Dagster's webserver does.

    Otherwise each query of PostgreSQL makes a new one. They are renewed every half minute: one that
    the database has closed meanwhile isn't met often.
    """
    instance.optimize_for_webserver(
        statement_timeout=15_000, pool_recycle=30, max_overflow=_MOST_CONNECTIONS
    )


@contextmanager
def shared_database_lock(instance: dg.DagsterInstance, name: str) -> Iterator[None]:
    """Between processes of all machines that have the instance in PostgreSQL, one is inside.

    PostgreSQL gives the lock back when its holder is gone. With files, the instance is of one
    machine, and nothing is locked here.
    """
    storage: Any = instance.run_storage
    if type(storage).__name__ != "PostgresRunStorage":
        yield
        return
    from sqlalchemy import text

    with storage.connect() as connection:
        asked = {"name": name}
        connection.execute(text("SELECT pg_advisory_lock(hashtext(:name))"), asked)
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(hashtext(:name))"), asked)
