"""``skyvern-dagster trace``, as a person runs it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from typer.testing import CliRunner

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.cli.app import app
from skyvern_dagster.cli.trace import traces
from skyvern_dagster.errors import RunError
from tests.office import ROOT

EMPTY_ZIP = b"PK\x05\x06" + bytes(18)
KEYS = (
    "runs/wr_1/tasks/login/tsk_5/trace.zip",
    "runs/wr_1/tasks/fetch/01/tsk_9/trace.zip",
    "runs/wr_1/tasks/fetch/00/tsk_7/trace.zip",
    "runs/wr_1/tasks/fetch/00/tsk_7/steps/000/step.json",
    "runs/wr_2/tasks/login/tsk_6/trace.zip",
)


@pytest.fixture
def store(home: Path) -> ArtifactStore:
    kept = ArtifactStore(home / "artifacts")
    for key in KEYS:
        kept.write(key, EMPTY_ZIP)
    return kept


@pytest.mark.parametrize(
    ("block", "found"),
    [
        ("", ["login", "fetch/00", "fetch/01"]),
        ("fetch", ["fetch/00", "fetch/01"]),
        ("fetch/01", ["fetch/01"]),
        ("fet", []),
    ],
)
def test_traces_oldest_first(store: ArtifactStore, block: str, found: list[str]) -> None:
    assert [name for name, _ in traces(store, "wr_1", block)] == found


def test_listing(store: ArtifactStore) -> None:
    result = CliRunner().invoke(app, ["trace", "wr_1", "--list", "--block", "login"])
    assert result.exit_code == 0
    assert result.output == f"login\t{store.url(KEYS[0])}\n"


def test_a_run_without_traces(store: ArtifactStore) -> None:
    result = CliRunner().invoke(app, ["trace", "wr_9"])
    assert isinstance(result.exception, RunError)
    assert "has no trace" in str(result.exception)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_the_viewer_serves_the_trace_until_it_is_stopped_and_nothing_stays(
    store: ArtifactStore, tmp_path: Path, end: signal.Signals
) -> None:
    command = [sys.executable, "-m", "skyvern_dagster.cli.app", "trace", "wr_1"]
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT), "BROWSER": "true", "TMPDIR": str(scratch),
    }  # fmt: skip
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            assert process.stdout is not None
            lines = iter(process.stdout.readline, "")
            urls = (re.search(r"http://127\.0\.0\.1:\d+\S*", line) for line in lines)
            url = next(found.group() for found in urls if found)
            with urllib.request.urlopen(url) as answer:
                assert b"Trace Viewer" in answer.read()
            assert list(scratch.iterdir())
            # To this process alone, as a supervisor does.
            process.send_signal(end)
            assert process.wait(20) == 0
            # The pipe ends when nobody holds it any more: no server is left.
            process.stdout.read()
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(url)
    assert not list(scratch.iterdir())
