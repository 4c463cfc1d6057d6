"""Removes what runs have left behind once it has been kept for long enough."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import dagster as dg

from skyvern_dagster.artifacts.run_artifact import classify
from skyvern_dagster.artifacts.run_keys import RUNS, RunKeys
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.errors import ArtifactError
from skyvern_dagster.execution import tags
from skyvern_dagster.execution.run_info import has_begun, read_info
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID
from skyvern_dagster.process.clock import from_seconds, utc_now
from skyvern_dagster.runs.removed import RemovedParts, kind_of, read_removed
from skyvern_dagster.runs.retention_policy import KINDS, KeptKind, RetentionPolicy
from skyvern_dagster.runs.run_outputs import remove_outputs
from skyvern_dagster.runs.status import run_status

_PAGE = 500
"""Runs that are asked for at once."""

_REPETITIONS_SECONDS = 24 * 3600
"""What answers to repeatable requests are kept for (docs/rest.md#repeating-a-request)."""


@dataclass(frozen=True)
class CleaningReport:
    """What was removed, or would be.

    Attributes:
        runs: Runs of which something was removed.
        files: By kind.
        freed: Bytes.
        left: Bytes of all runs, afterwards; only where the policy limits them.
        is_complete: Whether all runs were looked at; else time was up.
    """

    runs: int = 0
    files: dict[KeptKind, int] = field(default_factory=dict)
    freed: int = 0
    left: int | None = None
    is_complete: bool = True


@dataclass(frozen=True)
class _EndedRun:
    """A run with its attempts in Dagster; none, where somebody has deleted them there."""

    run_id: str
    organization_id: str
    names: tuple[str, ...]
    status: str
    ended: datetime
    attempts: tuple[str, ...]


class Cleaner:
    """Goes through the runs of a deployment once.

    Args:
        instance: Whose runs they are.
        store: Where their files lie.
        policy: How long what is kept.
        dry: Whether only to look.
        patience: Seconds after which the rest is left for the next time.
    """

    def __init__(
        self,
        instance: dg.DagsterInstance,
        store: ArtifactStore,
        policy: RetentionPolicy,
        *,
        dry: bool = False,
        patience: float = float("inf"),
    ) -> None:
        self._instance = instance
        self._store = store
        self._policy = policy
        self._dry = dry
        self._deadline = time.monotonic() + patience
        self._runs: set[str] = set()
        self._files: dict[KeptKind, int] = dict.fromkeys(KINDS, 0)
        self._freed = 0

    def clean(self) -> CleaningReport:
        """Removes what is too old, then what is too much.

        Raises:
            ArtifactError: The store can't be read or written.
        """
        ended = sorted(self._ended(), key=lambda run: run.ended)
        is_complete = all(self._remove_old(run) for run in ended)
        left = self._remove_excess(ended) if is_complete else None
        self._forget_repetitions()
        return CleaningReport(len(self._runs), self._files, self._freed, left, is_complete)

    def _remove_old(self, run: _EndedRun) -> bool:
        if time.monotonic() > self._deadline:
            return False
        age = utc_now() - run.ended
        due = [kind for kind in KINDS if self._is_due(run, kind, age)]
        already = read_removed(self._store, run.run_id).at
        if "records" in due:
            self._remove_everything(run)
        elif any(kind not in already for kind in due):
            self._remove(run, [kind for kind in due if kind not in already])
        return True

    def _is_due(self, run: _EndedRun, kind: KeptKind, age: timedelta) -> bool:
        kept = self._policy.time(kind, run.names, run.status)
        return kept is not None and age > kept

    def _remove(self, run: _EndedRun, kinds: Sequence[KeptKind]) -> int:
        freed = 0
        for key, size in self._sizes(run.run_id).items():
            artifact = classify(key)
            kind = kind_of(artifact.artifact_type) if artifact is not None else "records"
            if kind in kinds:
                freed += size
                self._count(run, kind)
                if not self._dry:
                    self._store.delete(key)
        self._freed += freed
        self._note(run, kinds)
        return freed

    def _remove_everything(self, run: _EndedRun) -> None:
        sizes = self._sizes(run.run_id)
        for key, size in sizes.items():
            artifact = classify(key)
            self._count(run, kind_of(artifact.artifact_type) if artifact else "records")
            self._freed += size
        if self._dry:
            return
        # The note first: a run that is half removed is removed.
        self._note(run, KINDS)
        for key in sizes:
            self._store.delete(key)
        for attempt in run.attempts:
            remove_outputs(self._instance, attempt)
            self._instance.delete_run(attempt)

    def _remove_excess(self, ended: Sequence[_EndedRun]) -> int | None:
        """Whatever its age: recordings of the oldest runs first, their downloads last."""
        if self._policy.at_most is None:
            return None
        total = sum(self._store.sizes(RUNS).values()) - (self._freed if self._dry else 0)
        for kind in KINDS[:-1]:  # records are too small to be worth it
            for run in ended:
                if total <= self._policy.at_most or time.monotonic() > self._deadline:
                    return total
                if kind not in read_removed(self._store, run.run_id).at:
                    total -= self._remove(run, [kind])
        return total

    def _sizes(self, run_id: str) -> dict[str, int]:
        keys = RunKeys(run_id)
        return {
            key: size for key, size in self._store.sizes(keys.folder).items() if key != keys.removed
        }

    def _count(self, run: _EndedRun, kind: KeptKind) -> None:
        self._runs.add(run.run_id)
        self._files[kind] += 1

    def _note(self, run: _EndedRun, kinds: Sequence[KeptKind]) -> None:
        if self._dry:
            return
        before = read_removed(self._store, run.run_id)
        now = utc_now().isoformat()
        parts = RemovedParts(
            organization_id=run.organization_id, at=before.at | dict.fromkeys(kinds, now)
        )
        self._store.write(RunKeys(run.run_id).removed, parts.model_dump_json().encode())

    def _ended(self) -> Iterator[_EndedRun]:
        """The runs that have files here and have ended."""
        records: dict[str, list[dg.RunRecord]] = {}
        for record in self._records():
            run_id = record.dagster_run.tags.get(tags.WORKFLOW_RUN_ID)
            if run_id:
                records.setdefault(run_id, []).append(record)
        for run_id in self._store.folders(RUNS):
            run = self._run(run_id, records.get(run_id, []))
            if run is not None:
                yield run

    def _records(self) -> Iterator[dg.RunRecord]:
        cursor = None
        while page := self._instance.get_run_records(limit=_PAGE, cursor=cursor):
            yield from page
            cursor = page[-1].dagster_run.run_id

    def _run(self, run_id: str, records: Sequence[dg.RunRecord]) -> _EndedRun | None:
        if any(not record.dagster_run.is_finished for record in records):
            return None
        try:
            info = read_info(self._store, run_id) if has_begun(self._store, run_id) else None
        except ArtifactError:  # damaged: it is as old as Dagster says
            info = None
        if info is None and not records:
            return None  # removed before, or something that isn't ours
        newest = records[0] if records else None
        ended = datetime.fromisoformat(info.created_at) if info is not None else utc_now()
        if newest is not None:
            ended = from_seconds(newest.end_time or newest.create_timestamp.timestamp())
        run_tags = newest.dagster_run.tags if newest is not None else {}
        names = (info.workflow_permanent_id, info.workflow) if info is not None else ()
        return _EndedRun(
            run_id=run_id,
            organization_id=run_tags.get(tags.ORGANIZATION_ID, DEFAULT_ORGANIZATION_ID),
            names=names,
            status=run_status(newest.dagster_run) if newest is not None else "",
            ended=ended,
            attempts=tuple(record.dagster_run.run_id for record in records),
        )

    def _forget_repetitions(self) -> None:
        """Answers that were kept in case that their request comes again."""
        for organization in () if self._dry else self._store.folders("organizations"):
            for key in self._store.keys(f"organizations/{organization}/idempotency"):
                try:
                    began = float(self._store.read_json(key)["seconds"])
                except (ArtifactError, KeyError, TypeError, ValueError):
                    began = 0.0
                if time.time() - began > _REPETITIONS_SECONDS:
                    self._store.delete(key)


def clean_deployment(
    store: ArtifactStore, policy: RetentionPolicy, *, dry: bool = False
) -> CleaningReport:
    """Cleans the deployment of ``$DAGSTER_HOME``.

    Raises:
        ArtifactError: The store can't be read or written.
    """
    with dg.DagsterInstance.get() as instance:
        return Cleaner(instance, store, policy, dry=dry).clean()
