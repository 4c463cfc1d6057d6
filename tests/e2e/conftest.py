from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from skyvern_dagster.demo.services import DemoServices
from tests.office import Office


@pytest.fixture(scope="module")
def shared_office(
    demo: DemoServices, new_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """One home folder for all tests of a module, which look at the same finished run."""
    home = tmp_path_factory.mktemp("shared") / "home"
    shutil.copytree(new_home, home)
    with pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith(("SKYVERN_", "AWS_"))]:
            environment.delenv(name)
        settings = {
            **demo.environment(),
            "DAGSTER_HOME": str(home),
            "DAGSTER_DISABLE_TELEMETRY": "1",
            "SKYVERN_PLANNER": "tests.planners.clerk:Clerk",
        }
        for name, value in settings.items():
            environment.setenv(name, value)
        with dg.DagsterInstance.get() as instance:
            yield Office(demo, home, instance)
