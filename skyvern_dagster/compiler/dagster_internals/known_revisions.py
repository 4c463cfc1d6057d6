"""The revisions of Dagster's tables, read once in a process and not for each file.

Whenever Dagster opens the SQLite files of an instance, and whenever it makes that of a run's
events, it asks Alembic for the newest revision. Alembic then imports some ninety files anew, which
takes 40 ms of a processor each time: five times in a run.
"""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace

from alembic.config import Config
from alembic.script import ScriptDirectory
from dagster._core.storage import sql


def know_revisions() -> None:
    """Has Dagster, in this process and those that it forks, read its revisions once.

    They belong to the installed version, and don't change while it runs.
    """
    # All that Dagster's module asks of the class.
    sql.ScriptDirectory = SimpleNamespace(from_config=_of_config)  # type: ignore[attr-defined, assignment]


def read_revisions() -> None:
    """Reads them now, in a process whose forks shall not have to."""
    know_revisions()
    _directory(sql.ALEMBIC_SCRIPTS_LOCATION).as_revision_number("head")


def _of_config(config: Config) -> ScriptDirectory:
    """As Alembic's: of Dagster's storages, those of SQLite have the same files."""
    return _directory(config.get_main_option("script_location") or "")


@cache
def _directory(location: str) -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", location)
    return ScriptDirectory.from_config(config)
