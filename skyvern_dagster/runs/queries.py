"""Finding runs by tags: the instance is the only index there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import dagster as dg

from skyvern_dagster.artifacts.run_request import RunKind
from skyvern_dagster.errors import RunNotFoundError
from skyvern_dagster.execution import tags
from skyvern_dagster.runs.status import UNFINISHED, RunStatus

OrderBy = Literal["created_at", "modified_at"]

_MOST_UNFILTERED = 100
"""Rows: the largest page. They are read in vain where too few of them are wanted."""


@dataclass(frozen=True)
class RunQuery:
    """Which runs of one organization, and which page of them.

    Attributes:
        kind: Tasks or workflow runs; both when left out.
        statuses: Any of these; all when empty.
        page: From 1.
    """

    organization_id: str
    kind: RunKind | None = None
    statuses: tuple[RunStatus, ...] = ()
    workflow_permanent_ids: tuple[str, ...] = ()
    created_after: datetime | None = None
    created_before: datetime | None = None
    page: int = 1
    # What lists answer where a request says nothing (``page_size`` of the endpoints).
    page_size: int = 10
    order_by: OrderBy = "created_at"
    ascending: bool = False

    @property
    def wanted_tags(self) -> dict[str, list[str]]:
        """Tag -> the values of which a run must have one."""
        values_of: dict[str, list[str]] = {
            tags.ORGANIZATION_ID: [self.organization_id],
            tags.KIND: [self.kind] if self.kind is not None else [],
            tags.STATUS: list(self.statuses),
            tags.WORKFLOW_PERMANENT_ID: list(self.workflow_permanent_ids),
        }
        return {name: values for name, values in values_of.items() if values}

    def filter(self) -> dg.RunsFilter:
        """As Dagster's storage takes it."""
        return dg.RunsFilter(
            tags=self.wanted_tags,
            created_after=self.created_after,
            created_before=self.created_before,
        )


def find_record(
    instance: dg.DagsterInstance,
    run_id: str,
    organization_id: str | None = None,
    kind: RunKind | None = None,
) -> dg.RunRecord:
    """The newest Dagster run of a Skyvern run id.

    Args:
        organization_id: Whose run it must be; anybody's when left out.
        kind: What it must be.

    Raises:
        RunNotFoundError: There is no such run, or it is another organization's.
    """
    # By the id alone: a filter by what thousands of runs share would have all of them looked at.
    by_id = dg.RunsFilter(tags={tags.WORKFLOW_RUN_ID: run_id})
    wanted = {tags.ORGANIZATION_ID: organization_id, tags.KIND: kind}
    for record in instance.get_run_records(filters=by_id, limit=1):
        run_tags = record.dagster_run.tags
        if all(value is None or run_tags.get(name) == value for name, value in wanted.items()):
            return record
    raise RunNotFoundError(f"Run not found {run_id}")


def list_records(instance: dg.DagsterInstance, query: RunQuery) -> Sequence[dg.RunRecord]:
    """One page of runs, filtered and cut by the instance's storage.

    Dagster's storage pages by cursor, so that a far page first asks for the ids before it.
    """
    newest = _newest(instance, query)
    if newest is not None:
        return newest
    filters = query.filter()
    order_by = "update_timestamp" if query.order_by == "modified_at" else None
    before = (query.page - 1) * query.page_size
    if order_by is not None or query.ascending:
        # A cursor means "older by id": with another order the rows before are asked for, too.
        rows = instance.get_run_records(
            filters, limit=before + query.page_size, order_by=order_by, ascending=query.ascending
        )
        return rows[before:]
    cursor = None
    if before:
        ids = instance.get_run_ids(filters, limit=before)
        if len(ids) < before:
            return []
        cursor = ids[-1]
    return instance.get_run_records(filters, limit=query.page_size, cursor=cursor)


def _newest(instance: dg.DagsterInstance, query: RunQuery) -> Sequence[dg.RunRecord] | None:
    """The page, where the newest runs hold it; else ``None``.

    The storage looks at every run that a filter by tags lets through before it cuts the page: in
    SQLite ten of 10,000 take ten times as long as ten of 100. Without a filter they don't.
    """
    end = query.page * query.page_size
    is_plain = query.order_by == "created_at" and not query.ascending
    if not is_plain or query.created_after or query.created_before or end > _MOST_UNFILTERED:
        return None
    found: list[dg.RunRecord] = []
    read, cursor, limit = 0, None, end
    while limit > 0:
        records = instance.get_run_records(limit=limit, cursor=cursor)
        found += (each for each in records if _is_wanted(each, query))
        if len(found) >= end or len(records) < limit:
            return found[end - query.page_size : end]
        read += limit
        cursor, limit = records[-1].dagster_run.run_id, _MOST_UNFILTERED - read
    return None


def _is_wanted(record: dg.RunRecord, query: RunQuery) -> bool:
    run_tags = record.dagster_run.tags
    return all(run_tags.get(name) in values for name, values in query.wanted_tags.items())


def unfinished_runs(instance: dg.DagsterInstance, organization_id: str) -> int:
    """How many runs of an organization wait or go on."""
    filters = dg.RunsFilter(statuses=UNFINISHED, tags={tags.ORGANIZATION_ID: organization_id})
    return instance.get_runs_count(filters)


def has_run(instance: dg.DagsterInstance, run_id: str) -> bool:
    """Whether a run of this Skyvern id has been launched."""
    filters = dg.RunsFilter(tags={tags.WORKFLOW_RUN_ID: run_id})
    return instance.get_runs_count(filters) > 0
