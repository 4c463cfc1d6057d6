"""``skyvern-dagster init``: a whole Dagster project to begin with."""

from __future__ import annotations

import re
from pathlib import Path

import typer

from skyvern_dagster.errors import DefinitionError
from skyvern_dagster.runs.instance_home import instance_configuration
from skyvern_dagster.scaffolds.project_files import Database, Engine, Project, project_files


def write_project(
    folder: Path, *, workflow: str, url: str, database: Database | None, engine: Engine
) -> int:
    """Writes a project into a folder, and says what to do with it.

    Args:
        database: Left out: PostgreSQL where several machines carry out runs, else SQLite.

    Raises:
        DefinitionError: A name is none, the database doesn't fit the engine, or a file is there
            already or can't be written; nothing has been written then, but for the last.
    """
    database = database or ("postgres" if engine == "celery" else "sqlite")
    if engine == "celery" and database == "sqlite":
        raise DefinitionError(
            "--database sqlite: files of one machine, which Celery's workers on others can't "
            "reach: leave it out, or take --engine local"
        )
    if not re.fullmatch(r"[A-Za-z]\w*", workflow, re.ASCII):
        raise DefinitionError(f"--workflow {workflow!r}: give letters, digits and underscores")
    project = Project(_module_name(folder), workflow, url, database, engine)
    files = project_files(project)
    files["home/dagster.yaml"] = instance_configuration(database, engine)
    there = [name for name in files if (folder / name).exists()]
    if there:
        raise DefinitionError(
            f"{folder}: {', '.join(there)} {'is' if len(there) == 1 else 'are'} there already: "
            "name another folder"
        )
    _write(folder, files)
    typer.echo(f"{folder} is written; {folder / 'README.md'} says how to go on:\n")
    typer.echo(f"  cd {folder} && pip install -e . && export DAGSTER_HOME=$PWD/home && dg dev")
    return 0


def _module_name(folder: Path) -> str:
    name = re.sub(r"[^a-z0-9]+", "_", folder.resolve().name.lower()).strip("_")
    if not name.isidentifier():
        raise DefinitionError(
            f"{folder}: the project's module is called as the folder is, which gives {name!r}: "
            "name a folder that begins with a letter"
        )
    return name


def _write(folder: Path, files: dict[str, str]) -> None:
    try:
        for name, text in files.items():
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
    except OSError as error:
        raise DefinitionError(f"{folder} can't be written: {error.strerror}") from error
