"""``skyvern-dagster clean``: removes what runs have left behind and nobody keeps any more."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import typer

from skyvern_dagster.artifacts.default_store import default_store
from skyvern_dagster.errors import ParameterError
from skyvern_dagster.runs.cleaning import CleaningReport, clean_deployment
from skyvern_dagster.runs.instance_home import prepare_home
from skyvern_dagster.runs.retention_policy import KINDS, RetentionPolicy, read_policy


def clean_up(
    policy_file: Path | None, keep: list[str], at_most: str | None, *, dry: bool, as_json: bool
) -> int:
    """Removes, or with ``dry`` only counts; gives the exit status.

    Raises:
        ParameterError: The policy or an option can't be read.
        ArtifactError: The store can't be read or written.
    """
    prepare_home()
    policy = _with_options(read_policy(policy_file), keep, at_most)
    report = clean_deployment(default_store(), policy, dry=dry)
    if as_json:
        typer.echo(json.dumps({**asdict(report), "dry_run": dry}, indent=2))
    else:
        typer.echo(_lines(report, dry=dry))
    return 0


def _with_options(policy: RetentionPolicy, keep: list[str], at_most: str | None) -> RetentionPolicy:
    """The policy with what stands on the command line in the place of what it says for all."""
    times: dict[str, str] = {}
    for option in keep:
        kind, _, time = option.partition("=")
        if kind not in KINDS or not time:
            raise ParameterError(
                f"--keep {option}: write KIND=TIME, with one of {', '.join(KINDS)}"
            )
        times[kind] = time
    given = policy.model_dump(exclude_unset=True)
    given["keep"] = {**policy.keep.model_dump(exclude_unset=True), **times}
    if at_most is not None:
        given["at_most"] = at_most
    try:
        return RetentionPolicy.model_validate(given)
    except ValueError as error:
        raise ParameterError(f"--keep, --at-most: {error}") from error


def _lines(report: CleaningReport, *, dry: bool) -> str:
    verb = "would be removed" if dry else "removed"
    files = ", ".join(f"{count} {kind}" for kind, count in report.files.items() if count)
    lines = [f"{verb}: {files or 'nothing'} of {report.runs} runs, {report.freed:,} bytes"]
    if report.left is not None:
        lines.append(f"left: {report.left:,} bytes")
    return "\n".join(lines)
