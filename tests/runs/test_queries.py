"""Pages of runs: the same whichever way the storage is asked."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import dagster as dg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyvern_dagster.execution import tags
from skyvern_dagster.runs.queries import RunQuery, list_records
from tests.laws import LAW

KINDS = ("task", "workflow_run")
STATUSES = ("queued", "completed", "failed")
OURS, THEIRS = "o_1", "o_2"

Row = dict[str, str]


def rows() -> Iterator[Row]:
    """The oldest are of one organization and of none, the newest thirty of one.

    More than the storage is asked for without a filter.
    """
    for number in range(-90, 60):
        row = {
            tags.WORKFLOW_RUN_ID: f"wr_{number}",
            tags.ORGANIZATION_ID: OURS if number >= 30 or number % 3 else THEIRS,
            tags.KIND: KINDS[number % 2 if number < 45 else 0],
            tags.STATUS: STATUSES[number % 3 if number < 50 else 1],
        }
        yield {} if number % 10 == 9 and number < 30 else row


ALL = list(rows())


@pytest.fixture(scope="module")
def kept() -> Iterator[dg.DagsterInstance]:
    """An instance with a run for each row."""
    with dg.DagsterInstance.ephemeral() as instance:
        for row in ALL:
            instance.add_run(dg.DagsterRun(job_name="j", run_id=str(uuid.uuid4()), tags=row))
        yield instance


queries = st.builds(
    RunQuery,
    organization_id=st.sampled_from([OURS, THEIRS, "o_3"]),
    kind=st.sampled_from([None, *KINDS]),
    statuses=st.sampled_from([(), ("completed",), ("queued", "failed")]),
    page=st.integers(1, 14),
    page_size=st.sampled_from([1, 7, 10, 50]),
    ascending=st.booleans(),
)


@LAW
@given(query=queries)
def test_a_page_is_that_part_of_the_wanted_runs(kept: dg.DagsterInstance, query: RunQuery) -> None:
    wanted = [
        row[tags.WORKFLOW_RUN_ID]
        for row in (ALL if query.ascending else reversed(ALL))
        if row.get(tags.ORGANIZATION_ID) == query.organization_id
        and query.kind in (None, row[tags.KIND])
        and (not query.statuses or row[tags.STATUS] in query.statuses)
    ]
    found = [each.dagster_run.tags[tags.WORKFLOW_RUN_ID] for each in list_records(kept, query)]
    start = (query.page - 1) * query.page_size
    assert found == wanted[start : start + query.page_size]
