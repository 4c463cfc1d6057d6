"""What has been done in a run, kept in the artifact store: for resuming and for answers."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.errors import ArtifactError
from skyvern_dagster.execution.scope import Scope
from skyvern_dagster.workflow.loader import Workflow, load_text


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


def keep_run(store: ArtifactStore, workflow: Workflow, scope: Scope) -> None:
    """What answers and a later resume need to know about a run, from its very beginning."""
    folder = f"runs/{scope.workflow_run_id}"
    store.write(f"{folder}/workflow.yaml", workflow.text.encode())
    store.write_json(
        f"{folder}/run.json",
        {
            "workflow_run_id": scope.workflow_run_id,
            "workflow_permanent_id": scope.workflow_permanent_id,
            "workflow": workflow.name,
            "workflow_version": workflow.version,
            "created_at": scope.created_at,
            "parameters": scope.parameters,
        },
    )


def read_workflow(store: ArtifactStore, workflow_run_id: str) -> tuple[Workflow, dict[str, Any]]:
    """The definition that a run was started with, and what :func:`keep_run` kept beside it.

    Raises:
        ArtifactError: There is no such run.
    """
    info = dict(store.read_json(f"runs/{workflow_run_id}/run.json"))
    text = store.read(f"runs/{workflow_run_id}/workflow.yaml").decode()
    return (
        _loaded(
            text,
            workflow_run_id,
            str(info["workflow"]),
            info.get("workflow_permanent_id"),
            info.get("workflow_version"),
        ),
        info,
    )


@lru_cache(maxsize=256)
def _loaded(
    text: str, source: str, name: str, stored_id: str | None, version: int | None
) -> Workflow:
    """Answers are asked for often, and reading a definition takes some milliseconds."""
    return load_text(text, source=source, name=name, stored_id=stored_id, version=version)


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

    def forget_iterations(self, labels: Iterable[str], within: str) -> None:
        """Drops what an earlier pass of a loop has left: its list may have been another one.

        Args:
            labels: Blocks of the loop's body, nested ones included.
            within: Path of the iteration that the loop stands in; empty at the top level.
        """
        for label in labels:
            folder = f"{self._folder}/blocks/{label}/"
            for key in list(self._store.keys(folder)):
                if key.removeprefix(folder).startswith(f"{within}__" if within else ""):
                    self._store.delete(key)

    def key(self, block_key: str) -> str:
        """Where a block's record lies in the artifact store."""
        return f"{self._folder}/blocks/{block_key}.json"

    def _stop_key(self, loop_key: str) -> str:
        return f"{self._folder}/stopped/{loop_key}.json"
