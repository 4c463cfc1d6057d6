"""Request files under Dagster's own daemon, which is killed in the middle."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import dagster as dg
import pytest

from tests.office import ROOT, wait_until
from tests.sensors.test_requests import shop_of

REQUESTS = 12

LOCATION = """
import dagster as dg
from skyvern_dagster import build_invoice_request_sensor, build_job
from tests.compiler.definitions import given, upload, workflow

made = workflow([upload("up")], [given("shop")], name="made")
job = build_job(made)
defs = dg.Definitions(
    jobs=[job],
    sensors=[
        build_invoice_request_sensor(
            made, job, {folder!r}, minimum_interval_seconds=1, settle_seconds=0,
            default_status=dg.DefaultSensorStatus.RUNNING, requests_per_tick=4,
        )
    ],
)
"""


class Daemon:
    """``dagster-daemon run`` over one file of definitions; runs stay in its queue."""

    def __init__(self, file: Path, log: Path) -> None:
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _DAEMON, "run", "-f", str(file)],
                cwd=ROOT,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def kill(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


_DAEMON = "import sys; sys.argv[0] = 'dagster-daemon'; from dagster._daemon.cli import main; main()"


def test_every_request_is_one_run(home: Path, tmp_path: Path) -> None:
    # The queue takes no run out: what is tested is that each is put in, once.
    configuration = home / "dagster.yaml"
    text = configuration.read_text().replace("max_concurrent_runs: 4", "max_concurrent_runs: 0")
    configuration.write_text(text)
    folder = tmp_path / "requests"
    folder.mkdir()
    for number in range(REQUESTS):
        (folder / f"{number:02d}.json").write_text(json.dumps({"shop": f"shop {number % 10}"}))
    file = tmp_path / "location.py"
    file.write_text(LOCATION.format(folder=str(folder)))

    with dg.DagsterInstance.get() as instance:
        for _ in range(3):
            daemon = Daemon(file, tmp_path / "daemon.log")
            before = instance.get_runs_count()
            try:
                wait_until(lambda: instance.get_runs_count() > before or whole(folder), seconds=90)  # noqa: B023
            except AssertionError:
                pytest.fail((tmp_path / "daemon.log").read_text()[-3000:])
            finally:
                daemon.kill()
        daemon = Daemon(file, tmp_path / "daemon.log")
        try:
            wait_until(lambda: whole(folder), seconds=120, every=0.1)
        finally:
            daemon.kill()
        runs = instance.get_runs()
        asked = Counter(shop_of(run) for run in runs)

    assert asked == {f"shop {number}": 1 for number in range(10)}


def whole(folder: Path) -> bool:
    """Whether the sensor has put every file away."""
    done = folder / "processed"
    return done.is_dir() and len(list(done.iterdir())) == REQUESTS
