"""The folder that everything of a deployment lies in, unless told otherwise."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_PRIVATE = ("artifacts", "history", "logs", "locks", "schedules", "serve", "storage")
"""What Dagster and we make there, for everybody to read unless told otherwise."""


def home_folder() -> Path:
    """Where instance, artifacts and downloads live: ``$DAGSTER_HOME``, else ``.skyvern``."""
    return Path(os.environ.get("DAGSTER_HOME") or ".skyvern").resolve()


def make_home() -> Path:
    """Makes it, for nobody else to read. Of one that was there, what lies in it is made so.

    Raises:
        OSError: It can't be made.
    """
    home = home_folder()
    if not home.exists():
        home.mkdir(parents=True, mode=0o700)
    for name in _PRIVATE:
        folder = home / name
        folder.mkdir(exist_ok=True, mode=0o700)
        with contextlib.suppress(PermissionError):  # somebody else's: theirs to decide
            folder.chmod(0o700)
    return home


def artifact_location() -> str:
    """Where artifacts lie unless a resource says otherwise.

    ``$SKYVERN_ARTIFACT_STORE`` (a folder or a universal-pathlib URL), else ``artifacts/`` of the
    home folder.
    """
    return os.environ.get("SKYVERN_ARTIFACT_STORE") or str(home_folder() / "artifacts")


def io_location() -> str:
    """Where what ops hand on lies unless a resource says otherwise.

    ``$SKYVERN_IO_STORE`` (a folder or a universal-pathlib URL), else ``storage/`` of the home
    folder. Where steps or runs are on several machines, all of them must reach it.
    """
    return os.environ.get("SKYVERN_IO_STORE") or str(home_folder() / "storage")


def table_location() -> str:
    """Where tables lie unless a resource says otherwise.

    ``$SKYVERN_TABLE_STORE`` (as above), else ``tables/`` of the home folder.
    """
    return os.environ.get("SKYVERN_TABLE_STORE") or str(home_folder() / "tables")
