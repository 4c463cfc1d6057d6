"""``skyvern-dagster validate``: all mistakes of definitions at once, or the plan of one."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, assert_never

from skyvern_dagster.compiler.plan import make_plan
from skyvern_dagster.errors import DefinitionError
from skyvern_dagster.workflow.findings import Finding, InvalidDefinitionError, Position
from skyvern_dagster.workflow.loader import Workflow, load_workflow
from skyvern_dagster.workflow.picture import mermaid

Format = Literal["text", "json", "github"]
PlanForm = Literal["tree", "mermaid"]


@dataclass(frozen=True)
class Checked:
    """What was found in a file.

    Attributes:
        plan: Its lines, where they were asked for and it has no errors.
        strict: Whether a warning is as bad as an error.
    """

    file: Path
    findings: tuple[Finding, ...]
    plan: tuple[str, ...] = ()
    strict: bool = False

    @property
    def errors(self) -> int:
        """How many errors it has."""
        return sum(finding.severity == "error" for finding in self.findings)

    @property
    def is_valid(self) -> bool:
        """Whether nothing is wrong with it."""
        return not (self.findings if self.strict else self.errors)


def validate_files(
    files: Sequence[Path], *, plan: PlanForm | None, form: Format, strict: bool = False
) -> int:
    """Checks files and prints what was found.

    Args:
        files: The definitions.
        plan: Whether it is to be printed, and how.
        form: How findings are printed.
        strict: Whether a warning is as bad as an error.

    Returns:
        Exit status: 1 when a file isn't valid.
    """
    results = [replace(_checked(file, plan), strict=strict) for file in files]
    match form:
        case "json":
            documents = [_document(each, has_plan=plan is not None) for each in results]
            sys.stdout.write(json.dumps(documents, indent=2, ensure_ascii=False) + "\n")
        case "text":
            _print(line for each in results for line in _lines(each))
        case "github":
            _print(_command(finding) for each in results for finding in each.findings)
        case _:
            assert_never(form)
    return 0 if all(each.is_valid for each in results) else 1


def _checked(file: Path, plan: PlanForm | None) -> Checked:
    try:
        workflow = load_workflow(file)
    except InvalidDefinitionError as error:
        return Checked(file, error.findings)
    except DefinitionError as error:
        message = str(error).removeprefix(f"{file}: ")
        return Checked(file, (Finding("error", str(file), Position(1, 1), message),))
    return Checked(file, workflow.warnings, tuple(_plan(workflow, plan)))


def _plan(workflow: Workflow, form: PlanForm | None) -> Iterator[str]:
    match form:
        case None:
            return
        case "tree":
            yield from make_plan(workflow).lines()
        case "mermaid":
            yield from mermaid(workflow).splitlines()
        case _:
            assert_never(form)


def _document(result: Checked, *, has_plan: bool) -> dict[str, object]:
    return {
        "file": str(result.file),
        "valid": result.is_valid,
        "findings": [finding.as_dict() for finding in result.findings],
        **({"plan": list(result.plan)} if has_plan else {}),
    }


def _lines(result: Checked) -> Iterator[str]:
    yield from map(str, result.findings)
    yield f"{result.file}: {_verdict(result)}"
    yield from result.plan


def _verdict(result: Checked) -> str:
    if result.is_valid:
        return "valid"
    counts = {"error": result.errors, "warning": len(result.findings) - result.errors}
    told = ("error", "warning") if result.strict else ("error",)
    return ", ".join(
        f"{counts[each]} {each}{'s' if counts[each] > 1 else ''}" for each in told if counts[each]
    )


def _command(finding: Finding) -> str:
    """A workflow command of GitHub Actions: an annotation at the line."""
    place = f"line={finding.position.line},col={finding.position.column}"
    block = f"block {finding.block!r}: " if finding.block else ""
    hint = f" ({finding.hint})" if finding.hint else ""
    message = _escaped(f"{block}{finding.message}{hint}")
    file = _escaped(finding.source).replace(":", "%3A").replace(",", "%2C")
    return f"::{finding.severity} file={file},{place},title=skyvern-dagster::{message}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _print(lines: Iterator[str]) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")
