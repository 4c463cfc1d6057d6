"""``skyvern-dagster models``: whether the configured models can do what tasks need."""

from __future__ import annotations

import asyncio
import json as json_module
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from skyvern_dagster.errors import PlannerError

if TYPE_CHECKING:
    from skyvern_dagster.llm.model_check import ModelReport

app = typer.Typer(
    name="models",
    help="Look at the language models that tasks are planned with.",
    no_args_is_help=True,
)

_EXIT = {"ok": 0, "skipped": 0, "limited": 4, "failed": 1}
_SIGN = {"ok": "ok", "skipped": "--", "limited": "!!", "failed": "NO"}


@app.callback()
def models() -> None:
    """Look at the language models that tasks are planned with."""


@app.command()
def check(
    provider: Annotated[
        str, typer.Option("--provider", help="A preset, in place of SKYVERN_LLM_PROVIDER.")
    ] = "",
    base_url: Annotated[
        str, typer.Option("--base-url", metavar="URL", help="In place of SKYVERN_LLM_BASE_URL.")
    ] = "",
    model: Annotated[str, typer.Option("--model", help="In place of SKYVERN_LLM_MODEL.")] = "",
    json: Annotated[
        bool, typer.Option("--json", help="Print machine-readable JSON on stdout.")
    ] = False,
) -> None:
    """Ask the configured models three questions each, and say what works.

    Whether they answer, in which form, whether they see pictures, read the longest request that
    tasks send, how long they take and what that costs. The settings are those of runs,
    SKYVERN_LLM_... (docs/models.md); the second model for reading and the fallback are tried, too.

    Exit status: 0 all works, 4 tasks work with less (no pictures, say), 1 they don't.

    Example: `skyvern-dagster models check --provider ollama --model qwen3`
    """
    from skyvern_dagster.llm.model_check import check_models
    from skyvern_dagster.llm.settings import settings_from

    settings = settings_from(provider=provider, base_url=base_url, model=model)
    if not settings.is_configured:
        raise PlannerError(
            "no model is configured: set SKYVERN_LLM_API_KEY, SKYVERN_LLM_BASE_URL or "
            "SKYVERN_LLM_PROVIDER (docs/models.md)"
        )
    reports = asyncio.run(check_models(settings))
    if json:
        document = {"models": [report.as_dict() for report in reports]}
        sys.stdout.write(json_module.dumps(document, indent=2, ensure_ascii=False) + "\n")
    else:
        for report in reports:
            _print(report)
    codes = {_EXIT[report.status] for report in reports}
    raise typer.Exit(1 if 1 in codes else max(codes))


def _print(report: ModelReport) -> None:
    sys.stdout.write(f"{report.role}: {report.model} at {report.server}\n")
    for finding in report.findings:
        name = finding.name.replace("_", " ")
        sys.stdout.write(f"  {_SIGN[finding.status]}  {name:<18}{finding.told}\n")
