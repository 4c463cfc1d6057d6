"""Everything served, as ``skyvern-dagster serve`` does it, beside the demo's shop, S3 and mail."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from skyvern_dagster.demo.services import DemoServices
from skyvern_dagster.deployment.deployment import ServeOptions, deployment
from skyvern_dagster.runs.instance_home import prepare_home
from tests.api.served import PLANTED, Served, grant_the_invoices, make_key
from tests.conftest import FROM_OUTSIDE
from tests.office import ROOT


@pytest.fixture(scope="package")
def served_environment(
    tmp_path_factory: pytest.TempPathFactory, demo: DemoServices
) -> Iterator[Path]:
    """The environment of what is served, and its home folder, for all files of this folder."""
    home = tmp_path_factory.mktemp("served") / "home"
    with pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith(FROM_OUTSIDE)]:
            environment.delenv(name)
        settings = {
            **demo.environment(),
            "DAGSTER_HOME": str(home),
            "DAGSTER_DISABLE_TELEMETRY": "1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "PYTHONPATH": os.pathsep.join(
                map(str, (ROOT, ROOT / "api", ROOT / "tests" / "packages"))
            ),
            "SKYVERN_PLANNER": "heuristic",
            "SKYVERN_READY_SECONDS": "0",
            **PLANTED,
            "SKYVERN_WEBHOOK_ALLOW_PRIVATE": "true",
            "SKYVERN_API_ALLOW_PRIVATE_URLS": "true",
            "SKYVERN_API_RATE_LIMIT": "",
        }
        for name, value in settings.items():
            environment.setenv(name, value)
        prepare_home()
        yield home


@pytest.fixture(scope="package")
def served(served_environment: Path, demo: DemoServices) -> Iterator[Served]:
    """All processes up, with the invoice workflow imported and a key for the organization."""
    key = make_key(served_environment)
    grant_the_invoices(served_environment)
    options = ServeOptions(port=0, dagster_port=0, workflows=ROOT / "workflows")
    with (
        deployment(options) as up,
        httpx2.Client(base_url=up.url, headers={"x-api-key": key}, timeout=60) as client,
    ):
        yield Served(demo, up, served_environment, key, client)
