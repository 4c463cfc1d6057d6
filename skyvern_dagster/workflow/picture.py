"""A workflow as a person reads it: a markdown list, and the same as a Mermaid flowchart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import assert_never

from skyvern_dagster.blocks.for_loop import ForLoopBlock
from skyvern_dagster.blocks.union import Block
from skyvern_dagster.workflow.loader import Workflow


def picture(workflow: Workflow) -> str:
    """Markdown: what the workflow is for, its blocks in order, and what it is given."""
    definition = workflow.definition
    lines = [definition.description or definition.title, "", *_items(definition.blocks, 0), ""]
    if definition.workflow_parameters:
        lines += ["| parameter | type | default | meaning |", "|---|---|---|---|"]
    for each in definition.workflow_parameters:
        default = "required" if each.required else f"`{each.default_value}`"
        meaning = (each.description or "").replace("|", "\\|")
        lines.append(f"| `{each.key}` | {each.workflow_parameter_type} | {default} | {meaning} |")
    return "\n".join(lines).strip()


def mermaid(workflow: Workflow) -> str:
    """The blocks as a Mermaid flowchart, for documents that render it."""
    lines = ["flowchart TD", *_chart(workflow.definition.blocks, "  ")]
    return "\n".join(lines)


def summary(block: Block) -> str:
    """A block in half a line."""
    match block.block_type:
        case "task":
            text = block.title or block.navigation_goal or block.data_extraction_goal or ""
            return _first_sentence(text) or f"opens {block.url}"
        case "for_loop":
            over = block.loop_over_parameter_key or block.loop_variable_reference
            return f"for each of `{over}`"
        case "upload_to_s3":
            return "uploads the downloads to S3"
        case "send_email":
            return f"sends “{block.subject}”"
        case _:
            assert_never(block)


def _items(blocks: Sequence[Block], depth: int) -> Iterator[str]:
    for number, block in enumerate(blocks, start=1):
        yield f"{'   ' * depth}{number}. **{block.label}** ({block.block_type}): {summary(block)}"
        if isinstance(block, ForLoopBlock):
            yield from _items(block.loop_blocks, depth + 1)


def _chart(blocks: Sequence[Block], indent: str) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, ForLoopBlock):
            yield f'{indent}subgraph {block.label}["{_quoted(block)}"]'
            yield from _chart(block.loop_blocks, indent + "  ")
            yield f"{indent}end"
        else:
            yield f'{indent}{block.label}["{_quoted(block)}"]'
    for one, following in pairwise(blocks):
        yield f"{indent}{one.label} --> {following.label}"


def _quoted(block: Block) -> str:
    text = f"{block.label}<br/>{summary(block)}"
    return text.replace('"', "'").replace("`", "")


def _first_sentence(text: str) -> str:
    flat = " ".join(text.split())
    first = flat.split(". ", maxsplit=1)[0].rstrip(".")
    return first if len(first) <= 120 else first[:119] + "…"
