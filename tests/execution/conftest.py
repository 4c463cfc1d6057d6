from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from skyvern_dagster.demo.services import DemoServices
from tests.execution.bench import Bench


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory, demo: DemoServices) -> Iterator[Bench]:
    """A home for all tests of a module; runs don't get into each other's way."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as environment:
        settings = {
            **demo.environment(),
            "DAGSTER_HOME": str(home),
            "SKYVERN_PLANNER": "tests.planners.clerk:Clerk",
            "SKYVERN_UPLOAD_BUCKET": "unused",
        }
        for name, value in settings.items():
            environment.setenv(name, value)
        with dg.DagsterInstance.ephemeral() as instance:
            yield Bench(Path(home), instance)
