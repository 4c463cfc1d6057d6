"""What has been done in a run, kept in the artifact store: for resuming and for answers."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.errors import ArtifactError


class BlockRecord(BaseModel):
    """The last outcome of one block (of one iteration).

    Attributes:
        block_key: ``label`` or ``label/<iteration>``.
        loop_value: The item, in a loop.
        finished_at: Naive UTC timestamp.
    """

    model_config = ConfigDict(frozen=True)

    block_key: str
    label: str
    block_type: str
    iteration: str = ""
    loop_value: Any = None
    outcome: BlockOutcome
    finished_at: str


class RunRecords:
    """The records of one run.

    Args:
        store: Where they lie.
        workflow_run_id: The run; it keeps its id when it is resumed.
    """

    def __init__(self, store: ArtifactStore, workflow_run_id: str) -> None:
        self._store = store
        self._folder = f"runs/{workflow_run_id}"

    def write(self, record: BlockRecord) -> None:
        """Keeps a block's outcome."""
        self._store.write(self._key(record.block_key), record.model_dump_json(indent=2).encode())

    def read(self, block_key: str) -> BlockRecord | None:
        """A block's outcome, if it has one."""
        key = self._key(block_key)
        if not self._store.exists(key):
            return None
        try:
            return BlockRecord.model_validate_json(self._store.read(key))
        except ValidationError as error:
            raise ArtifactError(f"the record {key!r} is damaged: {error}") from error

    def iterations(self, label: str) -> list[BlockRecord]:
        """Outcomes of a block inside a loop, by iteration."""
        prefix = f"{self._folder}/blocks/{label}"
        names = [key.removeprefix(f"{self._folder}/blocks/") for key in self._store.keys(prefix)]
        found = [self.read(name.removesuffix(".json")) for name in names if name.endswith(".json")]
        return [record for record in found if record is not None]

    def stop_loop(self, loop_key: str, attempt: str, reason: str) -> None:
        """Notes that a loop goes no further in this attempt (a Dagster run id)."""
        self._store.write_json(self._stop_key(loop_key), {"attempt": attempt, "reason": reason})

    def loop_is_stopped(self, loop_key: str, attempt: str) -> bool:
        """Whether an iteration has stopped the loop in this attempt."""
        key = self._stop_key(loop_key)
        return self._store.exists(key) and self._store.read_json(key).get("attempt") == attempt

    def _key(self, block_key: str) -> str:
        return f"{self._folder}/blocks/{block_key}.json"

    def _stop_key(self, loop_key: str) -> str:
        return f"{self._folder}/stopped/{loop_key}.json"
