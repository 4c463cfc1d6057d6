"""The pieces of Dagster that its public API lacks, all in this file.

Each is held to the versions named in ``tests/house/test_dagster_internals.py``.
"""

from __future__ import annotations

from collections.abc import Mapping

import dagster as dg

VERIFIED_VERSIONS = ("1.13.27",)
"""Versions of Dagster that the pieces below were tried with."""

RESUME_TAG = "dagster/is_resume_retry"
"""On runs that re-execute another one from its failure."""

RETRY_NUMBER_TAG = "dagster/retry_number"
"""On runs that Dagster's run retries started by themselves."""

PARENT_RUN_TAG = "dagster/parent_run_id"
"""On every re-execution."""


def add_run_tags(instance: dg.DagsterInstance, run_id: str, tags: Mapping[str, str]) -> None:
    """Sets tags on a run. Not marked as public, and the only way to tag a run that has begun."""
    instance.add_run_tags(run_id, dict(tags))


def newest_run_with_tag(instance: dg.DagsterInstance, key: str, value: str) -> dg.DagsterRun | None:
    """The newest run that carries a tag."""
    runs = instance.get_runs(filters=dg.RunsFilter(tags={key: value}), limit=1)
    return runs[0] if runs else None


def report_canceling(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """Says that a person wants a run to end, so that its end counts as ``CANCELED``."""
    instance.report_run_canceling(run)
