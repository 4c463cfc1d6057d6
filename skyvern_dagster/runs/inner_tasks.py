"""Tasks inside workflow runs, found by the ids that outputs give them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from skyvern_dagster.artifacts.run_keys import RunKeys, TaskKeys
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.blocks.agent_block import AgentBlock, task_place
from skyvern_dagster.errors import RunNotFoundError
from skyvern_dagster.execution.records import BlockRecord
from skyvern_dagster.runs.answer import task_results, work_done
from skyvern_dagster.runs.facts import RunFacts
from skyvern_dagster.runs.links import Links
from skyvern_dagster.runs.run_answer import TaskAnswer
from skyvern_dagster.runs.status import FINAL, RunStatus
from skyvern_dagster.workflow.definition import walk


@dataclass(frozen=True)
class TaskPlace:
    """Where a task inside a workflow run is.

    Attributes:
        block_key: Of its block (and iteration) in the run.
    """

    task_id: str
    run_id: str
    block_key: str

    @property
    def keys(self) -> TaskKeys:
        """Where its artifacts lie."""
        return RunKeys(self.run_id).task(self.block_key, self.task_id)


def find_place(store: ArtifactStore, task_id: str) -> TaskPlace:
    """Where the task of an id is.

    Raises:
        RunNotFoundError: There is no such task inside a workflow run.
    """
    is_id = task_id.startswith("tsk_") and task_id[4:].isdecimal()
    if not is_id or not store.exists(task_place(task_id)):
        raise RunNotFoundError(f"Task not found {task_id[:200]}")
    place = store.read_json(task_place(task_id))
    return TaskPlace(task_id, str(place["run_id"]), str(place["block_key"]))


def places_of(facts: RunFacts) -> list[TaskPlace]:
    """The tasks of a run that have ended, in the order of its blocks."""
    return [
        TaskPlace(record.task_id, facts.run_id, record.block_key)
        for record in facts.records
        if record.task_id is not None
    ]


def inner_task_answer(facts: RunFacts, place: TaskPlace, links: Links) -> TaskAnswer:
    """The answer for a task inside a workflow run."""
    record = next((each for each in facts.records if each.task_id == place.task_id), None)
    own = replace(facts, records=[record] if record else [])
    ended = datetime.fromisoformat(record.finished_at) if record else None
    took = timedelta(seconds=record.outcome.seconds if record else 0.0)
    created = facts.created_at if ended is None else ended - took
    return TaskAnswer(
        **work_done(own, links),
        **task_results(own, links),
        run_id=place.task_id,
        task_id=place.task_id,
        status=_status(facts, record),
        failure_reason=record.outcome.failure_reason if record else None,
        request=_request(facts, place),
        created_at=created,
        modified_at=ended or facts.modified_at,
        started_at=created,
        finished_at=ended,
        workflow_run_id=facts.run_id,
    )


def _status(facts: RunFacts, record: BlockRecord | None) -> RunStatus:
    """That of its block; a task that left no outcome shares the run's fate."""
    if record is None:
        return facts.status if facts.status in FINAL else "running"
    return "canceled" if record.outcome.status == "skipped" else record.outcome.status


def _request(facts: RunFacts, place: TaskPlace) -> dict[str, Any]:
    label = place.block_key.partition("/")[0]
    for block in walk(facts.workflow.definition.blocks):
        if isinstance(block, AgentBlock) and block.label == label:
            asked = block.instruction()
            return {
                "title": block.title or None,
                "url": block.url,
                "navigation_goal": asked.navigation_goal or None,
                "data_extraction_goal": asked.data_extraction_goal or None,
                "navigation_payload": None,
                "extracted_information_schema": asked.data_schema,
                "error_code_mapping": block.error_code_mapping or None,
            }
    return {}
