"""What is served, and ways to use it as a client does."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import httpx2

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.demo.services import DemoServices
from skyvern_dagster.deployment.deployment import Deployment
from skyvern_dagster.deployment.service import Service, free_port
from skyvern_dagster.execution import tags
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID, stable_id
from skyvern_dagster.organizations.api_keys import ApiKeys
from skyvern_dagster.organizations.grants import GrantStore
from skyvern_dagster.organizations.server_secret import SECRET_FILE, ServerSecret

FINAL = ("completed", "failed", "terminated", "canceled", "timed_out")
INVOICES_ID = stable_id("wpid", "invoice_retrieval")

PLANTED = {
    "PLANTED_SECRET": "Quokka-Planted-31",
    "SKYVERN_CREDENTIAL_OPERATORS_USERNAME": "quokka@operator.example",
    "SKYVERN_CREDENTIAL_OPERATORS_PASSWORD": "Quokka-Login-32",
    "SKYVERN_CREDENTIAL_HOSTLESS_USERNAME": "quokka@operator.example",
    "SKYVERN_CREDENTIAL_HOSTLESS_PASSWORD": "Quokka-Login-33",
}
"""Secrets of the operator, which no organization has been granted."""

SLOW = """\
title: A slow one
workflow_definition:
  parameters:
  - {parameter_type: workflow, key: website_url, workflow_parameter_type: string}
  - {parameter_type: workflow, key: rounds, workflow_parameter_type: json, default_value: '[1, 2, 3]'}
  blocks:
  - block_type: for_loop
    label: rounds_of
    loop_over_parameter_key: rounds
    continue_on_failure: true
    loop_blocks:
    - block_type: task
      label: look
      url: website_url
      data_extraction_goal: The heading
"""  # noqa: E501 - YAML


@dataclass(frozen=True)
class Served:
    """A deployment with a client of its default organization."""

    demo: DemoServices
    up: Deployment
    home: Path
    key: str
    client: httpx2.Client

    @property
    def store(self) -> ArtifactStore:
        return ArtifactStore(self.home / "artifacts")

    def invoices(self, count: int) -> dict[str, str]:
        """Parameters for the newest orders."""
        since = self.demo.orders[count - 1].order_date.isoformat()
        return {"website_url": self.demo.shop_url, "invoice_retrieval_start_date": since}

    def post(self, path: str, **options: Any) -> Any:
        """A POST that must succeed."""
        response = self.client.post(path, **options)
        assert response.is_success, f"{response.status_code} {response.text}"
        return response.json()

    def get(self, path: str, **options: Any) -> Any:
        """A GET that must succeed."""
        response = self.client.get(path, **options)
        assert response.is_success, f"{response.status_code} {response.text}"
        return response.json()

    def wait(self, run_id: str, *, until: tuple[str, ...] = FINAL, seconds: float = 120) -> Any:
        """A run's answer, once it has one of these statuses."""
        deadline = time.monotonic() + seconds
        while True:
            found = self.get(f"/v1/runs/{run_id}")
            if found["status"] in until:
                return found
            assert found["status"] not in FINAL, found
            assert time.monotonic() < deadline, found
            time.sleep(0.3)


def make_key(home: Path, organization_id: str = DEFAULT_ORGANIZATION_ID) -> str:
    """A new API key, as ``skyvern-dagster keys create`` makes it."""
    store = ArtifactStore(home / "artifacts")
    keys = ApiKeys(store, ServerSecret.load(home / SECRET_FILE))
    return keys.create(organization_id, "tests")[0]


def grant_the_invoices(home: Path) -> None:
    """Lets the default organization's own definitions use what the invoice workflow needs."""
    store = GrantStore(ArtifactStore(home / "artifacts"), ServerSecret.load(home / SECRET_FILE))
    store.add(DEFAULT_ORGANIZATION_ID, "credential", "CREDENTIALS", ("127.0.0.1",))
    for name in ("SMTP_HOST", "SMTP_PORT", "SMTP_USERNAME", "SMTP_PASSWORD"):
        store.add(DEFAULT_ORGANIZATION_ID, "secret", name, ("127.0.0.1",))


def process_of(run_id: str) -> int:
    """The process that a run goes on in."""
    with dg.DagsterInstance.get() as instance:
        wanted = dg.RunsFilter(tags={tags.WORKFLOW_RUN_ID: run_id})
        while tags.PROCESS not in (found := instance.get_runs(wanted)[0].tags):
            time.sleep(0.1)
        return int(found[tags.PROCESS].split(":")[1])


@contextmanager
def second_shim(served: Served, **settings: str) -> Iterator[httpx2.Client]:
    """Another process of the API beside the one that is served, and a client of it.

    Args:
        settings: Of it: ``rate_limit="3/minute"`` for ``SKYVERN_API_RATE_LIMIT``.
    """
    port = free_port("127.0.0.1", 0)
    command = [sys.executable, "-m", "skyvern_dagster_api"]
    environment = {
        **os.environ,
        "SKYVERN_API_DAGSTER_URL": served.up.dagster_url,
        "SKYVERN_API_PUBLIC_URL": served.up.url,
        **{f"SKYVERN_API_{name.upper()}": value for name, value in settings.items()},
    }
    process = Service.start("second", [*command, "--port", str(port)], environment, served.home)
    url = f"http://127.0.0.1:{port}"
    try:
        with httpx2.Client(base_url=url, headers={"x-api-key": served.key}, timeout=60) as client:
            _wait_for(client, process)
            yield client
    finally:
        process.stop()


def _wait_for(client: httpx2.Client, process: Service) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            client.get("/api/v1/heartbeat")
            return
        except httpx2.TransportError:
            assert time.monotonic() < deadline, process.last_words()
            time.sleep(0.2)
