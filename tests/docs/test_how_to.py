"""The examples of the how-to pages: Python is executed, YAML is checked."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from skyvern_dagster.blocks.registry import blocks_for_a_while
from skyvern_dagster.runs.retention_policy import RetentionPolicy
from skyvern_dagster.workflow.dagster_section import DagsterSection
from tests.office import ROOT

DOCS = ROOT / "docs"
PAGES = sorted((DOCS / "how-to").glob("*.md"))


def blocks(page: Path, language: str) -> list[str]:
    pattern = rf"^```{language}\n(.*?)^```"
    return re.findall(pattern, page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_python(
    page: Path, clean_environment: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    names: dict[str, Any] = {"__name__": f"docs.{page.stem}"}
    with blocks_for_a_while():
        execute(page, names)


def execute(page: Path, names: dict[str, Any]) -> None:
    for number, code in enumerate(blocks(page, "python")):
        exec(compile(code, f"{page.name}#{number}", "exec", dont_inherit=True), names)

    for value in names.values():
        if isinstance(value, dg.Definitions):
            dg.Definitions.validate_loadable(value)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_sections(page: Path) -> None:
    for text in blocks(page, "yaml"):
        if "dagster" in (read := yaml.safe_load(text)):
            DagsterSection.model_validate(read["dagster"])
        else:  # the other file that pages tell of is the retention policy
            RetentionPolicy.model_validate(read)


def test_most_pages_have_examples() -> None:
    assert sum(bool(blocks(page, "python")) for page in PAGES) >= 6
    assert sum(bool(blocks(page, "yaml")) for page in PAGES) >= 3


def test_the_reference_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/reference.py", "--check"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
