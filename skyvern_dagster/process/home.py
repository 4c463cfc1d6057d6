"""The folder that everything of a deployment lies in, unless told otherwise."""

from __future__ import annotations

import os
from pathlib import Path


def home_folder() -> Path:
    """Where instance, artifacts and downloads live: ``$DAGSTER_HOME``, else ``.skyvern``."""
    return Path(os.environ.get("DAGSTER_HOME") or ".skyvern").resolve()


def artifact_location() -> str:
    """Where artifacts lie unless a resource says otherwise.

    ``$SKYVERN_ARTIFACT_STORE`` (a folder or a universal-pathlib URL), else ``artifacts/`` of the
    home folder.
    """
    return os.environ.get("SKYVERN_ARTIFACT_STORE") or str(home_folder() / "artifacts")
