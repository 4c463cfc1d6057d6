"""What the model alone can't see: names that don't exist, stand twice, or come too late."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from skyvern_dagster.blocks.fields import DOWNLOAD_DIRECTORY
from skyvern_dagster.blocks.for_loop import ForLoopBlock
from skyvern_dagster.blocks.send_email import SendEmailBlock
from skyvern_dagster.blocks.union import Block
from skyvern_dagster.errors import ParameterError, TemplateError
from skyvern_dagster.templating import is_template, names_used
from skyvern_dagster.workflow.definition import WorkflowDefinition, walk
from skyvern_dagster.workflow.document import Document
from skyvern_dagster.workflow.findings import Finding, Path
from skyvern_dagster.workflow.parameters import (
    RESERVED_KEYS,
    AwsSecretParameter,
    ContextParameter,
    CredentialParameter,
    OutputParameter,
    WorkflowParameter,
    coerce,
)

_RESERVED_LABELS = frozenset({"start", "finish"})
_LOOP_NAMES = frozenset({"current_item", "current_value", "current_index"})


def check(definition: WorkflowDefinition, document: Document) -> list[Finding]:
    """All findings that need the whole definition."""
    checks = _Checks(definition, document)
    checks.parameters()
    checks.labels()
    checks.blocks(definition.blocks, ("workflow_definition", "blocks"), in_loop=False)
    return checks.findings


@dataclass
class _Checks:
    definition: WorkflowDefinition
    document: Document
    findings: list[Finding] = field(default_factory=list)
    _made: set[str] = field(default_factory=set)

    def error(self, path: Path, message: str, hint: str = "") -> None:
        self.findings.append(
            Finding(
                "error",
                self.document.source,
                self.document.position(path),
                message,
                hint,
                self.document.block_label(path),
            )
        )

    def parameters(self) -> None:
        labels = {block.label for block in walk(self.definition.blocks)}
        known = {each.key for each in self.definition.parameters} | _outputs(labels)
        seen: set[str] = set()
        for index, parameter in enumerate(self.definition.parameters):
            path: Path = ("workflow_definition", "parameters", index)
            key = parameter.key
            if key in seen:
                self.error((*path, "key"), f"parameter key {key!r} stands twice", "rename one")
            seen.add(key)
            if key in RESERVED_KEYS:
                self.error((*path, "key"), f"parameter key {key!r} is reserved", "rename it")
            if key in _outputs(labels) or key in labels:
                self.error((*path, "key"), f"{key!r} is the name of a block's output", "rename it")
            match parameter:
                case OutputParameter():
                    self.error(
                        (*path, "parameter_type"),
                        "output parameters exist by themselves as '<label>_output'",
                        "remove it",
                    )
                case ContextParameter() if parameter.source_parameter_key not in known:
                    self.error(
                        (*path, "source_parameter_key"),
                        f"unknown source {parameter.source_parameter_key!r}",
                        _did_you_mean(parameter.source_parameter_key, known),
                    )
                case WorkflowParameter() if parameter.default_value is not None:
                    self._default(parameter, path)
                case _:
                    pass
        self._context_cycles()

    def _default(self, parameter: WorkflowParameter, path: Path) -> None:
        try:
            coerce(parameter.key, parameter.workflow_parameter_type, parameter.default_value)
        except ParameterError as error:
            self.error((*path, "default_value"), f"the default doesn't fit: {error}")

    def _context_cycles(self) -> None:
        sources = {
            each.key: each.source_parameter_key
            for each in self.definition.parameters
            if isinstance(each, ContextParameter)
        }
        for index, parameter in enumerate(self.definition.parameters):
            seen, key = set(), parameter.key
            while key in sources and key not in seen:
                seen.add(key)
                key = sources[key]
            if key == parameter.key and key in sources:
                path: Path = ("workflow_definition", "parameters", index, "source_parameter_key")
                self.error(path, f"context parameter {key!r} is its own source")

    def labels(self) -> None:
        seen: dict[str, str] = {}
        for path, block in _located(self.definition.blocks, ("workflow_definition", "blocks")):
            place = (*path, "label")
            if not re.fullmatch(r"[A-Za-z0-9_]+", block.label):
                self.error(
                    place,
                    f"label {block.label!r} must have letters, digits and _ only",
                    f"for instance {re.sub(r'[^A-Za-z0-9_]+', '_', block.label).strip('_')!r}",
                )
            if block.label in _RESERVED_LABELS or block.label.endswith(("__items", "__collect")):
                self.error(place, f"label {block.label!r} is reserved", "rename the block")
            if block.label.casefold() in seen:
                self.error(place, f"label {block.label!r} stands twice", "rename one of the blocks")
            seen[block.label.casefold()] = block.label

    def blocks(self, blocks: list[Block], path: Path, *, in_loop: bool) -> None:
        for index, block in enumerate(blocks):
            place = (*path, index)
            self._names(block, place, in_loop=in_loop)
            if isinstance(block, ForLoopBlock):
                self._loop(block, place)
                self.blocks(block.loop_blocks, (*place, "loop_blocks"), in_loop=True)
            if isinstance(block, SendEmailBlock):
                self._smtp_keys(block, place)
            self._made |= _outputs({block.label}) | {block.label}

    def _names(self, block: Block, path: Path, *, in_loop: bool) -> None:
        keys = {each.key for each in self.definition.parameters}
        known = keys | self._made | (RESERVED_KEYS if in_loop else RESERVED_KEYS - _LOOP_NAMES)
        for name, text, may_be_key in block.texts():
            if may_be_key and (text in known or text == DOWNLOAD_DIRECTORY):
                self._available(text, (*path, name))
            elif is_template(text):
                self._template(text, known, (*path, name))
            elif may_be_key and name in ("url", "loop_variable_reference") and text.isidentifier():
                self._unknown(text, known, (*path, name))
        secrets = block.keys_used() if isinstance(block, SendEmailBlock) else ()
        for key in block.keys_used():
            if key not in known and key not in secrets:
                field_name = (
                    "loop_over_parameter_key"
                    if isinstance(block, ForLoopBlock)
                    else "parameter_keys"
                )
                self._unknown(key, known, (*path, field_name))
            else:
                self._available(key, path)

    def _template(self, text: str, known: set[str], path: Path) -> None:
        try:
            used = names_used(text)
        except TemplateError as error:
            self.error(path, str(error))
            return
        for name in sorted(used - known):
            self._unknown(name, known, path)
        for name in sorted(used & known):
            self._available(name, path)

    def _unknown(self, name: str, known: set[str], path: Path) -> None:
        later = {block.label for block in walk(self.definition.blocks)}
        if name in later | _outputs(later):
            self.error(
                path, f"{name!r} is made by a later block", "move that block before this one"
            )
        elif name in _LOOP_NAMES:
            self.error(path, f"{name!r} exists only inside a for_loop")
        else:
            self.error(path, f"unknown name {name!r}", _did_you_mean(name, known))

    def _available(self, name: str, path: Path) -> None:
        """A context parameter needs its source's block to have run."""
        sources = {
            each.key: each.source_parameter_key
            for each in self.definition.parameters
            if isinstance(each, ContextParameter)
        }
        seen: set[str] = set()
        key = name
        while key in sources and key not in seen:
            seen.add(key)
            key = sources[key]
        labels = {block.label for block in walk(self.definition.blocks)}
        if key != name and key in _outputs(labels) and key not in self._made:
            self.error(
                path,
                f"{name!r} comes from {key!r}, which a later block makes",
                "move that block before this one",
            )

    def _loop(self, block: ForLoopBlock, path: Path) -> None:
        if not block.loop_over_parameter_key and not block.loop_variable_reference:
            self.error(
                path,
                "the loop has no list",
                "set loop_over_parameter_key or loop_variable_reference",
            )

    def _smtp_keys(self, block: SendEmailBlock, path: Path) -> None:
        secrets = {
            each.key for each in self.definition.parameters if isinstance(each, AwsSecretParameter)
        }
        others = {
            each.key for each in self.definition.parameters if isinstance(each, CredentialParameter)
        }
        for name in ("host", "port", "username", "password"):
            field_name = f"smtp_{name}_secret_parameter_key"
            key = getattr(block, field_name)
            if key not in secrets:
                hint = _did_you_mean(key, secrets) or "declare it with parameter_type: aws_secret"
                kind = "a credential" if key in others else "no aws_secret parameter"
                self.error((*path, field_name), f"{key!r} is {kind}", hint)


def _located(blocks: list[Block], path: Path) -> Iterator[tuple[Path, Block]]:
    for index, block in enumerate(blocks):
        yield (*path, index), block
        if isinstance(block, ForLoopBlock):
            yield from _located(block.loop_blocks, (*path, index, "loop_blocks"))


def _outputs(labels: set[str]) -> set[str]:
    return {f"{label}_output" for label in labels}


def _did_you_mean(name: str, known: set[str]) -> str:
    close = difflib.get_close_matches(name, sorted(known), n=1)
    return f"did you mean {close[0]!r}?" if close else ""
