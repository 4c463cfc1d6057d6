"""From a YAML file to a checked workflow: all findings at once, each with its place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path as FilePath

from skyvern_dagster.blocks.block import Block
from skyvern_dagster.blocks.registry import add_blocks
from skyvern_dagster.errors import DefinitionError
from skyvern_dagster.ids import stable_id
from skyvern_dagster.workflow.as_meant import AsMeant
from skyvern_dagster.workflow.checks import check
from skyvern_dagster.workflow.definition import WorkflowDefinition, walk
from skyvern_dagster.workflow.document import parse
from skyvern_dagster.workflow.findings import Finding, InvalidDefinitionError
from skyvern_dagster.workflow.identifiers import with_identifiers
from skyvern_dagster.workflow.inert import without_inert_fields
from skyvern_dagster.workflow.model_findings import as_model
from skyvern_dagster.workflow.op_names import clean_name
from skyvern_dagster.workflow.operator_checks import operator_findings
from skyvern_dagster.workflow.skyvern_export import as_definition


@dataclass(frozen=True)
class Workflow:
    """A definition that has passed all checks.

    Attributes:
        name: Name for jobs and files (``[A-Za-z0-9_]+``).
        definition: The model.
        text: The document as it was read.
        warnings: What has no effect.
        stored_id: The permanent id of a workflow that the workflow store holds.
        version: Its version there.
        from_rest: Whether it came over REST: it may name only what its organization has been
            granted. A file is the operator's.
    """

    name: str
    definition: WorkflowDefinition
    text: str
    warnings: tuple[Finding, ...] = ()
    stored_id: str | None = None
    version: int | None = None
    from_rest: bool = False

    @property
    def workflow_permanent_id(self) -> str:
        """``wpid_...``; for a file, made from its name."""
        return self.stored_id or stable_id("wpid", self.name)

    @property
    def uses_browser(self) -> bool:
        """Whether one of its blocks does, at any depth."""
        return any(block.uses_browser() for block in walk(self.definition.blocks))


def load_workflow(path: str | FilePath, *, blocks: Iterable[type[Block]] = ()) -> Workflow:
    """Reads and checks a workflow definition from a YAML file.

    Args:
        path: The file.
        blocks: Block types of your own that definitions may use in this process. Those of an
            installed package are known by its ``skyvern_dagster.blocks`` entry points, in every
            process.

    Example:
        .. code-block:: python

            workflow = load_workflow("workflows/invoice_retrieval.yaml")
            job = build_job(workflow)

    Raises:
        DefinitionError: The file can't be read, or has errors; the message lists all of them as
            ``file:line:column: error: ...``. Or one of ``blocks`` is no block type.
    """
    add_blocks(blocks)
    file = FilePath(path)
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise DefinitionError(f"{path}: no such file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DefinitionError(f"{path}: can't be read: {error}") from error
    return load_text(text, source=str(path), name=file.stem)


def load_text(
    text: str,
    *,
    source: str,
    name: str,
    stored_id: str | None = None,
    version: int | None = None,
    from_rest: bool = False,
) -> Workflow:
    """Reads and checks a workflow definition from text.

    Args:
        source: What messages call the document.
        name: Name for jobs; other characters than letters, digits and ``_`` become ``_``.
        stored_id: Its permanent id, where the workflow store holds it.
        version: Its version there.
        from_rest: Whether it came over REST; what only the operator may write is an error then.

    Raises:
        DefinitionError: It has errors.
    """
    given, told = as_definition(parse(text, source))
    meant = AsMeant(given)
    document, renamed = with_identifiers(meant.document)
    cleaned, findings = without_inert_fields(document)
    definition, refused = as_model(document, cleaned)
    findings += [*refused, *told, *meant.findings, *renamed, *check(document)]
    findings += [
        Finding("error", source, place, f"{path[-1]!r} stands twice", "remove one of them")
        for path, place in document.repeated
    ]
    findings += [
        document.finding(
            path,
            f"YAML reads {written} as a number in another notation",
            f'if it is a text, write "{written}"',
            "warning",
        )
        for path, written in document.read_otherwise
    ]
    if from_rest:
        findings += operator_findings(document)
    # An alias brings the same mistake from the same place several times.
    findings = list(dict.fromkeys(findings))
    findings.sort(key=lambda each: (each.position.line, each.position.column))
    if definition is None or any(finding.severity == "error" for finding in findings):
        raise InvalidDefinitionError(tuple(findings))
    return Workflow(
        clean_name(name), definition, text, tuple(findings), stored_id, version, from_rest
    )
