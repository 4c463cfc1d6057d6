"""That Dagster's revisions are read once changes nothing of what it makes and finds."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
from alembic.script import ScriptDirectory
from dagster._core.storage import sql
from sqlalchemy import create_engine

from skyvern_dagster.compiler.dagster_internals.known_revisions import know_revisions


@dg.job
def nothing() -> None: ...


def test_the_newest_revision_is_the_same() -> None:
    location = sql.ALEMBIC_SCRIPTS_LOCATION
    config = sql.get_alembic_config(sql.__file__, "alembic/alembic.ini", location)
    newest = ScriptDirectory.from_config(config).as_revision_number("head")

    know_revisions()

    with create_engine("sqlite://").connect() as nothing_yet:
        assert sql.check_alembic_revision(config, nothing_yet) == (None, newest)


def test_files_of_runs_have_the_revision(tmp_path: Path) -> None:
    know_revisions()

    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        run = instance.create_run_for_job(nothing)
        instance.report_engine_event("so it is", run)
        storages = instance.run_storage, instance.event_log_storage, instance.schedule_storage
        versions = [each.alembic_version() for each in storages if each is not None]

    assert len(versions) == len(storages)
    assert all(version is not None and version[0] == version[1] for version in versions)
    made = list((tmp_path / "history" / "runs").glob("*.db"))
    assert run.run_id in {path.stem for path in made}
