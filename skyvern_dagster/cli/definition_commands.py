"""Commands about definitions: to check, import and write them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from skyvern_dagster.cli.json_option import Json


def validate(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Workflow definitions.")],
    plan: Annotated[bool, typer.Option("--plan", help="Print the ops that it becomes.")] = False,
    mermaid: Annotated[
        bool, typer.Option("--mermaid", help="Print it as a Mermaid flowchart.")
    ] = False,
    form: Annotated[
        Literal["text", "json", "github"],
        typer.Option("--format", help="How findings are printed."),
    ] = "text",
    strict: Annotated[
        bool, typer.Option("--strict", help="Take warnings for errors: exit status 1 for them.")
    ] = False,
    json: Json = False,
) -> None:
    """Check workflow definitions; exit status 1 when one has errors.

    All findings at once, each printed as `file:line:column: severity: what (what to do)`; with
    `--format github` as annotations of GitHub Actions. A warning is something that has no effect
    here, or will fail when it is run; with `--strict` it is as bad as an error.
    """
    from skyvern_dagster.cli.validate import validate_files

    shown: Literal["tree", "mermaid"] | None = "tree" if plan else None
    shown = "mermaid" if mermaid else shown
    raise typer.Exit(
        validate_files(files, plan=shown, form="json" if json else form, strict=strict)
    )


def import_command(
    source: Annotated[
        str,
        typer.Argument(metavar="SOURCE", help="A file (- for stdin), or an address of a server."),
    ],
    folder: Annotated[
        Path, typer.Option("--to", metavar="DIR", help="Where the files are written.")
    ] = Path("workflows"),
    key: Annotated[
        str, typer.Option("--key", envvar="SKYVERN_API_KEY", help="The server's API key.")
    ] = "",
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace files that are there.")
    ] = False,
) -> None:
    """Import workflows of Skyvern: an export, an API answer, or all workflows of a server.

    Writes a YAML file for each, and says what was changed and what has no effect here. Exit status
    1 when one of them has errors.

    Example: `skyvern-dagster import https://skyvern.example --key ...`
    """
    from skyvern_dagster.cli.importing import import_workflows

    raise typer.Exit(import_workflows(source, folder, key=key, overwrite=overwrite))


def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The definition to write.")],
    template: Annotated[
        Literal["download", "extract", "form"],
        typer.Option("--template", help="What it does."),
    ] = "download",
) -> None:
    """Write a definition to begin with."""
    from skyvern_dagster.cli.new import write_new

    raise typer.Exit(write_new(file, template))


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The project's folder.")],
    workflow: Annotated[
        str, typer.Option("--workflow", help="Name of the first workflow.")
    ] = "invoices",
    url: Annotated[
        str, typer.Option("--url", help="Address at which it begins.")
    ] = "https://shop.example",
    database: Annotated[
        Literal["sqlite", "postgres"] | None,
        typer.Option("--database", help="Where Dagster keeps runs; postgres with celery."),
    ] = None,
    engine: Annotated[
        Literal["local", "celery"],
        typer.Option("--engine", help="What carries runs out: this machine, or Celery's workers."),
    ] = "local",
) -> None:
    """Write a Dagster project to begin with: definitions, a workflow, the instance's configuration.

    For `dg dev` and `dagster dev`. The instance has a pool of one a login, run monitoring, and no
    telemetry; schedules are off until somebody switches them on; secrets are variables of the
    environment.

    Example: `skyvern-dagster init portals --url https://shop.example`
    """
    from skyvern_dagster.cli.init import write_project

    raise typer.Exit(
        write_project(folder, workflow=workflow, url=url, database=database, engine=engine)
    )


def schema() -> None:
    """Print the JSON Schema of definitions, for editors.

    A definition names it in its first line: `# yaml-language-server: $schema=FILE`.
    """
    from skyvern_dagster.cli.schema import schema_text

    typer.echo(schema_text(), nl=False)
