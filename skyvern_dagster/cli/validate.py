"""``skyvern-dagster validate``: all mistakes of definitions at once, or the plan of one."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from skyvern_dagster.compiler.plan import make_plan
from skyvern_dagster.errors import DefinitionError
from skyvern_dagster.workflow.findings import Finding, InvalidDefinitionError, Position
from skyvern_dagster.workflow.loader import load_workflow


def validate_files(files: Sequence[Path], *, plan: bool, as_json: bool) -> int:
    """Checks files and prints what was found.

    Returns:
        Exit status: 1 when a file has errors.
    """
    results = [_checked(file, plan=plan) for file in files]
    if as_json:
        documents = [
            {
                "file": str(file),
                "valid": not _errors(findings),
                "findings": [finding.as_dict() for finding in findings],
                **({"plan": lines} if plan else {}),
            }
            for file, findings, lines in results
        ]
        sys.stdout.write(json.dumps(documents, indent=2, ensure_ascii=False) + "\n")
    else:
        for file, findings, lines in results:
            _print(file, findings, lines)
    return 1 if any(_errors(findings) for _, findings, _ in results) else 0


def _checked(file: Path, *, plan: bool) -> tuple[Path, tuple[Finding, ...], list[str]]:
    try:
        workflow = load_workflow(file)
    except InvalidDefinitionError as error:
        return file, error.findings, []
    except DefinitionError as error:
        message = str(error).removeprefix(f"{file}: ")
        return file, (Finding("error", str(file), Position(1, 1), message),), []
    return file, workflow.warnings, list(make_plan(workflow).lines()) if plan else []


def _print(file: Path, findings: Sequence[Finding], lines: Sequence[str]) -> None:
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    errors = _errors(findings)
    if errors:
        sys.stdout.write(f"{file}: {errors} error{'s' if errors > 1 else ''}\n")
    else:
        sys.stdout.write(f"{file}: valid\n")
    for line in lines:
        sys.stdout.write(f"{line}\n")


def _errors(findings: Sequence[Finding]) -> int:
    return sum(finding.severity == "error" for finding in findings)
