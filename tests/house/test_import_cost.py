"""What importing costs: nothing heavy is loaded, and nothing is started, before it is used."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.office import ROOT

HEAVY = (
    "playwright", "openai", "boto3", "fastapi", "pandas", "dagster_aws", "moto", "uvicorn",
    "cryptography", "jwt", "httpx2", "pyarrow", "pypdf", "matplotlib", "sqlalchemy", "alembic",
)  # fmt: skip

AGENT = ("skyvern_dagster.agent.task_runner", "skyvern_dagster.agent.planners.heuristic")
"""What carries tasks out: a code location only says which there are."""

BUILD = """
from skyvern_dagster import build_job, load_workflow
job = build_job(load_workflow("workflows/invoice_retrieval.yaml"))
assert job.name == "invoice_retrieval"
"""


@pytest.mark.parametrize("code", ["import skyvern_dagster", BUILD], ids=["import", "build_job"])
def test_nothing_heavy_is_loaded(code: str) -> None:
    loaded = in_a_fresh_process(f"{code}\nimport sys\nreport(sorted(sys.modules))")

    assert [name for name in loaded if str(name).split(".")[0] in HEAVY] == []
    assert [name for name in loaded if str(name).startswith(AGENT)] == []


def test_the_commands_are_listed_without_dagster() -> None:
    code = "import sys, skyvern_dagster.cli.app\nreport(sorted(sys.modules))"
    loaded = in_a_fresh_process(code)

    assert [name for name in loaded if str(name).split(".")[0] in ("dagster", *HEAVY)] == []


@pytest.mark.parametrize("command", ["keys", "grants", "recordings"])
def test_what_only_reads_the_store_does_so_without_dagster(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home"))
    code = (
        "import io, sys\n"
        "from contextlib import redirect_stderr, redirect_stdout\n"
        f"sys.argv = ['skyvern-dagster', '{command}', 'list']\n"
        "from skyvern_dagster.cli.app import status_of\n"
        "with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):\n"
        "    assert status_of() == 0\n"
        "report(sorted(sys.modules))"
    )
    loaded = in_a_fresh_process(code)

    assert [name for name in loaded if str(name).split(".")[0] == "dagster"] == []


def test_building_a_job_starts_nothing() -> None:
    probe = (
        "import os, threading\n"
        "from pathlib import Path\n"
        "children = Path(f'/proc/{os.getpid()}/task/{os.getpid()}/children')\n"
        "before = {each.name for each in threading.enumerate()}\n"
        f"{BUILD}\n"
        "after = {each.name for each in threading.enumerate()}\n"
        "report([sorted(after - before), children.read_text(), os.environ.get('DAGSTER_HOME')])"
    )

    assert in_a_fresh_process(probe) == [[], "", None]


def in_a_fresh_process(code: str) -> list[object]:
    """What the code reports."""
    report = "import json\ndef report(found):\n    print(json.dumps(found))\n"
    done = subprocess.run(
        [sys.executable, "-c", report + code],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[object] = json.loads(done.stdout.splitlines()[-1])
    return found
