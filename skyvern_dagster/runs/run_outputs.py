"""What Dagster keeps of a run beside its database: outputs of ops, and logs of processes."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import dagster as dg

from skyvern_dagster.process.home import home_folder

_RUN_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def remove_outputs(instance: dg.DagsterInstance, run_id: str) -> None:
    """Removes what a Dagster run has left in ``storage/`` of the home folder, and its logs.

    Outputs that an IO manager of another kind has put elsewhere stay: Dagster has no way to have
    them removed. Those of assets stay, too; they are no run's.
    """
    if not _RUN_ID.fullmatch(run_id):
        return
    instance.compute_log_manager.delete_logs(prefix=[run_id, "compute_logs"])
    for root in {home_folder(), Path(instance.root_directory)}:
        shutil.rmtree(root / "storage" / run_id, ignore_errors=True)
