from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from skyvern_dagster.demo.services import DemoServices
from tests.distributed.cluster import Cluster, cluster, cluster_environment, office_of
from tests.office import Office


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
    # Not below pytest's own folder, which is its owner's alone: PostgreSQL doesn't run as root.
    with (
        tempfile.TemporaryDirectory(prefix="skyvern-cluster-", ignore_cleanup_errors=True) as state,
        cluster(Path(state), cluster_environment(demo)) as up,
    ):
        yield up


@pytest.fixture
def branch(celery_cluster: Cluster, demo: DemoServices) -> Iterator[Office]:
    """An office whose runs are those of the cluster."""
    with office_of(celery_cluster, demo) as office:
        yield office
