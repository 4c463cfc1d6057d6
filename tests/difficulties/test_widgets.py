"""Widgets of real libraries: what they take is there, and what they don't take is no success."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from skyvern_dagster.agent.planners.heuristic.planner import HeuristicPlanner
from skyvern_dagster.agent.planners.scripted import ScriptedPlanner
from skyvern_dagster.browser.runtime import BrowserRuntime
from tests.difficulties.attempts import attempt
from tests.difficulties.cases import Case, DifficultSite, widgets

_IN_THE_GATE = frozenset({"select2_search", "jquery_ui_sortable", "tabulator", "mui_data_grid"})


def _each(gate: frozenset[str] = _IN_THE_GATE) -> list[object]:
    def marks(case: Case) -> list[pytest.MarkDecorator]:
        long = [] if case.name in gate else [pytest.mark.long]
        return [*long, pytest.mark.skipif(bool(case.missing), reason=case.missing)]

    return [pytest.param(case, id=case.name, marks=marks(case)) for case in widgets()]


def _named(name: str) -> Case:
    return next(one for one in widgets() if one.name == name)


@pytest.mark.parametrize("case", _each())
def test_hands_can_use_it(
    runtime: BrowserRuntime, site: DifficultSite, tmp_path: Path, case: Case
) -> None:
    tried = attempt(runtime, case, ScriptedPlanner(case.script()), site.url, tmp_path)
    assert tried.done, tried.reason + "".join(f"\n{step.result}" for step in tried.steps)
    assert tried.reason.startswith("completed"), tried.reason


@pytest.mark.parametrize("case", _each(frozenset()))
def test_without_a_model_it_is_done_or_told(
    runtime: BrowserRuntime, site: DifficultSite, tmp_path: Path, case: Case
) -> None:
    tried = attempt(runtime, case, HeuristicPlanner(), site.url, tmp_path)
    assert tried.done or not tried.reason.startswith("completed"), tried.reason


@pytest.mark.parametrize(
    ("name", "step"),
    [
        pytest.param("select2_one", {"select_option": "combobox", "label": "Atlantis"}),
        pytest.param(
            "select2_search",
            {"select_option": "combobox", "label": "Nowhere"},
            marks=pytest.mark.long,
        ),
        pytest.param(
            "select2_several",
            {"select_option": "combobox", "labels": ["Guinea", "Atlantis"]},
            marks=pytest.mark.long,
        ),
    ],
)
def test_what_it_does_not_take_is_no_success(
    runtime: BrowserRuntime, site: DifficultSite, tmp_path: Path, name: str, step: dict[str, str]
) -> None:
    case = _named(name)
    saves = {"click": "Save"}
    wrong = replace(case, proof="Saved:", steps=(step, saves, saves))
    tried = attempt(runtime, wrong, ScriptedPlanner(wrong.script()), site.url, tmp_path)
    assert not tried.reason.startswith("completed"), tried.reason
