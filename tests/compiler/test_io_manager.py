"""What ops hand on, on disk."""

from __future__ import annotations

import json
from pathlib import Path

import dagster as dg
import pytest
from pydantic import BaseModel
from upath import UPath

from skyvern_dagster.compiler.job import build_job
from skyvern_dagster.errors import ArtifactError
from skyvern_dagster.execution.scope import LoopFrame, Scope
from skyvern_dagster.io_manager import SkyvernJsonIOManager
from tests.compiler.definitions import upload, workflow
from tests.office import QUIET
from tests.scopes import new_scope


class Other(BaseModel):
    wanted: int


def test_a_scope_comes_back_as_it_was(tmp_path: Path) -> None:
    frame = LoopFrame(label="l", index=1, key="1", value={"ü": [None, 1.5, "x\n"]})
    scope = new_scope(workflow([upload("a")]), {"p": [1, {"q": "ä"}]}).iteration_scope(frame)
    path = UPath(tmp_path / "scope.json")
    manager = SkyvernJsonIOManager(base_path=str(tmp_path)).create_io_manager(
        dg.build_init_resource_context()
    )

    manager.dump_to_path(dg.build_output_context(), scope, path)

    upstream = dg.build_output_context(dagster_type=dg.PythonObjectDagsterType(Scope))
    assert manager.load_from_path(dg.build_input_context(upstream_output=upstream), path) == scope


@pytest.mark.parametrize("damage", ["{", "", '{"wanted": "no number"}', "[]"])
def test_a_damaged_file_is_named(tmp_path: Path, damage: str) -> None:
    path = UPath(tmp_path / "other.json")
    path.write_text(damage)
    manager = SkyvernJsonIOManager().create_io_manager(dg.build_init_resource_context())
    upstream = dg.build_output_context(dagster_type=dg.PythonObjectDagsterType(Other))

    with pytest.raises(ArtifactError, match=r"other\.json can't be read as"):
        manager.load_from_path(dg.build_input_context(upstream_output=upstream), path)


def test_outputs_lie_under_the_home_of_the_run(home: Path, instance: dg.DagsterInstance) -> None:
    result = build_job(workflow([upload("a")])).execute_in_process(
        instance=instance, run_config=QUIET, raise_on_error=False
    )

    files = {path.name for path in (home / "storage" / result.run_id / "start").iterdir()}
    assert files == {"scope.json"}
    scope = json.loads((home / "storage" / result.run_id / "start" / "scope.json").read_text())
    assert scope["workflow_title"] == "A sample"
