"""What has been done in a run, kept in the artifact store: for resuming and for answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from skyvern_dagster.artifacts.run_keys import RunKeys
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.blocks.registry import block_types
from skyvern_dagster.errors import ArtifactError
from skyvern_dagster.workflow.definition import walk
from skyvern_dagster.workflow.loader import Workflow
from skyvern_dagster.workflow.op_names import op_name


class BlockRecord(BaseModel):
    """The last outcome of one block (of one iteration).

    Attributes:
        block_key: ``label`` or ``label/<iteration>``.
        loop_value: The item, in a loop.
        files: Digest of the run's downloads when it ended, where the block takes them: with other
            files it is another thing to do.
        finished_at: Naive UTC timestamp.
    """

    model_config = ConfigDict(frozen=True)

    block_key: str
    label: str
    block_type: str
    iteration: str = ""
    loop_value: Any = None
    files: str = ""
    outcome: BlockOutcome
    finished_at: str

    @property
    def task_output(self) -> dict[str, Any] | None:
        """The output, where an agent has carried the block out as a task."""
        block_type = block_types().get(self.block_type)
        output = self.outcome.output
        is_task = block_type is not None and block_type.is_task and isinstance(output, dict)
        return output if is_task else None

    @property
    def task_id(self) -> str | None:
        """The id of the task that the block was, if it was one."""
        given = (self.task_output or {}).get("task_id")
        return str(given) if given else None


class RunRecords:
    """The records of one run.

    Args:
        store: Where they lie.
        workflow_run_id: The run; it keeps its id when it is resumed.
    """

    def __init__(self, store: ArtifactStore, workflow_run_id: str) -> None:
        self._store = store
        self._keys = RunKeys(workflow_run_id)

    def write(self, record: BlockRecord) -> None:
        """Keeps a block's outcome."""
        self._store.write(self.key(record.block_key), record.model_dump_json(indent=2).encode())

    def read(self, block_key: str) -> BlockRecord | None:
        """A block's outcome, if it has one."""
        key = self.key(block_key)
        if not self._store.exists(key):
            return None
        try:
            return BlockRecord.model_validate_json(self._store.read(key))
        except ValidationError as error:
            raise ArtifactError(f"the record {key!r} is damaged: {error}") from error

    def iterations(self, label: str) -> list[BlockRecord]:
        """Outcomes of a block inside a loop, by iteration."""
        keys = map(self._keys.block_key, self._store.keys(self._keys.iterations(op_name(label))))
        records = [self.read(key) for key in keys if key is not None]
        return [record for record in records if record is not None]

    def all(self, workflow: Workflow) -> list[BlockRecord]:
        """All records of the run, loops after their iterations, in the definition's order."""
        records: list[BlockRecord] = []
        for block in walk(workflow.definition.blocks):
            records += sorted(self.iterations(block.label), key=lambda each: each.iteration)
            own = self.read(op_name(block.label))
            records += [own] if own is not None else []
        return records

    def stop_loop(self, loop_key: str, attempt: str, reason: str) -> None:
        """Notes that a loop goes no further in this attempt (a Dagster run id)."""
        self._store.write_json(self._keys.stopped(loop_key), {"attempt": attempt, "reason": reason})

    def loop_is_stopped(self, loop_key: str, attempt: str) -> bool:
        """Whether an iteration has stopped the loop in this attempt."""
        key = self._keys.stopped(loop_key)
        return self._store.exists(key) and self._store.read_json(key).get("attempt") == attempt

    def forget_iterations(self, labels: Iterable[str], within: str) -> None:
        """Drops what an earlier pass of a loop has left: its list may have been another one.

        Args:
            labels: Blocks of the loop's body, nested ones included.
            within: Path of the iteration that the loop stands in; empty at the top level.
        """
        for label in labels:
            name = op_name(label)
            start = self._keys.record(f"{name}/{within}__" if within else f"{name}/")
            start = start.removesuffix(".json")
            for key in list(self._store.keys(self._keys.iterations(name))):
                if key.startswith(start):
                    self._store.delete(key)

    def key(self, block_key: str) -> str:
        """Where a block's record lies in the artifact store."""
        return self._keys.record(block_key)
