"""How runs of the command line end that don't complete."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from skyvern_dagster.execution import tags
from tests.compiler.definitions import given, task, workflow
from tests.office import INVOICES, Office, skyvern_dagster


def test_a_wrong_password_terminates(office: Office, clean_environment: pytest.MonkeyPatch) -> None:
    clean_environment.setenv("SKYVERN_CREDENTIAL_CREDENTIALS_PASSWORD", "Wrong-Password-7")

    code, answer, said = run(INVOICES, office.parameters(2))

    assert (code, answer["status"]) == (3, "terminated")
    assert answer["failure_reason"] == "wrong password"
    assert [e["error_code"] for e in answer["outputs"]["login_output"]["errors"]] == [
        "failed_to_login"
    ]
    assert list(answer["outputs"]) == ["login_output"]
    found = office.newest(answer["workflow_run_id"]).tags
    assert (found[tags.STATUS], found[tags.FAILED_BLOCK], found[tags.ERROR_CODES]) == (
        "terminated",
        "login",
        "failed_to_login",
    )
    assert "skyvern-dagster resume" in said
    assert office.messages(answer["workflow_run_id"]) == []


@pytest.mark.long
def test_a_host_that_does_not_exist_fails(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "nowhere.yaml"
    file.write_text(workflow([task("open", url="url")], [given("url")]).text)

    code, answer, said = run(file, {"url": "http://shop.invalid/"})

    assert (code, answer["status"]) == (1, "failed")
    assert "http://shop.invalid/ could not be opened" in answer["failure_reason"]
    assert answer["failure_reason"] in " ".join(said.split())


def test_everything_that_is_missing_is_named_at_once(home: Path) -> None:
    process = start(INVOICES, {})
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    for word in ("'website_url' is required", "'invoice_retrieval_start_date' is required"):
        assert word in said

    code, answer, _ = run(INVOICES, {"website_url": "x", "invoice_retrieval_start_date": "y"})

    assert (code, answer["status"]) == (1, "failed")
    for name in ("SKYVERN_CREDENTIAL_CREDENTIALS_USERNAME", "SMTP_HOST", "SMTP_PASSWORD"):
        assert name in answer["failure_reason"]
    assert answer["outputs"] == {}


def test_a_planner_that_is_not_there(office: Office, clean_environment: pytest.MonkeyPatch) -> None:
    clean_environment.setenv("SKYVERN_PLANNER", "tests.planners.clerk:Nobody")

    code, answer, _ = run(INVOICES, office.parameters(2))

    assert (code, answer["status"]) == (1, "failed")
    assert "no planner 'tests.planners.clerk:Nobody'" in answer["failure_reason"]


def start(file: Path, parameters: dict[str, str]) -> subprocess.Popen[str]:
    pairs = [f"{key}={value}" for key, value in parameters.items()]
    return skyvern_dagster("run", str(file), *[x for p in pairs for x in ("-p", p)], "--json")


def run(file: Path, parameters: dict[str, str]) -> tuple[int, dict[str, Any], str]:
    """Exit status, the answer on stdout, and what stderr says."""
    process = start(file, parameters)
    out, err = process.communicate(timeout=200)
    assert out, err
    return process.returncode, json.loads(out), err
