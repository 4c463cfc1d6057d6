"""Commands about what runs stand on: the demo, the server, the browser, a warm process."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from skyvern_dagster.cli.json_option import Json


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


def warm() -> None:
    """Keep a process from which later commands start in a fraction of a second, until Ctrl-C.

    `run`, `resume` and `continue` of the same home folder (DAGSTER_HOME, else .skyvern) are forked
    from it, instead of importing Dagster and the rest anew. With SKYVERN_WARM_SECONDS=600 they
    start one by themselves, which ends when nobody has used it for so long.

    Each command has the environment, the folder and the terminal of whoever typed it.
    """
    from skyvern_dagster.cli.warm import keep_warm

    raise typer.Exit(keep_warm())
