from __future__ import annotations

from collections.abc import Iterator

import pytest

from skyvern_dagster.browser.runtime import BrowserRuntime
from tests.difficulties.cases import DifficultSite


@pytest.fixture(scope="package")
def runtime() -> Iterator[BrowserRuntime]:
    with BrowserRuntime() as running:
        yield running


@pytest.fixture(scope="package")
def site() -> Iterator[DifficultSite]:
    with DifficultSite() as running:
        yield running
