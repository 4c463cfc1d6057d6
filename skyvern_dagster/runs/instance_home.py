"""The folder of instance, artifacts and downloads: ``$DAGSTER_HOME``, else ``.skyvern`` here."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Literal

import dagster as dg

from skyvern_dagster.compiler.dagster_internals.known_revisions import know_revisions
from skyvern_dagster.errors import RunError
from skyvern_dagster.process.home import home_folder, make_home
from skyvern_dagster.scaffolds.file_template import rendered_file


def prepare_home() -> Path:
    """Makes the folder and its instance configuration, and points this process at it.

    A folder that was given by ``$DAGSTER_HOME`` and has its own ``dagster.yaml`` is left as it is.

    Raises:
        RunError: The folder can't be made.
    """
    home = home_folder()
    try:
        make_home()
        configuration = home / "dagster.yaml"
        if not configuration.exists():
            configuration.write_text(instance_configuration(), encoding="utf-8")
    except OSError as error:
        raise RunError(f"can't use {home} as the home folder: {error}") from error
    os.environ["DAGSTER_HOME"] = str(home)
    # We send no telemetry, whatever an existing dagster.yaml says or doesn't say.
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    know_revisions()
    _create_tables(home)
    return home


def instance_configuration(
    database: Literal["sqlite", "postgres"] = "sqlite", engine: Literal["local", "celery"] = "local"
) -> str:
    """A ``dagster.yaml``.

    Args:
        database: Where runs and events are kept: files of this machine, or PostgreSQL.
        engine: What carries runs out: processes of this machine, or Celery's workers.
    """
    return rendered_file("runs/instance.yaml.j2", database=database, engine=engine)


def _create_tables(home: Path) -> None:
    """Makes the instance's databases once: processes that do it side by side fail."""
    done = home / ".tables-created"
    if done.exists():
        return
    with (home / ".tables-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            with dg.DagsterInstance.get() as instance:
                instance.get_run_by_id("none")
                instance.get_records_for_run("none")
            done.touch()
