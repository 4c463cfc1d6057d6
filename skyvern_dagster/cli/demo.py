"""``skyvern-dagster demo``: the whole job, on this machine, with proof."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.json import JSON
from rich.markup import escape
from rich.table import Table

from skyvern_dagster.artifacts.default_store import default_store
from skyvern_dagster.cli.dagster_ui import DagsterUI
from skyvern_dagster.cli.progress import ProgressView
from skyvern_dagster.demo.invoices import DeliveredInvoice, delivered_invoices
from skyvern_dagster.demo.orders import START_DATE
from skyvern_dagster.demo.services import DemoServices, demo_services
from skyvern_dagster.demo.workflow import demo_workflow
from skyvern_dagster.runs.instance_home import prepare_home
from skyvern_dagster.runs.local import LocalRun, run_records
from skyvern_dagster.runs.run_answer import WorkflowRunAnswer

_FIRST_ITEMS = 2
"""Of a long list: one shows the form, a second that it goes on."""
_LONGEST_TEXT = 200
"""Characters: three lines of a terminal."""

RECIPIENT = "accounting@example.com"


def run_demo(*, ui: bool, as_json: bool) -> int:
    """Runs the invoice workflow against the embedded shop and checks what came of it.

    Returns:
        Exit status: 0 when every invoice was downloaded, uploaded and mailed; else 1.

    Raises:
        SkyvernDagsterError: Something needed is missing on this machine.
    """
    console = Console(stderr=True)
    home = prepare_home()
    with console.status("starting shop, S3 and mail server"):
        services = demo_services()
        demo = services.__enter__()
    try:
        os.environ.update(demo.environment())
        answer = _run(demo, console)
        invoices = delivered_invoices(
            demo, run_records(answer.workflow_run_id), default_store(), START_DATE
        )
        _show(console, demo, answer, invoices)
        missing = [invoice for invoice in invoices if invoice.missing]
        if as_json:
            sys.stdout.write(answer.model_dump_json(indent=2) + "\n")
        _verdict(console, answer, invoices, missing)
        if ui:
            DagsterUI(home, "skyvern_dagster.demo.definitions").serve(console)
        elif not as_json:
            console.print(
                "look at the run in Dagster's UI: [bold]make demo-ui[/], or\n"
                f"  DAGSTER_HOME={escape(str(home))} "
                "dagster dev -m skyvern_dagster.demo.definitions",
                highlight=False,
            )
        return 1 if missing or answer.status != "completed" else 0
    finally:
        services.__exit__(None, None, None)


def _run(demo: DemoServices, console: Console) -> WorkflowRunAnswer:
    parameters = {
        "website_url": demo.shop_url,
        "invoice_retrieval_start_date": START_DATE.isoformat(),
        "email_recipient": RECIPIENT,
    }
    console.print(
        f"shop [cyan]{demo.shop_url}[/]  S3 [cyan]{demo.s3_endpoint_url}[/]  "
        f"SMTP [cyan]{demo.smtp_host}:{demo.smtp_port}[/]",
        highlight=False,
    )
    local = LocalRun.start(demo_workflow(), "invoice_retrieval.yaml", parameters)
    console.print(f"run [bold]{local.workflow_run_id}[/]", highlight=False)
    with ProgressView(console) as view:
        return local.wait(view.show)


def _show(
    console: Console,
    demo: DemoServices,
    answer: WorkflowRunAnswer,
    invoices: Sequence[DeliveredInvoice],
) -> None:
    table = Table(title=f"invoices since {START_DATE}", title_justify="left")
    for name in ("order", "date", "file"):
        table.add_column(name, no_wrap=True)
    table.add_column("bytes", justify="right")
    table.add_column("S3", overflow="fold")
    for invoice in invoices:
        problem = invoice.missing or invoice.reason
        where = escape(invoice.s3_uri) or f"[yellow]{escape(problem)}[/]"
        size = f"{invoice.size:,}" if invoice.size else ""
        table.add_row(invoice.order_id, str(invoice.order_date), invoice.file or "-", size, where)
    console.print(table)
    for message in demo.messages:
        subject = escape(str(message.message["Subject"]).strip())
        console.print(
            f"e-mail to {', '.join(message.recipients)}: [bold]{subject}[/], "
            f"{len(message.attachments)} attachments: {escape(', '.join(message.attachments))}",
            highlight=False,
        )
    console.print("outputs", style="bold")
    console.print(JSON(json.dumps(_shortened(answer.outputs))))


def _shortened(outputs: object) -> object:
    """Long lists by their first two items: the whole stands in the run's answer (``--json``)."""
    match outputs:
        case list() if len(outputs) > _FIRST_ITEMS:
            rest = f"... {len(outputs) - _FIRST_ITEMS} more"
            return [*(_shortened(item) for item in outputs[:_FIRST_ITEMS]), rest]
        case list():
            return [_shortened(item) for item in outputs]
        case dict():
            return {key: _shortened(value) for key, value in outputs.items()}
        case str() if len(outputs) > _LONGEST_TEXT:
            return outputs[:_LONGEST_TEXT] + "..."
        case _:
            return outputs


def _verdict(
    console: Console,
    answer: WorkflowRunAnswer,
    invoices: Sequence[DeliveredInvoice],
    missing: Sequence[DeliveredInvoice],
) -> None:
    expected = sum(invoice.expected for invoice in invoices)
    if answer.status != "completed":
        console.print(f"[red]the run {answer.status}[/]: {escape(answer.failure_reason or '')}")
    for invoice in missing:
        console.print(f"[red]missing[/] {invoice.order_id}: {escape(invoice.missing)}")
    good = expected - sum(invoice.expected for invoice in missing)
    mark = "[green]✓[/]" if good == expected and not missing else "[red]✗[/]"
    console.print(
        f"{mark} {good} of {expected} invoices downloaded, uploaded and mailed, byte for byte; "
        f"{len(invoices) - expected} order without an invoice",
        highlight=False,
    )
