"""A finished run taken back to any point of its event log, as if it had been killed there."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import dagster as dg


class Event(NamedTuple):
    """One row of the event log that speaks of a step."""

    row: int
    kind: str
    step: str


@dataclass(frozen=True)
class FinishedRun:
    """A run in a home folder that is only copied from now on."""

    home: Path
    run_id: str

    def events(self) -> list[Event]:
        """What its event log says about steps."""
        with closing(sqlite3.connect(self._log(self.home))) as log:
            rows = log.execute(
                "SELECT id, dagster_event_type, step_key FROM event_logs "
                "WHERE dagster_event_type LIKE 'STEP_%' ORDER BY id"
            )
            return [Event(*row) for row in rows]

    def killed_after(self, event: Event, home: Path) -> None:
        """Makes a copy in which nothing after this event has happened."""
        shutil.copytree(self.home, home, copy_function=shutil.copy2)
        with closing(sqlite3.connect(self._log(home))) as log, log:
            (moment,) = log.execute(
                "SELECT CAST(strftime('%s', timestamp) AS REAL) + "
                "strftime('%f', timestamp) - strftime('%S', timestamp) "
                "FROM event_logs WHERE id = ?",
                (event.row,),
            ).fetchone()
            log.execute("DELETE FROM event_logs WHERE id > ?", (event.row,))
        with closing(sqlite3.connect(home / "history" / "runs.db")) as runs, runs:
            runs.execute(
                "UPDATE runs SET status = ? WHERE run_id = ?",
                (dg.DagsterRunStatus.FAILURE.value, self.run_id),
            )
        for file in (home / "artifacts").rglob("*"):
            if file.is_file() and file.stat().st_mtime > moment:
                file.unlink()

    def _log(self, home: Path) -> Path:
        return home / "history" / "runs" / f"{self.run_id}.db"
