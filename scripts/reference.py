"""Writes docs/reference from docstrings and models; ``--check`` says whether it is up to date."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import click
import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from typer.cli import get_docs_for_click

import skyvern_dagster
from skyvern_dagster.blocks.block import Block
from skyvern_dagster.blocks.registry import block_types
from skyvern_dagster.cli.app import app as cli
from skyvern_dagster.compiler.job import asset_resources
from skyvern_dagster.resources.services import SERVICES
from skyvern_dagster.tables import (
    data_schema,
    invoice_assets,
    invoice_checks,
    invoice_frame,
    invoice_pdf,
    parquet,
    spend,
)
from skyvern_dagster.workflow import dagster_section, partition_settings
from skyvern_dagster.workflow.definition import DefinitionBody, WorkflowDefinition
from skyvern_dagster.workflow.inert import instead_of
from skyvern_dagster.workflow.parameters import PARAMETER_MODELS

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference"
NOTE = "<!-- Written by scripts/reference.py: change the code, then run it. -->\n"
TABLES = (invoice_assets, invoice_checks, invoice_frame, invoice_pdf, spend, data_schema, parquet)
SECTION = (
    dagster_section.DagsterSection,
    dagster_section.AssetSettings,
    dagster_section.ItemSettings,
    dagster_section.Automation,
    dagster_section.Freshness,
    partition_settings.TimePartitions,
    partition_settings.StaticPartitions,
    partition_settings.DynamicPartitions,
    partition_settings.MultiPartitions,
    dagster_section.Schedule,
    dagster_section.RetrySettings,
    dagster_section.Timeouts,
    dagster_section.Pools,
)


_DEFINITION_INTRO = (
    "Every field that a definition may have. How they work together is told in "
    "[definitions](../definitions.md). Fields of Skyvern's format that have no effect here are "
    "accepted with a warning.\n"
)
_RESOURCES_INTRO = (
    "What `asset_resources()` and jobs bring, under these keys. Every field can be given as "
    '`dg.EnvVar("NAME")`; an empty one is taken from the environment variable that is named '
    "with it.\n"
)


def main() -> int:
    """Writes the pages, or compares them."""
    pages = dict(block_pages()) | {
        "definition.md": definition_page(),
        "fields-without-effect.md": inert_page(),
        "dagster-section.md": section_page(),
        "resources.md": resources_page(),
        "cli.md": cli_page(),
        "api.md": api_page(),
    }
    stale = [
        name
        for name, text in pages.items()
        if not (FOLDER / name).exists() or (FOLDER / name).read_text(encoding="utf-8") != text
    ]
    if "--check" in sys.argv:
        if stale:
            sys.stderr.write(f"run scripts/reference.py: {', '.join(stale)} are out of date\n")
        return 1 if stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


def definition_page() -> str:
    """The document, its parameters and its blocks, from the models that read it."""
    parts = [
        NOTE,
        "# Workflow definitions\n",
        _DEFINITION_INTRO,
        _model("The document", WorkflowDefinition),
        _model("`workflow_definition`", DefinitionBody),
        "# Parameters\n\nTold apart by `parameter_type`.\n",
        *(_model(f"`{name}`", model) for name, model in PARAMETER_MODELS.items()),
        "# Blocks\n\nTold apart by `block_type`; a page each.\n",
    ]
    for name, model in block_types().items():
        first = _doc(model).partition("\n")[0]
        parts.append(f"* [`{name}`](blocks/{name}.md): {first}")
    return "\n".join(parts) + "\n"


def inert_page() -> str:
    """The fields that are accepted and have no effect, from the classes that accept them."""
    models: dict[str, type[BaseModel]] = {
        "the document": WorkflowDefinition,
        "`workflow_definition`": DefinitionBody,
        **{f"`{name}`": model for name, model in {**PARAMETER_MODELS, **block_types()}.items()},
    }
    places: dict[str, list[str]] = {}
    for place, model in models.items():
        for field in getattr(model, "inert_fields", frozenset()):
            places.setdefault(field, []).append(place)
    rows = [
        f"| `{field}` | {_places(places[field], len(block_types()))} | {instead_of(field)} |"
        for field in sorted(places)
    ]
    head = ["| field | of | instead |", "|---|---|---|"]
    intro = (
        "Fields of Skyvern's format that are accepted and have no effect here: a warning each in "
        "`validate`, at the start of a run, and in the answer that creates a workflow. Every other "
        "field has an effect.\n"
    )
    return "\n".join([NOTE, "# Fields without effect\n", intro, *head, *rows]) + "\n"


def _places(places: list[str], blocks: int) -> str:
    return "every block" if len(places) >= blocks else ", ".join(places)


def block_pages() -> Iterator[tuple[str, str]]:
    """A page for each block type: what it does, takes and gives, what it needs, how it looks."""
    for name, model in block_types().items():
        yield f"blocks/{name}.md", block_page(name, model)


def block_page(name: str, model: type[Block]) -> str:
    """The page of one block type, from its class."""
    parts = [NOTE, f"# `{name}`\n\n{_doc(model)}\n"]
    if model.example:
        parts.append(f"```yaml\n{model.example}```\n")
    inert = ", ".join(f"`{each}`" for each in sorted(model.inert_fields))
    parts.append(f"## Fields\n\n{_fields(model.model_fields)}\n")
    parts.append(_texts(model))
    parts.append(f"Accepted, without effect here: {inert}.\n")
    output = model.output_type
    parts.append(f"## Output\n\nUnder `{{{{ <label>_output }}}}`: {_doc(output)}\n")
    if "root" not in output.model_fields:
        parts.append(f"{_fields(output.model_fields)}\n")
    parts.append(f"## Needs\n\n{_needs(model)}\n")
    parts.append(
        "## In Dagster\n\nAn op that is named after the label, with the badge "
        f"`{model.kind}`; in a loop a mapped step for each item.\n"
    )
    return "\n".join(parts).replace("](../", "](../../").replace("](../../../", "](../../")


def _texts(model: type[Block]) -> str:
    """Which fields may name parameters, and how."""
    keys, templates = (
        ", ".join(f"`{each}`" for each in fields)
        for fields in (model.key_fields, model.template_fields)
    )
    lines = []
    if keys:
        lines.append(f"A parameter's key as it stands, or a template: {keys}.")
    if templates:
        lines.append(f"A template: {templates}.")
    return "\n\n".join(lines) + "\n" if lines else ""


_NEEDED = {
    "browser": "A browser: `skyvern-dagster browser --install`.",
    "model": "A language model: [models](../../models.md).",
    "s3": "A bucket: `SKYVERN_UPLOAD_BUCKET`.",
    "email": "A mail server.",
}


def _needs(model: type[Block]) -> str:
    lines = [_NEEDED[need] for need in sorted(model.needs)]
    use = inspect.getdoc(model.model_use) or ""
    if "model_use" in vars(model) and "model" not in model.needs:
        lines.append(
            f"A [language model](../../models.md), for some of it: {use[0].lower()}{use[1:]}"
        )
    return "\n\n".join(lines) or "Nothing beside what runs anyway."


def resources_page() -> str:
    """The configuration of each resource."""
    parts = [
        NOTE,
        "# Resources\n",
        _RESOURCES_INTRO,
    ]
    for key, resource in asset_resources().items():
        if key == SERVICES:  # it has the others, and nothing to configure
            continue
        parts.append(_model(f"`{key}`: `{type(resource).__name__}`", type(resource)))
    return "\n".join(parts)


def cli_page() -> str:
    """The commands, with what ``--help`` says."""
    command = typer.main.get_command(cli)
    context = click.Context(command, info_name="skyvern-dagster")
    text = get_docs_for_click(obj=command, ctx=context, name="skyvern-dagster")
    return f"{NOTE}\n{text}"


def section_page() -> str:
    """The fields of ``dagster:``, from the models."""
    parts = [NOTE, "# The `dagster` section of a definition\n", _section_intro()]
    for model in SECTION:
        inherited = set(dagster_section.AssetSettings.model_fields)
        is_whole = model is dagster_section.DagsterSection
        fields = {
            name: field
            for name, field in model.model_fields.items()
            if not (is_whole and name in inherited)
        }
        parts.append(f"## {_title(model)}\n\n{_doc(model)}\n\n{_fields(fields)}\n")
    return "\n".join(parts)


def api_page() -> str:
    """The public names, from their docstrings."""
    parts = [NOTE, "# Python API\n", "Everything here is imported from `skyvern_dagster`.\n"]
    parts += [_entry(name, getattr(skyvern_dagster, name)) for name in skyvern_dagster.__all__]
    parts.append("# Tables (`skyvern_dagster.tables`, extra `tables`)\n")
    for module in TABLES:
        for name, value in vars(module).items():
            is_own = getattr(value, "__module__", "") == module.__name__
            if is_own and not name.startswith("_") and callable(value):
                short = module.__name__.removeprefix("skyvern_dagster.")
                parts.append(_entry(f"{short}.{name}", value))
    return "\n".join(parts)


def _section_intro() -> str:
    return (
        "All of it is optional, and Skyvern ignores it. `skyvern-dagster validate` finds mistakes "
        "in it with their places.\n"
    )


def _model(title: str, model: type[BaseModel]) -> str:
    inert = sorted(getattr(model, "inert_fields", ()))
    without = f"\n\nWithout effect: {', '.join(f'`{name}`' for name in inert)}." if inert else ""
    table = f"\n\n{_fields(model.model_fields)}" if model.model_fields else ""
    return f"## {title}\n\n{_doc(model)}{table}{without}\n"


def _title(model: type[BaseModel]) -> str:
    names = {
        "DagsterSection": "`dagster`",
        "AssetSettings": "Fields of an asset: in `dagster`, and in `dagster.blocks.<label>`",
        "ItemSettings": "`dagster.items`",
        "Automation": "`automation`",
        "Freshness": "`freshness`",
        "TimePartitions": "`dagster.partitions`: time",
        "StaticPartitions": "`dagster.partitions`: `static`",
        "DynamicPartitions": "`dagster.partitions`: `dynamic`",
        "MultiPartitions": "`dagster.partitions`: `multi`",
        "Schedule": "`dagster.schedule`",
        "RetrySettings": "`dagster.retries.<label>`",
        "Timeouts": "`dagster.timeouts`",
        "Pools": "`dagster.pools`",
    }
    return names[model.__name__]


def _fields(fields: dict[str, FieldInfo]) -> str:
    rows = ["| field | type | default | meaning |", "|---|---|---|---|"]
    for name, field in fields.items():
        value = _default(field)
        default = "required" if field.is_required() else f"`{value}`" if value else "empty"
        meaning = (field.description or "").replace("|", "\\|")
        rows.append(f"| `{name}` | {_type(field.annotation)} | {default} | {meaning} |")
    return "\n".join(rows)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return ""
    value = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, BaseModel):
        return "{}"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def _type(kind: Any) -> str:
    origin, inner = get_origin(kind), get_args(kind)
    if kind is type(None):
        return ""
    if origin is None:
        name = getattr(kind, "__name__", str(kind))
        return {"str": "text", "bool": "true or false", "int": "number", "float": "number",
                "Any": "anything"}.get(name, name)  # fmt: skip
    if origin is dict:
        return f"{_type(inner[0])} -> {_type(inner[1])}"
    if origin is list:
        return f"list of {_type(inner[0])}"
    if str(origin) == "typing.Literal":
        return ", ".join(f"`{each}`" for each in inner)
    if hasattr(kind, "__metadata__"):
        return _type(inner[0])
    return " or ".join(filter(None, (_type(each) for each in inner)))


def _entry(name: str, value: Any) -> str:
    signature = ""
    if inspect.isfunction(value):
        signature = str(inspect.signature(value)).replace("skyvern_dagster.", "")
        # A default that is an object would be written with where it lies in memory.
        signature = re.sub(r"<([\w.]+) object at 0x[0-9a-f]+>", r"<\1>", signature)
    methods = "\n".join(_methods(value)) if inspect.isclass(value) else ""
    head = f"## `{name}`\n"
    code = f"\n```\n{name.rpartition('.')[2]}{signature}\n```\n" if signature else ""
    return f"{head}{code}\n{_doc(value)}\n{methods}"


def _methods(value: type) -> Iterator[str]:
    for name, member in vars(value).items():
        if name.startswith("_") or not inspect.isfunction(member) or not member.__doc__:
            continue
        first = inspect.getdoc(member) or ""
        yield f"* `{name}{inspect.signature(member)}`: {first.partition(chr(10))[0]}"
    if issubclass(value, BaseModel):
        for name, field in value.model_fields.items():
            if field.description:
                yield f"* `{name}` (default `{field.default!r}`): {field.description}"


def _doc(value: Any) -> str:
    """A docstring as markdown: its code blocks fenced, its roles plain."""
    lines: list[str] = []
    is_code = False
    for line in (inspect.getdoc(value) or "").splitlines():
        if line.strip().startswith(".. code-block::"):
            lines.append(f"```{line.partition('::')[2].strip()}")
            is_code = True
            continue
        if is_code and line and not line.startswith("        "):
            lines.append("```")
            is_code = False
        lines.append(line.removeprefix("        ") if is_code else line)
    if is_code:
        lines.append("```")
    text = "\n".join(lines)
    for role in (":class:", ":func:", ":mod:", ":meth:"):
        text = text.replace(role, "")
    text = re.sub(r"\bdocs/(contract\.md#[\w-]+)", r"[the contract](../\1)", text)
    return re.sub(r"(?<!`)``(?!`)", "`", text.replace("`~", "`"))


if __name__ == "__main__":
    sys.exit(main())
