"""``skyvern-dagster new``: a definition to begin with."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Literal

import typer

from skyvern_dagster.errors import DefinitionError

Template = Literal["download", "extract", "form"]


def write_new(file: Path, template: Template) -> int:
    """Writes a definition, and says what to do with it.

    Raises:
        DefinitionError: The file is there already, or can't be written.
    """
    place = file if file.suffix in (".yaml", ".yml") else file.with_name(f"{file.name}.yaml")
    text = resources.files("skyvern_dagster").joinpath(f"scaffolds/workflows/{template}.yaml")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("x", encoding="utf-8") as target:
            target.write(text.read_text(encoding="utf-8"))
    except FileExistsError as error:
        raise DefinitionError(f"{place} is there already: name another file") from error
    except OSError as error:
        raise DefinitionError(f"{place} can't be written: {error.strerror}") from error
    typer.echo(f"{place} is written; change it, then:\n")
    typer.echo(f"  skyvern-dagster validate {place}\n  skyvern-dagster run {place}")
    return 0
