"""Commands about runs: to begin and go on with them, and to see and remove what they left."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from skyvern_dagster.cli.json_option import Json

Downloads = Annotated[
    Path | None,
    typer.Option("--downloads", metavar="DIR", help="Copy the run's downloaded files there."),
]


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


def continue_(
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="A workflow run id (wr_...).")],
    reject: Annotated[bool, typer.Option("--reject", help="Say no instead of yes.")] = False,
    json: Json = False,
    downloads: Downloads = None,
) -> None:
    """Answer a run that waits for a person, and go on with it on this machine."""
    from skyvern_dagster.cli.run import answer_run

    raise typer.Exit(answer_run(run_id, approved=not reject, as_json=json, downloads=downloads))


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
