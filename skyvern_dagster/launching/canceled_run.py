"""A run that was canceled in the moment in which it was taken from the queue."""

from __future__ import annotations

import dagster as dg

from skyvern_dagster.compiler.dagster_internals import report_canceled

_CANCELING = {dg.DagsterEventType.RUN_CANCELING, dg.DagsterEventType.RUN_CANCELED}


def end_if_canceled(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """Ends a run, in place of starting it, that somebody has canceled.

    Dagster's daemon goes by the status that it has read a moment before, and its "starting" hides
    what was said in between (https://github.com/dagster-io/dagster/issues/3323): the run would be
    carried out although whoever canceled it was told that it is. The run's log has both.

    Returns:
        Whether it was canceled, and is ended.
    """
    found = instance.get_records_for_run(run.run_id, of_type=_CANCELING, limit=1)
    if not found.records:
        return False
    report_canceled(instance, run)
    return True
