from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.browser.session import BrowserSession
from tests.browser.site import Site
from tests.browser.visit import Visit


@pytest.fixture(scope="session")
def runtime() -> Iterator[BrowserRuntime]:
    with BrowserRuntime() as running:
        yield running


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    running = Site()
    yield running
    running.stop()


@pytest.fixture
def visit(runtime: BrowserRuntime, site: Site, tmp_path: Path) -> Iterator[Visit]:
    session = runtime.run(BrowserSession.open(runtime, downloads_dir=tmp_path / "files"))
    yield Visit(runtime, session, site)
    runtime.run(session.close())
