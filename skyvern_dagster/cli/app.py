"""``skyvern-dagster``: all commands. Each is imported only when it is used."""

from __future__ import annotations

import contextlib
import os
import sys
import threading

import typer

from skyvern_dagster.cli import definition_commands, run_commands, service_commands
from skyvern_dagster.cli.grants import app as grants_app
from skyvern_dagster.cli.keys import app as keys_app
from skyvern_dagster.cli.models import app as models_app
from skyvern_dagster.cli.recordings import app as recordings_app
from skyvern_dagster.errors import SkyvernDagsterError

app = typer.Typer(
    name="skyvern-dagster",
    help="Web portals as Dagster assets: runs Skyvern workflow definitions as Dagster jobs.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="markdown",
)
app.add_typer(keys_app)
app.add_typer(grants_app)
app.add_typer(recordings_app)
app.add_typer(models_app)

app.command()(definition_commands.validate)
app.command("import")(definition_commands.import_command)
app.command()(definition_commands.new)
app.command()(definition_commands.init)
app.command()(definition_commands.schema)
app.command()(run_commands.run)
app.command()(run_commands.resume)
app.command("continue")(run_commands.continue_)
app.command()(run_commands.clean)
app.command()(service_commands.demo)
app.command("demo-services")(service_commands.serve_demo)
app.command()(service_commands.serve)
app.command()(run_commands.trace)
app.command()(service_commands.browser)
app.command()(service_commands.warm)


def main() -> None:
    """Carries the command out and ends the process with its status."""
    status = status_of()
    with contextlib.suppress(BrokenPipeError):  # whoever read it has seen enough
        sys.stdout.flush()
        sys.stderr.flush()
    if threading.active_count() > 1:  # something is still to be finished
        sys.exit(status)
    # Taking the process's modules apart would take up to half a second.
    os._exit(status)


def status_of() -> int:
    """Carries out the command of ``sys.argv`` and returns its exit status."""
    try:
        app()
    except SkyvernDagsterError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    except SystemExit as ending:
        if ending.code is not None and not isinstance(ending.code, int):
            raise
        return ending.code or 0
    return 0


if __name__ == "__main__":
    main()
