"""``skyvern-dagster``: all commands. Each is imported only when it is used."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from pathlib import Path
from typing import Annotated, Literal

import typer

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

Json = Annotated[bool, typer.Option("--json", help="Print machine-readable JSON on stdout.")]
Downloads = Annotated[
    Path | None,
    typer.Option("--downloads", metavar="DIR", help="Copy the run's downloaded files there."),
]


@app.command()
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


@app.command("import")
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


@app.command()
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


@app.command()
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


@app.command()
def schema() -> None:
    """Print the JSON Schema of definitions, for editors.

    A definition names it in its first line: `# yaml-language-server: $schema=FILE`.
    """
    from skyvern_dagster.cli.schema import schema_text

    typer.echo(schema_text(), nl=False)


@app.command()
def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Workflow definition (YAML).")],
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "--parameter", "-p", metavar="KEY=VALUE", help="A parameter; may be repeated."
        ),
    ] = None,
    json: Json = False,
    downloads: Downloads = None,
) -> None:
    """Run a workflow definition as a Dagster run on this machine.

    Progress goes to stderr. With `--json`, stdout is exactly the run's answer, as
    `GET /workflows/runs/{workflow_run_id}` gives it.

    Exit status: 0 completed, 1 failed, 3 terminated, 4 completed but for some items, 5 waits for
    a person, 130 canceled.

    A `credential` parameter KEY is read from SKYVERN_CREDENTIAL_KEY_USERNAME, _PASSWORD and
    _TOTP_SECRET; an `aws_secret` parameter from the environment variable that its aws_key names.
    Uploads go to the bucket SKYVERN_UPLOAD_BUCKET.

    Example: `skyvern-dagster run workflows/invoice_retrieval.yaml -p
    website_url=https://shop.example -p invoice_retrieval_start_date=2024-04-15`
    """
    from skyvern_dagster.cli.run import run_file

    raise typer.Exit(run_file(file, parameter or [], as_json=json, downloads=downloads))


@app.command()
def resume(
    run_id: Annotated[
        str, typer.Argument(metavar="RUN", help="A workflow run id (wr_...) or a Dagster run id.")
    ],
    json: Json = False,
    downloads: Downloads = None,
) -> None:
    """Re-execute a failed, terminated or crashed run from where it stopped.

    What has been finished is not repeated: no finished iteration, no upload, no e-mail.
    """
    from skyvern_dagster.cli.run import resume_run

    raise typer.Exit(resume_run(run_id, as_json=json, downloads=downloads))


@app.command("continue")
def continue_(
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="A workflow run id (wr_...).")],
    reject: Annotated[bool, typer.Option("--reject", help="Say no instead of yes.")] = False,
    json: Json = False,
    downloads: Downloads = None,
) -> None:
    """Answer a run that waits for a person, and go on with it on this machine."""
    from skyvern_dagster.cli.run import answer_run

    raise typer.Exit(answer_run(run_id, approved=not reject, as_json=json, downloads=downloads))


@app.command()
def clean(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be removed.")
    ] = False,
    keep: Annotated[
        list[str] | None,
        typer.Option(
            "--keep",
            metavar="KIND=TIME",
            help="For this time: recordings=14d, downloads=1y, records=forever. May be repeated.",
        ),
    ] = None,
    at_most: Annotated[
        str | None, typer.Option("--at-most", metavar="SIZE", help="Of all runs: 50GB.")
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option("--policy", metavar="FILE", help="The policy; else retention.yaml at home."),
    ] = None,
    json: Json = False,
) -> None:
    """Remove what runs have left behind and nobody keeps any more.

    The policy says for how long recordings, traces, screenshots, downloads and records are kept,
    by workflow and by how a run ended. Without one, recordings and traces go after 30 days. Runs
    that wait or go on lose nothing, and marks of what was uploaded and mailed stay.
    """
    from skyvern_dagster.cli.clean import clean_up

    raise typer.Exit(clean_up(policy, keep or [], at_most, dry=dry_run, as_json=json))


@app.command()
def demo(
    ui: Annotated[
        bool, typer.Option("--ui", help="Leave everything up and start Dagster's UI.")
    ] = False,
    json: Json = False,
) -> None:
    """Retrieve invoices from the embedded shop, end to end, and show the result.

    Starts a web shop, an S3 server and a mail server on this machine, runs
    `invoice_retrieval.yaml` against them with a real browser, and checks every invoice.
    """
    from skyvern_dagster.cli.demo import run_demo

    raise typer.Exit(run_demo(ui=ui, as_json=json))


@app.command("demo-services")
def serve_demo(
    env_file: Annotated[
        Path | None,
        typer.Option("--env-file", metavar="FILE", help="Write the variables there, too."),
    ] = None,
) -> None:
    """Start the embedded shop, S3 and mail server and print the variables that workflows need.

    For trying things out in your own Dagster project: `DEMO_SHOP_URL` is the shop's address, the
    rest is its login, the bucket and the mail server. Ctrl-C stops them.
    """
    from skyvern_dagster.cli.demo_services import serve

    raise typer.Exit(serve(env_file))


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Where the REST API listens.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Its port; 0 for any that is free.")] = 8000,
    dagster_port: Annotated[int, typer.Option(help="Port of Dagster's UI; 0: any.")] = 3000,
    dagster_host: Annotated[
        str, typer.Option(help="Where Dagster's UI listens; beyond this machine with a token.")
    ] = "127.0.0.1",
    workflows: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Definitions to import; changed ones as new versions."),
    ] = None,
    public_url: Annotated[
        str, typer.Option(help="Where clients reach the API, for links in answers.")
    ] = "",
    json: Json = False,
) -> None:
    """Serve Skyvern's REST API and Dagster on this machine, until Ctrl-C.

    Starts a code server, Dagster's daemon and UI, and the API, with one instance under
    DAGSTER_HOME (else .skyvern), and prints one line when all of them are up.

    Clients need a key: `skyvern-dagster keys create`. Workflows of the folder DIR may use this
    server's secrets; what comes over REST uses those that `skyvern-dagster grants` names.

    A process of it that dies is started again; all of them end with this command. With
    `--dagster-host 0.0.0.0`, Dagster's UI asks for a token: SKYVERN_DAGSTER_TOKEN, else the one in
    DAGSTER_HOME/dagster_token.

    Settings are environment variables: SKYVERN_API_..., see docs/rest.md.

    Example: `skyvern-dagster serve --workflows workflows`
    """
    from skyvern_dagster.cli.serve import serve as serve_until_stopped
    from skyvern_dagster.deployment.deployment import ServeOptions

    options = ServeOptions(
        host, port, dagster_port, workflows, public_url, dagster_host=dagster_host
    )
    raise typer.Exit(serve_until_stopped(options, as_json=json))


@app.command()
def trace(
    run_id: Annotated[
        str, typer.Argument(metavar="RUN", help="A workflow run id (wr_...) or a Dagster run id.")
    ],
    block: Annotated[
        str, typer.Option("--block", help="Label of the block, or label/iteration.")
    ] = "",
    list_only: Annotated[
        bool, typer.Option("--list", help="Print the traces instead of opening one.")
    ] = False,
    port: Annotated[int, typer.Option("--port", help="Of the viewer; 0 for a free one.")] = 0,
) -> None:
    """Open a run's newest trace, or that of a block, in Playwright's trace viewer.

    The viewer is a page on this machine; its address is printed. Ctrl-C stops it.
    """
    from skyvern_dagster.cli.trace import show_trace

    raise typer.Exit(show_trace(run_id, block=block, list_only=list_only, port=port))


@app.command()
def browser(
    install: Annotated[
        bool, typer.Option("--install", help="Install a Chromium where there is none.")
    ] = False,
) -> None:
    """Check that there is a browser, and which.

    Looked for in this order: SKYVERN_BROWSER_PATH or SKYVERN_BROWSER_CDP_URL, Playwright's own,
    the system's Chromium or Chrome.
    """
    from skyvern_dagster.cli.browser import check_browser

    raise typer.Exit(check_browser(install=install))


@app.command()
def warm() -> None:
    """Keep a process from which later commands start in a fraction of a second, until Ctrl-C.

    `run`, `resume` and `continue` of the same home folder (DAGSTER_HOME, else .skyvern) are forked
    from it, instead of importing Dagster and the rest anew. With SKYVERN_WARM_SECONDS=600 they
    start one by themselves, which ends when nobody has used it for so long.

    Each command has the environment, the folder and the terminal of whoever typed it.
    """
    from skyvern_dagster.cli.warm import keep_warm

    raise typer.Exit(keep_warm())


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
