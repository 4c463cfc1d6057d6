"""Workflows as Skyvern gives them (exports, API answers, requests), made into definitions.

An export of its editor is a definition already; its API answers whole rows: parameters with ids and
times, blocks with the parameters that their keys name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from skyvern_dagster.blocks.block import Block
from skyvern_dagster.blocks.mail_account import SMTP_FIELDS
from skyvern_dagster.blocks.registry import block_types
from skyvern_dagster.errors import DefinitionError
from skyvern_dagster.workflow.definition import DefinitionBody, WorkflowDefinition
from skyvern_dagster.workflow.document import Document
from skyvern_dagster.workflow.findings import Finding
from skyvern_dagster.workflow.parameters import PARAMETER_MODELS

Fields = dict[str, Any]

_BODY = "workflow_definition"
_ANSWER = "this is an answer of Skyvern's API: what its server adds to a definition is left out"
WRAPPERS = ("json_definition", "workflow", "agent", "workflows", "agents")
"""Under which a request or an answer has the definition."""

_ROW = frozenset(
    {
        "agent_id", "copilot_authored", "created_at", "created_by", "deleted_at", "edited_by",
        "import_error", "is_template", "modified_at", "organization_id", "task_type", "version",
        "workflow_id", "workflow_permanent_id",
    }
)  # fmt: skip
"""What rows of Skyvern's database have: ids, times, authors, and what the block's type says."""
_USUAL: Fields = {"include_extracted_text": True}
"""What rows say of every block, and what happens here anyway."""


@dataclass
class ImportedWorkflow:
    """A definition, and what had to be changed for it.

    Attributes:
        definition: As it is written to a file.
        changes: A line each, with the place.
    """

    definition: Fields
    changes: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        """Its name for people."""
        return str(self.definition.get("title") or "workflow")


def imported(content: Any) -> list[ImportedWorkflow]:
    """The workflows in what Skyvern gave: one, or a list of them.

    Raises:
        DefinitionError: There is none in it.
    """
    return [_imported(each) for each in _workflows(content)]


def as_definition(document: Document) -> tuple[Document, list[Finding]]:
    """A document as a definition: of an answer of Skyvern's API, without what its server adds.

    Skyvern takes back what its API answers, and so must we; a warning says that it is one, and
    another what is left out of it that says something.
    """
    if not _is_answer(document.data):
        return document, []
    result = _imported(document.data, keep_made=True)
    found = [(_ANSWER, "skyvern-dagster import makes a definition of it"), *(
        (each, "") for each in result.changes
    )]  # fmt: skip
    findings = [document.finding((), message, hint, "warning") for message, hint in found]
    return replace(document, data=result.definition), findings


def _is_answer(data: Any) -> bool:
    """Whether it has what only Skyvern's server writes."""
    body = data.get(_BODY) if isinstance(data, dict) else None
    blocks = body.get("blocks") if isinstance(body, dict) else None
    is_row = isinstance(data, dict) and {"workflow_permanent_id", "organization_id"} <= data.keys()
    return isinstance(body, dict) and (
        is_row
        or any(
            isinstance(each, dict) and isinstance(each.get("output_parameter"), dict)
            for each in (blocks if isinstance(blocks, list) else ())
        )
    )


def _workflows(content: Any) -> Iterator[Fields]:
    if isinstance(content, list):
        for each in content:
            yield from _workflows(each)
        return
    if not isinstance(content, dict):
        raise DefinitionError(
            "this is no workflow: there must be a mapping with title and workflow_definition, or a "
            "list of such"
        )
    for wrapper in WRAPPERS:
        if _BODY not in content and isinstance(content.get(wrapper), dict | list):
            yield from _workflows(content[wrapper])
            return
    if not isinstance(content.get(_BODY), dict):
        raise DefinitionError(
            f"this is no workflow: it has no {_BODY}; it has: {', '.join(map(str, content)) or '-'}"
        )
    yield content


def _imported(given: Fields, *, keep_made: bool = False) -> ImportedWorkflow:
    result = ImportedWorkflow({})
    top = _known(given, WorkflowDefinition, "the document", result)
    body = _known(given[_BODY], DefinitionBody, _BODY, result)
    body["parameters"] = [
        _parameter(each, result)
        for each in body.get("parameters") or []
        if isinstance(each, dict) and (keep_made or not _is_made(each, body, result))
    ]
    body["blocks"] = [_block(each, result) for each in body.get("blocks") or []]
    result.definition = {**top, _BODY: body}
    return result


def _known(
    given: Mapping[str, Any], model: type[Any], where: str, result: ImportedWorkflow
) -> Fields:
    """The fields that a definition may have; nulls say nothing, the rest is told."""
    names = model.model_fields.keys() | getattr(model, "inert_fields", frozenset())
    dropped = [
        name
        for name, value in given.items()
        if name not in names and not _says_nothing(name, value)
    ]
    if dropped:
        result.changes.append(f"{where}: without {', '.join(sorted(dropped))}")
    return {name: value for name, value in given.items() if name in names and value is not None}


def _says_nothing(name: str, value: Any) -> bool:
    """Whether a field that is left out is no loss."""
    is_row = name in _ROW or name.endswith("_parameter_id")
    if name in _USUAL:
        return is_row or value in (None, _USUAL[name])
    return is_row or value in (None, "", [], {}, False)


def _is_made(parameter: Fields, body: Fields, result: ImportedWorkflow) -> bool:
    """Whether a parameter is the output that every block has anyway."""
    if parameter.get("parameter_type") != "output":
        return False
    key = str(parameter.get("key"))
    if key.removesuffix("_output") not in set(_labels(body.get("blocks"))):
        result.changes.append(f"parameter {key!r}: left out, outputs are '<label>_output'")
    return True


def _labels(blocks: Any) -> Iterator[str]:
    for block in blocks if isinstance(blocks, list) else ():
        if isinstance(block, dict):
            yield str(block.get("label"))
            yield from _labels(block.get("loop_blocks"))


def _parameter(given: Fields, result: ImportedWorkflow) -> Fields:
    source = given.get("source")
    if isinstance(source, dict) and "source_parameter_key" not in given:
        given = {**given, "source_parameter_key": source.get("key")}
    known = {name: value for name, value in given.items() if name not in ("source", "value")}
    model = PARAMETER_MODELS.get(str(given.get("parameter_type")))
    if model is None:
        return known
    return _known(known, model, f"parameter {given.get('key')!r}", result)


def _block(given: Any, result: ImportedWorkflow) -> Any:
    if not isinstance(given, dict):
        return given
    fields = {**given, **_keys(given)}
    model = block_types().get(str(given.get("block_type")), Block)
    if "loop_blocks" in fields:
        fields["loop_blocks"] = [_block(each, result) for each in fields["loop_blocks"] or []]
    if model is Block:
        result.changes.append(f"block {given.get('label')!r}: no type of this version")
        return fields
    for name in ("output_parameter", "parameters", "loop_over", *map(_object, SMTP_FIELDS)):
        if name not in model.model_fields:
            fields.pop(name, None)
    return _known(fields, model, f"block {given.get('label')!r}", result)


def _keys(given: Fields) -> Fields:
    """Keys in the place of the parameters that they name."""
    keys: Fields = {}
    parameters = given.get("parameters")
    if isinstance(parameters, list) and "parameter_keys" not in given:
        found = [each.get("key") for each in parameters if isinstance(each, dict)]
        keys |= {"parameter_keys": found} if found else {}
    named = {"loop_over_parameter_key": "loop_over"}
    named |= {name: _object(name) for name in SMTP_FIELDS}
    for name, holder in named.items():
        held = given.get(holder)
        if isinstance(held, dict) and held.get("key") and not given.get(name):
            keys[name] = held["key"]
    return keys


def _object(key_field: str) -> str:
    """``smtp_host_secret_parameter_key`` is answered as ``smtp_host``."""
    return key_field.removesuffix("_secret_parameter_key")
