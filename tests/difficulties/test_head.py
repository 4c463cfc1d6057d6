"""The head without a model: what the table in the documentation says it can do, it does."""

from __future__ import annotations

from pathlib import Path

import pytest

from skyvern_dagster.agent.planners.heuristic.planner import HeuristicPlanner
from skyvern_dagster.browser.runtime import BrowserRuntime
from tests.difficulties.attempts import attempt
from tests.difficulties.cases import Case, DifficultSite, cases
from tests.office import ROOT
from tests.planners.wordless import Wordless


def _table() -> dict[str, list[str]]:
    """Difficulty -> the marks of both planners, as documented."""
    lines = (ROOT / "docs" / "difficulties.md").read_text().splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0]: row[2:] for row in cells if row[2:] in (["yes", "yes"], ["yes", "no"])}


DOCUMENTED = _table()


def test_the_table_is_complete() -> None:
    assert sorted(DOCUMENTED) == sorted(case.name.replace("_", " ") for case in cases())


BOTH = [case for case in cases() if DOCUMENTED.get(case.name.replace("_", " ")) == ["yes", "yes"]]


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case.name, marks=pytest.mark.long if number % 2 else ())
        for number, case in enumerate(BOTH)
    ],
)
def test_it_finds_out_by_itself(
    runtime: BrowserRuntime, site: DifficultSite, tmp_path: Path, case: Case
) -> None:
    tried = attempt(runtime, case, Wordless(HeuristicPlanner()), site.url, tmp_path)
    assert tried.done, tried.reason
