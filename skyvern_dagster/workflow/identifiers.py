"""Labels and keys that templates can't name, made into ones that they can.

Skyvern does so with the YAML that it is given: ``Open the page`` becomes ``Open_the_page``, and so
does whatever refers to it. Its clients read the outputs under the new name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from skyvern_dagster.blocks.mail_account import SMTP_FIELDS
from skyvern_dagster.workflow.declarations import read_outline
from skyvern_dagster.workflow.document import Document
from skyvern_dagster.workflow.findings import Finding, Path

_REFERENCES = frozenset(
    {
        "finally_block_label", "label", "key", "loop_over_parameter_key", "loop_variable_reference",
        "next_block_label", "parameter_keys", "source_parameter_key", "url_parameter_key",
        *SMTP_FIELDS,
    }
)  # fmt: skip
"""Fields that hold a name and nothing else."""

_HOLDERS = frozenset(
    {"blocks", "branch_conditions", "loop_blocks", "parameters", "workflow_definition"}
)
"""Fields whose mappings have such fields; those of others (``body``) are the author's own."""

_OWN = "dagster"
"""The section that names blocks in any place, as keys and in lists."""

_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


def with_identifiers(document: Document) -> tuple[Document, list[Finding]]:
    """A document in which every label and key is an identifier; a warning for each that wasn't."""
    outline = read_outline(document.data)
    labels = [(block.label, (*block.path, "label")) for block in outline.walk()]
    keys = [(each.key, (*each.path, "key")) for each in outline.parameters]
    if all(name.isidentifier() for name, _ in (*labels, *keys) if name):
        return document, []
    renaming = _Renaming.of([name for name, _ in (*keys, *labels)])
    findings = [
        _told(document, what, name, path, renaming)
        for what, named in (("parameter key", keys), ("label", labels))
        for name, path in named
        if name in renaming.names
    ]
    return replace(document, data=renaming.document(document.data)), findings


def _told(document: Document, what: str, name: str, path: Path, renaming: _Renaming) -> Finding:
    message = f"{what} {name!r} is no name for templates: it is called {renaming.names[name]!r}"
    hint = "write it with letters, digits and _, and no digit first"
    return document.finding(path, message, hint, "warning")


@dataclass(frozen=True)
class _Renaming:
    """Name as it is written -> the one that it gets."""

    names: Mapping[str, str]

    @classmethod
    def of(cls, names: list[str]) -> _Renaming:
        """What each name that is no identifier is called, beside those that are."""
        taken = {name for name in names if name.isidentifier()}
        found: dict[str, str] = {}
        for name in names:
            if name.strip() and not name.isidentifier() and name not in found:
                found[name] = _free(_identifier(name), taken)
                taken.add(found[name])
        return cls(found)

    def document(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """All of a document."""
        return {
            name: self._named(value) if name == _OWN else self._value(value, name)
            for name, value in data.items()
        }

    def _value(self, value: Any, field: str) -> Any:
        match value:
            case str():
                named = self._name(value) if field in _REFERENCES else value
                return _TEMPLATE.sub(self._in_template, named)
            case list():
                return [self._value(each, field) for each in value]
            case dict():
                own = field not in _HOLDERS
                return {
                    name: self._value(each, "" if own else str(name))
                    for name, each in value.items()
                }
            case _:
                return value

    def _named(self, value: Any) -> Any:
        """Of what may be a name wherever it stands."""
        match value:
            case str():
                return self._name(value)
            case list():
                return [self._named(each) for each in value]
            case dict():
                return {self._named(name): self._named(each) for name, each in value.items()}
            case _:
                return value

    def _name(self, name: str) -> str:
        return self.names.get(name) or _output_of(name, self.names.get) or name

    def _in_template(self, found: re.Match[str]) -> str:
        text = found.group()
        # The longest first: one name may begin with another.
        for name in sorted(self.names, key=len, reverse=True):
            pattern = rf"(?<!\w){re.escape(name)}(?:(?=_output\b)|(?!\w))"
            text = re.sub(pattern, self.names[name], text)
        return text


def _output_of(name: str, known: Callable[[str], str | None]) -> str:
    """The new name of a block's output; empty where it is none of a block that is renamed."""
    label = known(name.removesuffix("_output")) if name.endswith("_output") else None
    return f"{label}_output" if label else ""


def _identifier(name: str) -> str:
    """A name as Skyvern makes it: what isn't a letter or digit of ASCII is an underscore."""
    plain = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_") or "name"
    return f"_{plain}" if plain[0].isdigit() else plain


def _free(name: str, taken: set[str]) -> str:
    number, candidate = 1, name
    while candidate in taken:
        number += 1
        candidate = f"{name}_{number}"
    return candidate
