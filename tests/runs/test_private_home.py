"""What lies in the home folder is for its owner; what a canceled run says of itself is true."""

from __future__ import annotations

import os
from pathlib import Path

import dagster as dg
import pytest

from skyvern_dagster.execution import tags
from skyvern_dagster.runs.instance_home import prepare_home
from skyvern_dagster.runs.reconcile import settle


@pytest.mark.parametrize("was_there", [False, True])
def test_nobody_else_reads_history_storage_and_logs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, was_there: bool
) -> None:
    home = tmp_path / "home"
    if was_there:
        for name in ("history", "storage", "logs"):
            (home / name).mkdir(parents=True)
            (home / name).chmod(0o755)
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    before = os.umask(0o022)
    try:
        prepare_home()
    finally:
        os.umask(before)
    folders = [each for each in home.iterdir() if each.is_dir()]
    assert {"history", "storage", "logs", "artifacts"} <= {each.name for each in folders}
    assert [each.name for each in folders if each.stat().st_mode & 0o077] == []
    if not was_there:
        assert home.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (dg.DagsterRunStatus.CANCELED, "canceled"),
        (dg.DagsterRunStatus.FAILURE, "failed"),
        (dg.DagsterRunStatus.STARTED, "running"),
    ],
)
def test_a_run_that_could_not_say_how_it_ended(status: dg.DagsterRunStatus, said: str) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.add_run(
            dg.DagsterRun(job_name="j", tags={tags.STATUS: "running"}, status=status)
        )
        settle(instance, run.run_id)
        (found,) = instance.get_runs()
        assert found.tags[tags.STATUS] == said
