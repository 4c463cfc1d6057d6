from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from skyvern_dagster.agent.task_runner import TaskRunner
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.browser.runtime import BrowserRuntime
from tests.agent.errand import Errand
from tests.traps.site import TrapSite


@pytest.fixture(scope="package")
def runtime() -> Iterator[BrowserRuntime]:
    with BrowserRuntime() as running:
        yield running


@pytest.fixture(scope="package")
def site() -> Iterator[TrapSite]:
    with TrapSite() as running:
        yield running


@pytest.fixture
def errand(runtime: BrowserRuntime, site: TrapSite, tmp_path: Path) -> Errand:
    store = ArtifactStore(tmp_path / "artifacts")
    return Errand(TaskRunner(runtime, store), store, site.url)
