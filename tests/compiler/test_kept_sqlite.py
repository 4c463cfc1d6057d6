"""What a process writes while it keeps SQLite's files open is there for all others at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dagster as dg
import pytest

from skyvern_dagster.compiler.dagster_internals.kept_sqlite import sqlite_kept_open

_EVENTS = 40


@dg.job
def nothing() -> None: ...


@pytest.fixture
def here(tmp_path: Path) -> dg.DagsterInstance:
    return dg.DagsterInstance.local_temp(str(tmp_path))


def test_others_read_it_meanwhile(here: dg.DagsterInstance, tmp_path: Path) -> None:
    run = here.create_run_for_job(nothing)

    with sqlite_kept_open(here):
        _write(here, run)
        with dg.DagsterInstance.from_ref(here.get_ref()) as another:
            assert len(another.all_logs(run.run_id)) == _EVENTS
            another.report_run_failed(run)
            assert here.get_run_stats(run.run_id).end_time is not None
        found = here.get_run_by_id(run.run_id)
        assert found is not None
        assert found.status is dg.DagsterRunStatus.FAILURE


def test_a_storage_is_as_before_afterwards(here: dg.DagsterInstance) -> None:
    run = here.create_run_for_job(nothing)
    before = (vars(here.event_log_storage).keys(), vars(here.run_storage).keys())

    with pytest.raises(ValueError, match="broken"):
        _write_and_break(here, run)

    assert (vars(here.event_log_storage).keys(), vars(here.run_storage).keys()) == before
    _write(here, run)
    assert len(here.all_logs(run.run_id)) == 2 * _EVENTS


def test_other_storages_stay_as_they_are() -> None:
    with dg.DagsterInstance.ephemeral() as memory, sqlite_kept_open(memory):
        run = memory.create_run_for_job(nothing)
        _write(memory, run)
        assert len(memory.all_logs(run.run_id)) == _EVENTS


def _write(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda n: instance.report_engine_event(f"{n}", run), range(_EVENTS)))


def _write_and_break(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    with sqlite_kept_open(instance):
        _write(instance, run)
        raise ValueError("broken")
