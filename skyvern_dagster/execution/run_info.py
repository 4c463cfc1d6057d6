"""What is known about a run from its very beginning, and the definition that it runs.

It is written once: by whoever starts the run, so that there is an answer however early the run's
process may end; or, where Dagster started it, by the run itself.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from skyvern_dagster.artifacts.run_keys import RunKeys
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.errors import ArtifactError
from skyvern_dagster.ids import new_id
from skyvern_dagster.process.clock import utc_now
from skyvern_dagster.workflow.loader import Workflow, load_text


class RunInfo(BaseModel):
    """A run as it was begun.

    Attributes:
        workflow: Name of the workflow.
        created_at: Naive UTC timestamp; a resumed run is as old as it was before.
        from_rest: Whether the definition came over REST; assumed where nothing is said.
        parameters: Checked; secrets are references.
    """

    model_config = ConfigDict(frozen=True)

    workflow_run_id: str
    workflow_permanent_id: str
    workflow: str
    workflow_version: int | None = None
    created_at: str
    from_rest: bool = True
    parameters: dict[str, Any] = Field(default_factory=dict)


def begin_run(
    store: ArtifactStore,
    workflow: Workflow,
    parameters: dict[str, Any],
    run_id: str | None = None,
    *,
    created_at: str | None = None,
) -> RunInfo:
    """Writes down a run that is about to be carried out.

    Args:
        parameters: Checked, their secrets put away.
        run_id: The run's id; a new one when left out.
        created_at: When it was asked for; now, when left out.

    Raises:
        StorageError: The store can't be written.
    """
    info = RunInfo(
        workflow_run_id=run_id or new_id("wr"),
        workflow_permanent_id=workflow.workflow_permanent_id,
        workflow=workflow.name,
        workflow_version=workflow.version,
        created_at=created_at or utc_now().isoformat(),
        from_rest=workflow.from_rest,
        parameters=parameters,
    )
    keys = RunKeys(info.workflow_run_id)
    store.write(keys.definition, workflow.text.encode())
    store.write(keys.info, info.model_dump_json(indent=2).encode())
    return info


def has_begun(store: ArtifactStore, run_id: str) -> bool:
    """Whether :func:`begin_run` was called for a run."""
    return bool(run_id) and store.exists(RunKeys(run_id).info)


def read_info(store: ArtifactStore, run_id: str) -> RunInfo:
    """What :func:`begin_run` has written down.

    Raises:
        ArtifactError: There is no such run, or its record is damaged.
    """
    key = RunKeys(run_id).info
    try:
        return RunInfo.model_validate_json(store.read(key))
    except ValidationError as error:
        raise ArtifactError(f"the record {key!r} is damaged: {error}") from error


def read_run(store: ArtifactStore, run_id: str) -> tuple[Workflow, RunInfo]:
    """The definition that a run was started with, and what is known about it.

    Raises:
        ArtifactError: There is no such run.
    """
    info = read_info(store, run_id)
    text = store.read(RunKeys(run_id).definition).decode()
    workflow = _loaded(
        text,
        run_id,
        info.workflow,
        info.workflow_permanent_id,
        info.workflow_version,
        info.from_rest,
    )
    return workflow, info


@lru_cache(maxsize=256)
def _loaded(
    text: str,
    source: str,
    name: str,
    stored_id: str | None,
    version: int | None,
    from_rest: bool,
) -> Workflow:
    """Answers are asked for often, and reading a definition takes some milliseconds."""
    loaded = load_text(text, source=source, name=name, stored_id=stored_id, version=version)
    # What is an error over REST today was none when a run of yesterday began.
    return replace(loaded, from_rest=from_rest)
