"""The hands: every difficulty can be overcome by somebody who knows how."""

from __future__ import annotations

from pathlib import Path

import pytest

from skyvern_dagster.agent.planners.scripted import ScriptedPlanner
from skyvern_dagster.browser.runtime import BrowserRuntime
from tests.difficulties.attempts import attempt
from tests.difficulties.cases import Case, DifficultSite, cases


def test_there_are_enough() -> None:
    assert len(cases()) >= 40


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_it_can_be_done(
    runtime: BrowserRuntime, site: DifficultSite, tmp_path: Path, case: Case
) -> None:
    tried = attempt(runtime, case, ScriptedPlanner(case.script()), site.url, tmp_path)
    assert tried.done, tried.reason + "".join(f"\n{step.result}" for step in tried.steps)
    assert tried.reason.startswith("completed"), tried.reason
