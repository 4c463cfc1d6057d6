"""Tags of Dagster's own, and setting ours on a run that has begun."""

from __future__ import annotations

from collections.abc import Mapping

import dagster as dg

RESUME_TAG = "dagster/is_resume_retry"
"""On runs that re-execute another one from its failure."""


RETRY_NUMBER_TAG = "dagster/retry_number"
"""On runs that Dagster's run retries started by themselves."""


WILL_RETRY_TAG = "dagster/will_retry"
"""On failed runs: whether Dagster's run retries launch another one by themselves."""


MAX_RUNTIME_TAGS = ("dagster/max_runtime", "dagster/max_runtime_seconds")
"""Seconds after which Dagster's run monitoring ends a run; the first is documented."""


_TAG_TRIES = 5
"""A loss takes two writes within milliseconds; five in a row are no coincidence any more."""


def add_run_tags(instance: dg.DagsterInstance, run_id: str, tags: Mapping[str, str]) -> None:
    """Sets tags on a run. Not marked as public, and the only way to tag a run that has begun.

    Dagster reads the run, adds the tags and writes it back: where another process does so at the
    same moment, one of them loses its tags. So they are looked for, and set again. A run that we
    launched has most of them from the beginning: looking is much quicker than setting.
    """
    for _ in range(_TAG_TRIES):
        run = instance.get_run_by_id(run_id)
        if run is None or all(run.tags.get(name) == value for name, value in tags.items()):
            return
        instance.add_run_tags(run_id, dict(tags))
