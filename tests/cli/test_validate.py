"""``skyvern-dagster validate``, as a person or a script runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from skyvern_dagster.cli.app import app
from tests.office import ROOT
from tests.workflow.documents import TASK, document

INVOICES = str(ROOT / "workflows" / "invoice_retrieval.yaml")


def validate(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["validate", *map(str, arguments)])


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.yaml"
    path.write_text(document(TASK.replace("url", "engine: skyvern-2.0, url")))
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.yaml"
    path.write_text(document(TASK.replace("url", "goal: x, data_extraction_goal: '{{ y }}', url")))
    return path


def test_a_good_file() -> None:
    result = validate(INVOICES)
    assert result.exit_code == 0
    assert result.output == f"{INVOICES}: valid\n"


def test_a_warning_is_no_error(good: Path) -> None:
    result = validate(good)
    assert result.exit_code == 0
    inert = "block 'first': 'engine' has no effect here (set 'planner' to say who plans)"
    assert result.output.splitlines() == [f"{good}:4:40: warning: {inert}", f"{good}: valid"]


def test_a_warning_is_as_bad_as_an_error_where_that_is_asked_for(good: Path, bad: Path) -> None:
    assert validate("--strict", INVOICES).exit_code == 0
    result = validate("--strict", good)
    assert result.exit_code == 1
    assert result.output.splitlines()[-1] == f"{good}: 1 warning"
    assert validate("--strict", bad).output.splitlines()[-1] == f"{bad}: 2 errors"
    (said,) = json.loads(validate("--strict", "--json", good).output)
    assert said["valid"] is False


def test_a_bad_file(bad: Path) -> None:
    result = validate(bad)
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        f"{bad}:4:40: error: block 'first': unknown field 'goal' (did you mean 'navigation_goal'?)",
        f"{bad}:4:49: error: block 'first': unknown name 'y'",
        f"{bad}: 2 errors",
    ]


def test_several_files(good: Path, bad: Path) -> None:
    result = validate(good, bad, INVOICES)
    assert result.exit_code == 1
    verdicts = [line for line in result.output.splitlines() if ":4:" not in line]
    assert verdicts == [f"{good}: valid", f"{bad}: 2 errors", f"{INVOICES}: valid"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("gone.yaml", None, "no such file"),
        ("latin.yaml", "title: ü".encode("latin-1"), "can't be read"),
        ("empty.yaml", b"", "the file is empty"),
        ("tabs.yaml", b"title:\tx", "this can't be read as YAML"),
        ("list.yaml", b"- a", "the document must be a mapping, not a list"),
    ],
)
def test_what_is_no_definition(
    tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    result = validate(path)
    assert result.exit_code == 1
    first, last = result.output.splitlines()
    assert first.startswith(f"{path}:1:")
    assert f": error: {message}" in first
    assert last == f"{path}: 1 error"


def test_for_scripts(good: Path, bad: Path) -> None:
    result = validate("--json", good, bad, good.parent / "gone.yaml")
    assert result.exit_code == 1
    documents = json.loads(result.output)
    assert [(each["file"], each["valid"]) for each in documents] == [
        (str(good), True), (str(bad), False), (str(good.parent / "gone.yaml"), False),
    ]  # fmt: skip
    assert documents[0]["findings"] == [
        {
            "severity": "warning", "file": str(good), "line": 4, "column": 40, "block": "first",
            "message": "'engine' has no effect here",
            "hint": "set 'planner' to say who plans",
        }
    ]  # fmt: skip
    assert [each["hint"] for each in documents[1]["findings"]] == [
        "did you mean 'navigation_goal'?",
        None,
    ]
    assert "plan" not in documents[0]


def test_for_github(good: Path, bad: Path) -> None:
    result = validate("--format", "github", good, bad)
    assert result.exit_code == 1
    inert = "block 'first': 'engine' has no effect here (set 'planner' to say who plans)"
    assert result.output.splitlines() == [
        f"::warning file={good},line=4,col=40,title=skyvern-dagster::{inert}",
        *(
            f"::error file={bad},line=4,col={column},title=skyvern-dagster::block 'first': {said}"
            for column, said in (
                (40, "unknown field 'goal' (did you mean 'navigation_goal'?)"),
                (49, "unknown name 'y'"),
            )
        ),
    ]


def test_the_flowchart() -> None:
    result = validate("--mermaid", INVOICES)
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[1] == "flowchart TD"
    assert "  upload_downloaded_files_to_s3 --> send_email" in lines


def test_the_plan() -> None:
    result = validate("--plan", INVOICES)
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[1] == "job invoice_retrieval"
    assert lines[2].strip() == "op start"
    assert lines[-1].strip() == "op finish"
    assert "    op download_invoice_for_order[*] [task]" in result.output


def test_the_plan_for_scripts(bad: Path) -> None:
    documents = json.loads(validate("--plan", "--json", INVOICES, bad).output)
    assert documents[0]["plan"][0] == "job invoice_retrieval"
    assert documents[1]["plan"] == []


@pytest.mark.parametrize("file", ["plain_keys.yaml", "jinja.yaml"])
def test_the_old_format_and_its_plan(file: str) -> None:
    result = validate("--plan", Path(__file__).parent.parent / "workflow" / file)
    assert result.exit_code == 0
    ops = [line.strip() for line in result.output.splitlines() if line.strip().startswith("op ")]
    assert ops == [
        "op start",
        "op log_in [task]",
        "op list_bills [task]",
        "op each_bill [for_loop, fans out] <- list_bills",
        "op fetch_bill[*] [task] <- list_bills",
        "op each_bill__collect [collects]",
        "op keep_bills [upload_to_s3]",
        "op report [send_email]" + (" <- each_bill, list_bills" if file == "jinja.yaml" else ""),
        "op finish",
    ]


def test_no_file() -> None:
    assert validate().exit_code == 2
