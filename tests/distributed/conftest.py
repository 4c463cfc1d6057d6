from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from skyvern_dagster.demo.services import DemoServices
from tests.distributed.cluster import OURS, Cluster, cluster, office_of
from tests.office import ROOT, Office


def lacking() -> str:
    """Why this machine can't do it; empty where it can."""
    postgres = list(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not postgres and shutil.which("initdb") is None:
        return "there is no PostgreSQL: sh deploy/celery/install.sh installs it"
    if shutil.which("redis-server") is None:
        return "there is no Redis: sh deploy/celery/install.sh installs it"
    return ""


@pytest.fixture(scope="module")
def celery_cluster(demo: DemoServices) -> Iterator[Cluster]:
    """PostgreSQL, Redis, two workers, daemon and code server, with the demo's S3 as the store."""
    if reason := lacking():
        pytest.skip(reason)
    bucket = f"s3://{demo.bucket}"
    outside = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    settings = {
        **demo.environment(),
        "SKYVERN_ARTIFACT_STORE": f"{bucket}/artifacts",
        "SKYVERN_IO_STORE": f"{bucket}/values",
        "SKYVERN_VIDEO": "0",
        "SKYVERN_PLANNER": "tests.planners.clerk:Clerk",
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHON": sys.executable,
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "api"))),
    }
    # Not below pytest's own folder, which is its owner's alone: PostgreSQL doesn't run as root.
    with (
        tempfile.TemporaryDirectory(prefix="skyvern-cluster-", ignore_cleanup_errors=True) as state,
        cluster(Path(state), {**outside, **settings}) as up,
    ):
        yield up


@pytest.fixture
def branch(celery_cluster: Cluster, demo: DemoServices) -> Iterator[Office]:
    """An office whose runs are those of the cluster."""
    with office_of(celery_cluster, demo) as office:
        yield office
