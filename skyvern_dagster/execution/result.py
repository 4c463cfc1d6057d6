"""What a workflow has made, as one document: the value of its asset."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from skyvern_dagster.artifacts.files import StoredFile
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.blocks.for_loop import ForLoopBlock
from skyvern_dagster.blocks.loop import LoopBlock
from skyvern_dagster.execution.records import BlockRecord, RunRecords
from skyvern_dagster.execution.scope import Scope, span_of
from skyvern_dagster.workflow.definition import walk
from skyvern_dagster.workflow.loader import Workflow
from skyvern_dagster.workflow.parameters import ContextParameter

_NAMING = re.compile(r"(^|_)(id|number|no|nr|key|code)$", re.IGNORECASE)


class WorkflowFile(BaseModel):
    """A file that the workflow downloaded, and where it was uploaded to."""

    model_config = ConfigDict(frozen=True)

    file: StoredFile
    uri: str | None = None


class WorkflowItem(BaseModel):
    """One item of a loop and what came of it.

    Attributes:
        key: Name of the item, for instance the order's id.
        value: The item itself.
        loop: Label of the loop.
        status: How the item's last block ended.
        outputs: Label -> output of the body's blocks.
        screenshot: Artifact key of the last page.
        partition: The partition that the item belongs to.
        seconds: What the item took.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    value: Any
    loop: str
    iteration: str
    status: str
    failure_reason: str | None = None
    files: tuple[WorkflowFile, ...] = ()
    outputs: dict[str, Any] = Field(default_factory=dict)
    screenshot: str | None = None
    partition: str = ""
    seconds: float = 0.0


class WorkflowResult(BaseModel):
    """The value of a workflow's asset.

    Attributes:
        partitions: The partitions that the run has made; empty where the asset has none.
        parameters: What the run was given; secrets are never among them.
        outputs: Label -> output of the blocks at the top level.
        files: Everything downloaded.
        items: The items of all loops, in order.
    """

    model_config = ConfigDict(frozen=True)

    workflow: str
    workflow_run_id: str
    partitions: tuple[str, ...] = ()
    parameters: dict[str, Any] = Field(default_factory=dict)
    outputs: dict[str, Any] = Field(default_factory=dict)
    files: tuple[WorkflowFile, ...] = ()
    items: tuple[WorkflowItem, ...] = ()

    def for_partition(self, partition: str) -> WorkflowResult:
        """The part of a run over several partitions that belongs to one of them."""
        items = tuple(each for each in self.items if each.partition == partition)
        kept = {each.file.key for item in items for each in item.files}
        return self.model_copy(
            update={
                "partitions": (partition,),
                "items": items,
                "files": tuple(each for each in self.files if each.file.key in kept),
            }
        )


def workflow_result(
    workflow: Workflow,
    store: ArtifactStore,
    scope: Scope,
    *,
    partitions: Mapping[str, tuple[str, str]] | None = None,
) -> WorkflowResult:
    """Puts a finished run's result together from its scope and its records.

    Args:
        partitions: Partition -> its first day and the day after its last, where a run makes
            several; one partition takes all items.
    """
    windows = dict(partitions or {})
    records = RunRecords(store, scope.workflow_run_id)
    uris = _uris(records.all(workflow))
    items = [
        item
        for loop in walk(workflow.definition.blocks)
        if isinstance(loop, ForLoopBlock)
        for item in _items(workflow, loop, records, uris, windows)
    ]
    return WorkflowResult(
        workflow=workflow.name,
        workflow_run_id=scope.workflow_run_id,
        partitions=tuple(windows),
        parameters=scope.parameters,
        outputs={
            block.label: scope.outputs[block.label]
            for block in workflow.definition.blocks
            if block.label in scope.outputs
        },
        files=tuple(WorkflowFile(file=file, uri=uris.get(file.key)) for file in scope.files),
        items=tuple(items),
    )


def item_key(workflow: Workflow, loop: ForLoopBlock, value: Any) -> str:
    """The name of a loop's item.

    The field that the section names; else what the loop's body takes out of the item; else a field
    that reads like an id; else the item as text.
    """
    if not isinstance(value, dict):
        return str(value)
    used = {key for block in walk(list(loop.loop_blocks)) for key in block.keys_used()}
    taken = [
        each.key
        for each in workflow.definition.parameters
        if isinstance(each, ContextParameter)
        and each.key in used
        and each.source_parameter_key == loop.loop_over_parameter_key
    ]
    fields = [workflow.definition.dagster.items.key, *taken]
    fields += [name for name in value if _NAMING.search(name)]
    for name in fields:
        if name is not None and value.get(name) not in (None, ""):
            return str(value[name])
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _items(
    workflow: Workflow,
    loop: ForLoopBlock,
    records: RunRecords,
    uris: Mapping[str, str],
    windows: Mapping[str, tuple[str, str]],
) -> Iterator[WorkflowItem]:
    by_iteration: dict[str, list[BlockRecord]] = {}
    for block in loop.loop_blocks:
        if not isinstance(block, LoopBlock):
            for record in records.iterations(block.label):
                by_iteration.setdefault(record.iteration, []).append(record)
    for iteration, blocks in sorted(by_iteration.items()):
        outcomes = [record.outcome for record in blocks]
        value = blocks[0].loop_value
        bad = next((each for each in outcomes if not each.completed), None)
        pictures = [each.screenshot for each in outcomes if each.screenshot]
        yield WorkflowItem(
            key=item_key(workflow, loop, value),
            value=value,
            loop=loop.label,
            iteration=iteration,
            status="completed" if bad is None else bad.status,
            failure_reason=None if bad is None else bad.failure_reason,
            files=tuple(
                WorkflowFile(file=file, uri=uris.get(file.key))
                for each in outcomes
                for file in each.files
            ),
            outputs={record.label: record.outcome.output for record in blocks},
            screenshot=pictures[-1] if pictures else None,
            partition=_partition(workflow, value, windows),
            seconds=round(sum(each.seconds for each in outcomes), 3),
        )


def _partition(workflow: Workflow, value: Any, windows: Mapping[str, tuple[str, str]]) -> str:
    if len(windows) == 1:
        return next(iter(windows))
    field = workflow.definition.dagster.items.date
    if field is None or not isinstance(value, dict):
        return ""
    return span_of(str(value.get(field, "")), windows)


def _uris(records: Iterable[BlockRecord]) -> dict[str, str]:
    """Artifact key -> where the file was uploaded to."""
    return {each.key: each.uri for record in records for each in record.outcome.uploads}
