"""Whether the blocks of a definition can be carried out in the order that it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from skyvern_dagster.blocks.conditional import ConditionalBlock
from skyvern_dagster.blocks.criteria import asks_model
from skyvern_dagster.blocks.loop import LoopBlock
from skyvern_dagster.workflow.declarations import BODY, BlockOutline, Outline
from skyvern_dagster.workflow.document import Document
from skyvern_dagster.workflow.findings import Finding, Path, did_you_mean
from skyvern_dagster.workflow.flow import Flow, FlowNode, FlowProblem, make_flow

_FINALLY: Path = (*BODY, "finally_block_label")


def flow_findings(outline: Outline, document: Document) -> Iterator[Finding]:
    """Labels that don't exist, circles, blocks that are never reached, at every level."""
    last = outline.finally_label
    labels = {block.label for block in outline.blocks if block.label}
    if last and last not in labels:
        yield document.finding(
            _FINALLY,
            f"there is no block {last!r} at the top level",
            did_you_mean(last, labels),
        )
    if outline.is_empty:
        message = "the workflow has no blocks: its runs fail"
        yield document.finding((*BODY, "blocks"), message, "add one", "warning")
    yield from _sequence(outline.blocks, document, last)


def outline_flow(blocks: Sequence[BlockOutline], without: str | None = None) -> Flow:
    """The flow of a sequence of which not all may be right."""
    return make_flow(
        tuple(
            FlowNode(each.label, each.next_label or None, each.model.branches_in(each.fields))
            for each in blocks
            if each.label
        ),
        without,
    )


def in_order(blocks: Sequence[BlockOutline], last: str = "") -> list[BlockOutline]:
    """The blocks of a sequence as they are carried out, the ``finally`` block last."""
    order = {label: place for place, label in enumerate(outline_flow(blocks, last).order)}
    return sorted(blocks, key=lambda block: order.get(block.label, len(order)))


def _sequence(
    blocks: Sequence[BlockOutline], document: Document, last: str | None = None
) -> Iterator[Finding]:
    by_label = {block.label: block for block in blocks}
    is_unclear = any(_has_no_branches(block) for block in blocks)
    for problem in outline_flow(blocks, last).problems:
        if problem.is_unreached and is_unclear:
            continue  # the model says what is wrong with the branches that would lead there
        known = by_label.keys() - {problem.label, last}
        yield _finding(problem, by_label[problem.label], known, document)
    for block in blocks:
        yield from _conditions(block, document)
        if issubclass(block.model, LoopBlock) and block.fields.get("loop_blocks") == []:
            yield document.finding(
                block.path, "the loop has no blocks: it does nothing", severity="warning"
            )
        yield from _sequence(block.body, document)


def _has_no_branches(block: BlockOutline) -> bool:
    return issubclass(block.model, ConditionalBlock) and not block.fields.get("branch_conditions")


def _finding(
    problem: FlowProblem, block: BlockOutline, known: set[str], document: Document
) -> Finding:
    path = (*block.path, "next_block_label")
    if problem.branch is not None:
        path = (*block.path, "branch_conditions", problem.branch, "next_block_label")
    elif not problem.unknown:
        path = block.path
    similar = did_you_mean(problem.unknown, known) if problem.unknown else ""
    return document.finding(path, problem.message, problem.hint or similar)


def _conditions(block: BlockOutline, document: Document) -> Iterator[Finding]:
    """An expression with words around its braces, or without braces, is a statement."""
    if not issubclass(block.model, ConditionalBlock | LoopBlock):
        return
    for text in block.model.texts_in(block.fields):
        if text.path[-1] == "expression" and _is_meant_as_jinja(block, text.path):
            yield document.finding(
                (*block.path, *text.path),
                f"{text.text!r} is a statement, which a model has to judge",
                "write an expression with all of it in one pair of braces: {{ a == b }}; a "
                "statement with criteria_type: prompt",
                severity="warning",
            )


def _is_meant_as_jinja(block: BlockOutline, path: Path) -> bool:
    """Whether a statement isn't said to be one."""
    here = block.fields
    for part in path[:-1]:
        here = here[part]  # type: ignore[index] # the path was read off it
    return asks_model(here) and here.get("criteria_type") != "prompt"
