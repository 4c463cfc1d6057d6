"""What runs leave behind goes when its time is up: by kind, workflow, outcome, and by size."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from skyvern_dagster.artifacts.run_keys import RunKeys
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.cli.clean import clean_up
from skyvern_dagster.errors import ParameterError, RemovedError
from skyvern_dagster.execution import tags
from skyvern_dagster.process.clock import utc_now
from skyvern_dagster.runs.cleaning import Cleaner, CleaningReport
from skyvern_dagster.runs.removed import refuse_removed
from skyvern_dagster.runs.retention_policy import RetentionPolicy, read_policy
from skyvern_dagster.sensors.retention import build_retention_sensor

FILES = {
    "tasks/look/tsk_1/recording.webm": "recordings",
    "tasks/look/tsk_1/trace.zip": "traces",
    "tasks/look/tsk_1/session.har": "traces",
    "tasks/look/tsk_1/steps/000/screenshot.jpg": "screenshots",
    "tasks/look/tsk_1/steps/000/step.json": "records",
    "downloads/look/a.pdf": "downloads",
    "blocks/look.json": "records",
    "run.json": "records",
}
SIZE = 1000


class Office:
    """A deployment with runs of chosen ages."""

    def __init__(self, instance: dg.DagsterInstance, store: ArtifactStore) -> None:
        self.instance = instance
        self.store = store

    def run(
        self,
        number: int,
        days: float,
        status: dg.DagsterRunStatus | None = dg.DagsterRunStatus.SUCCESS,
        workflow: str = "invoices",
    ) -> str:
        """A run that ended so many days ago; without a status, Dagster doesn't know it."""
        run_id = f"wr_{number}"
        at = utc_now() - timedelta(days=days)
        info = {"workflow_run_id": run_id, "workflow_permanent_id": "wpid_1", "workflow": workflow,
                "created_at": at.isoformat()}  # fmt: skip
        for name in FILES:
            content = json.dumps(info) if name == "run.json" else "x" * SIZE
            self.store.write(f"runs/{run_id}/{name}", content.encode())
        self.store.write(f"deliveries/{run_id}/sent.json", b"{}")
        if status is not None:
            run_tags = {tags.WORKFLOW_RUN_ID: run_id, tags.ORGANIZATION_ID: "o_7"}
            self.instance.add_run(dg.DagsterRun(job_name="j", tags=run_tags, status=status))
        return run_id

    def clean(self, **policy: Any) -> CleaningReport:
        return Cleaner(self.instance, self.store, RetentionPolicy.model_validate(policy)).clean()

    def left(self, run_id: str) -> set[str]:
        """The kinds of what is left of a run."""
        folder = f"runs/{run_id}"
        keys = [key.removeprefix(f"{folder}/") for key in self.store.keys(folder)]
        return {FILES[key] for key in keys if key != "removed.json"}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield Office(instance, ArtifactStore(tmp_path / "artifacts"))


EVERYTHING = set(FILES.values())


def test_each_kind_has_its_time(office: Office) -> None:
    """Runs that Dagster doesn't know are as old as their records say."""
    old, new = office.run(1, 40, None), office.run(2, 5, None)
    report = office.clean(keep={"recordings": "7d", "traces": "1m", "screenshots": "1y"})
    assert office.left(old) == EVERYTHING - {"recordings", "traces"}
    assert office.left(new) == EVERYTHING
    assert report.files == {
        "recordings": 1, "traces": 2, "screenshots": 0, "downloads": 0, "records": 0
    }  # fmt: skip
    assert (report.runs, report.freed) == (1, 3 * SIZE)
    assert office.clean(keep={"recordings": "7d", "traces": "1m"}).runs == 0
    refuse_removed(office.store, old, "screenshots")
    with pytest.raises(RemovedError, match="recordings of wr_1 were removed on 20"):
        refuse_removed(office.store, old, "recordings")


def test_without_a_policy_recordings_and_traces_go_after_a_month(office: Office) -> None:
    old, new = office.run(1, 31, None), office.run(2, 29, None)
    office.clean()
    assert office.left(old) == {"screenshots", "downloads", "records"}
    assert office.left(new) == EVERYTHING


def test_by_workflow_and_by_outcome(office: Office) -> None:
    good = office.run(1, 0, dg.DagsterRunStatus.SUCCESS)
    bad = office.run(2, 0, dg.DagsterRunStatus.FAILURE)
    other = office.run(3, 0, dg.DagsterRunStatus.FAILURE, "orders")
    office.clean(
        keep={"recordings": "0d", "outcomes": {"failed": {"recordings": "30d"}}},
        workflows={"orders": {"outcomes": {"failed": {"recordings": "0d", "traces": "0d"}}}},
    )
    assert office.left(good) == EVERYTHING - {"recordings"}
    assert office.left(bad) == EVERYTHING
    assert office.left(other) == EVERYTHING - {"recordings", "traces"}


def test_records_take_the_run_with_them_and_leave_a_note(office: Office) -> None:
    run_id = office.run(1, 0)
    going_on = office.run(2, 0, dg.DagsterRunStatus.STARTED)
    waiting = office.run(3, 0, dg.DagsterRunStatus.STARTING)
    report = office.clean(keep={"records": "0d"})
    assert report.runs == 1
    assert list(office.store.keys(f"runs/{run_id}")) == [RunKeys(run_id).removed]
    assert len(office.instance.get_runs()) == 2
    assert office.left(going_on) == office.left(waiting) == EVERYTHING
    # What was delivered stays delivered.
    assert office.store.exists(f"deliveries/{run_id}/sent.json")
    with pytest.raises(RemovedError):
        refuse_removed(office.store, run_id, "downloads")
    with pytest.raises(RemovedError):
        refuse_removed(office.store, run_id, "records", "o_7")
    refuse_removed(office.store, run_id, "records", "o_8")  # nothing is told to others
    assert office.clean(keep={"records": "0d"}).runs == 0


def test_where_there_is_too_much_the_oldest_go_first(office: Office) -> None:
    runs = [office.run(number, 10 - number, None) for number in range(3)]
    total = sum(office.store.sizes("runs").values())
    report = office.clean(keep={"recordings": "forever"}, at_most=str(total - 3500))
    assert office.left(runs[0]) == EVERYTHING - {"recordings", "traces"}
    assert office.left(runs[1]) == office.left(runs[2]) == EVERYTHING - {"recordings"}
    assert report.left is not None
    assert report.left <= total - 3500
    office.clean(keep={"recordings": "forever"}, at_most="1")
    assert all(office.left(run_id) == {"records"} for run_id in runs)


def test_a_dry_run_removes_nothing(office: Office) -> None:
    run_id = office.run(1, 40, None)
    policy = RetentionPolicy.model_validate({"keep": {"records": "1d"}})
    report = Cleaner(office.instance, office.store, policy, dry=True).clean()
    assert report.runs == 1
    assert sum(report.files.values()) == len(FILES)
    assert office.left(run_id) == EVERYTHING
    assert not office.store.exists(RunKeys(run_id).removed)


def test_what_takes_too_long_goes_on_the_next_time(office: Office) -> None:
    run_id = office.run(1, 40, None)
    report = Cleaner(office.instance, office.store, RetentionPolicy(), patience=-1).clean()
    assert not report.is_complete
    assert office.left(run_id) == EVERYTHING


def test_the_sensor_does_it(office: Office) -> None:
    run_id = office.run(1, 40, None)
    sensor = build_retention_sensor(store=office.store, policy=RetentionPolicy())
    with dg.build_sensor_context(instance=office.instance) as context:
        (said,) = [sensor(context)]
    assert "removed 3 files of 1 runs" in str(said)
    assert "recordings" not in office.left(run_id)


def test_the_command_cleans_database_outputs_and_logs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.delenv("SKYVERN_ARTIFACT_STORE", raising=False)
    assert clean_up(None, [], None, dry=True, as_json=True) == 0
    with dg.DagsterInstance.get() as instance:

        @dg.op
        def said() -> int:
            print("a line")  # noqa: T201 - kept by Dagster as a log
            return 7

        @dg.job(tags={tags.WORKFLOW_RUN_ID: "wr_1"})
        def job() -> None:
            said()

        attempt = job.execute_in_process(instance=instance).run_id
        office = Office(instance, ArtifactStore(tmp_path / "artifacts"))
        office.run(1, 0, None)
        (tmp_path / "storage" / attempt).mkdir(parents=True, exist_ok=True)
        (tmp_path / "storage" / attempt / "output.json").write_text("7")
        other = job.execute_in_process(
            instance=instance, tags={tags.WORKFLOW_RUN_ID: "wr_2"}
        ).run_id
    capsys.readouterr()
    assert clean_up(None, ["records=0d"], "1GB", dry=False, as_json=False) == 0
    assert "of 1 runs" in capsys.readouterr().out
    with dg.DagsterInstance.get() as instance:
        assert [run.run_id for run in instance.get_runs()] == [other]
        assert not instance.all_logs(attempt)
    assert not (tmp_path / "storage" / attempt).exists()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("keep: {recordings: soon}", "keep.recordings: must be a time like 12h, 30d"),
        ("keep: {films: 1d}", "keep.films"),
        ("at_most: much", "at_most: must be a size"),
        ("keep: {outcomes: {fine: {traces: 1d}}}", "outcomes"),
        ("keep: [", "can't be read"),
    ],
)
def test_a_policy_that_cannot_be(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "retention.yaml"
    file.write_text(text)
    with pytest.raises(ParameterError, match="retention") as caught:
        read_policy(file)
    assert problem in str(caught.value)


def test_a_policy_as_the_documentation_has_it() -> None:
    page = Path(__file__).parents[2] / "docs" / "how-to" / "retention.md"
    text = page.read_text(encoding="utf-8").partition("```yaml\n")[2].partition("```")[0]
    assert "at_most" in text
    file = page.with_name("unused")
    del file
    import yaml

    policy = RetentionPolicy.model_validate(yaml.safe_load(text))
    assert policy.at_most == 50_000_000_000
    assert policy.time("recordings", ("invoice_retrieval",), "completed") == timedelta(days=3)
    assert policy.time("recordings", ("another",), "failed") == timedelta(days=90)
    assert policy.time("downloads", ("another",), "failed") is None
