"""A run's timeline: its blocks with their actions, loops with their iterations inside."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from skyvern_dagster.artifacts.run_keys import RunKeys
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.blocks.agent_block import AgentBlock
from skyvern_dagster.blocks.block import Block
from skyvern_dagster.blocks.loop import LoopBlock
from skyvern_dagster.execution.records import BlockRecord
from skyvern_dagster.execution.scope import block_key
from skyvern_dagster.ids import stable_id
from skyvern_dagster.runs.facts import RunFacts
from skyvern_dagster.runs.steps import ActionAnswer, TaskSteps
from skyvern_dagster.runs.timestamp import Timestamp


class TimelineBlock(BaseModel):
    """One block (of one iteration) of a run."""

    model_config = ConfigDict(frozen=True)

    workflow_run_block_id: str
    workflow_run_id: str
    organization_id: str
    parent_workflow_run_block_id: str | None = None
    block_type: str
    label: str
    status: str
    output: Any = None
    continue_on_failure: bool = False
    failure_reason: str | None = None
    error_codes: list[str] = []
    engine: str | None = None
    task_id: str | None = None
    url: str | None = None
    navigation_goal: str | None = None
    data_extraction_goal: str | None = None
    data_schema: Any = None
    actions: list[ActionAnswer] = []
    duration: float | None = None
    loop_values: list[Any] | None = None
    current_value: str | None = None
    current_index: int | None = None
    downloaded_file_count: int = 0
    created_at: Timestamp
    modified_at: Timestamp


class TimelineEntry(BaseModel):
    """A node of the timeline."""

    model_config = ConfigDict(frozen=True)

    type: Literal["block"] = "block"
    block: TimelineBlock
    thought: None = None
    children: list[TimelineEntry] = []
    created_at: Timestamp
    modified_at: Timestamp


def timeline(facts: RunFacts, store: ArtifactStore) -> list[TimelineEntry]:
    """The blocks that have ended, and loops that go on, in the definition's order."""
    return _Timeline(facts, store).entries(list(facts.workflow.definition.blocks), "", None)


class _Timeline:
    def __init__(self, facts: RunFacts, store: ArtifactStore) -> None:
        self._facts = facts
        self._store = store
        self._records = {record.block_key: record for record in facts.records}

    def entries(
        self, blocks: list[Block], iteration: str, parent: str | None
    ) -> list[TimelineEntry]:
        entries = [self._entry(block, iteration, parent) for block in blocks]
        return [entry for entry in entries if entry is not None]

    def _entry(self, block: Block, iteration: str, parent: str | None) -> TimelineEntry | None:
        key = block_key(block.label, iteration)
        record = self._records.get(key)
        block_id = stable_id("wrb", self._facts.run_id, key)
        children: list[TimelineEntry] = []
        values: list[Any] | None = None
        if isinstance(block, LoopBlock):
            inside = self._facts.iterations(block, iteration)
            values = list(inside.values())
            for each in inside:
                children += self.entries(list(block.loop_blocks), each, block_id)
        if record is None and not children:
            return None
        shown = self._block(block, record, block_id, parent, values)
        return TimelineEntry(
            block=shown,
            children=children,
            created_at=shown.created_at,
            modified_at=shown.modified_at,
        )

    def _block(
        self,
        block: Block,
        record: BlockRecord | None,
        block_id: str,
        parent: str | None,
        values: list[Any] | None,
    ) -> TimelineBlock:
        facts = self._facts
        outcome = record.outcome if record else None
        ended = datetime.fromisoformat(record.finished_at) if record else facts.modified_at
        task = _task_fields(block)
        task_id = record.task_id if record else None
        index = record.iteration.rpartition("__")[2] if record else ""
        return TimelineBlock(
            workflow_run_block_id=block_id,
            workflow_run_id=facts.run_id,
            organization_id=facts.organization_id,
            parent_workflow_run_block_id=parent,
            block_type=block.block_type,
            label=block.label,
            status=outcome.status if outcome else "running",
            output=_shown(outcome.output) if outcome else None,
            continue_on_failure=block.continue_on_failure,
            failure_reason=outcome.failure_reason if outcome else None,
            error_codes=_codes(outcome.output if outcome else None),
            task_id=task_id,
            actions=self._actions(record, task_id),
            duration=outcome.seconds if outcome else None,
            loop_values=values,
            current_value=None if record is None or not index else str(record.loop_value),
            current_index=int(index) if index else None,
            downloaded_file_count=len(outcome.files) if outcome else 0,
            created_at=ended - timedelta(seconds=outcome.seconds if outcome else 0.0),
            modified_at=ended,
            **task,
        )

    def _actions(self, record: BlockRecord | None, task_id: str | None) -> list[ActionAnswer]:
        if record is None or task_id is None:
            return []
        keys = RunKeys(self._facts.run_id).task(record.block_key, task_id)
        steps = TaskSteps.read(self._store, keys, self._facts.organization_id, is_over=True)
        return steps.actions()


def _task_fields(block: Block) -> dict[str, Any]:
    if not isinstance(block, AgentBlock):
        return {}
    asked = block.instruction()
    return {
        "engine": "skyvern-1.0",
        "url": block.url,
        "navigation_goal": asked.navigation_goal or None,
        "data_extraction_goal": asked.data_extraction_goal or None,
        "data_schema": asked.data_schema,
    }


def _shown(output: Any) -> Any:
    """An output as clients read it: an object or a list; what is neither is its ``value``.

    See docs/contract.md#runs.
    """
    return output if output is None or isinstance(output, dict | list) else {"value": output}


def _codes(output: Any) -> list[str]:
    errors = output.get("errors") if isinstance(output, dict) else None
    return [str(each["error_code"]) for each in errors or [] if "error_code" in each]
