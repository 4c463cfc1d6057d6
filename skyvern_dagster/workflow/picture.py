"""A workflow as a person reads it: a markdown list, and the same as a Mermaid flowchart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from skyvern_dagster.blocks.block import Block
from skyvern_dagster.workflow.flow import flow_of
from skyvern_dagster.workflow.loader import Workflow
from skyvern_dagster.workflow.op_names import op_name


def picture(workflow: Workflow) -> str:
    """Markdown: what the workflow is for, its blocks in order, and what it is given."""
    definition = workflow.definition
    items = _items(definition.blocks, 0, definition.finally_label)
    lines = [definition.description or definition.title, "", *items, ""]
    if definition.workflow_parameters:
        lines += ["| parameter | type | default | meaning |", "|---|---|---|---|"]
    for each in definition.workflow_parameters:
        default = "required" if each.required else f"`{each.default_value}`"
        meaning = (each.description or "").replace("|", "\\|")
        lines.append(f"| `{each.key}` | {each.workflow_parameter_type} | {default} | {meaning} |")
    return "\n".join(lines).strip()


def mermaid(workflow: Workflow) -> str:
    """The blocks as a Mermaid flowchart, for documents that render it."""
    lines = [
        "flowchart TD",
        *_chart(workflow.definition.blocks, "  ", workflow.definition.finally_label),
    ]
    return "\n".join(lines)


def _items(blocks: Sequence[Block], depth: int, last: str | None = None) -> Iterator[str]:
    for number, block in enumerate(blocks, start=1):
        what = f"**{block.label}** ({block.block_type}): {block.summary()}"
        always = ", however the run has ended" if block.label == last else ""
        yield f"{'   ' * depth}{number}. {what}{always}"
        yield from _items(block.inner, depth + 1)


def _chart(blocks: Sequence[Block], indent: str, last: str | None = None) -> Iterator[str]:
    for block in blocks:
        if block.inner:
            yield f'{indent}subgraph {op_name(block.label)}["{_quoted(block)}"]'
            yield from _chart(block.inner, indent + "  ")
            yield f"{indent}end"
        else:
            yield f'{indent}{op_name(block.label)}["{_quoted(block)}"]'
    flow = flow_of(blocks, last)
    for label in flow.order:
        for target in flow.targets(label):
            if target is not None:
                yield f"{indent}{op_name(label)} --> {op_name(target)}"
        if last is not None and None in flow.targets(label):
            yield f"{indent}{op_name(label)} -.-> {op_name(last)}"


def _quoted(block: Block) -> str:
    text = f"{block.label}<br/>{block.summary()}"
    return text.replace('"', "'").replace("`", "")
