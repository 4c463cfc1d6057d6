"""What is served, and ways to use it as a client does."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.demo.services import DemoServices
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID, stable_id
from skyvern_dagster.organizations.api_keys import ApiKeys
from skyvern_dagster.organizations.server_secret import SECRET_FILE, ServerSecret
from skyvern_dagster.serving.deployment import Deployment

FINAL = ("completed", "failed", "terminated", "canceled", "timed_out")
INVOICES_ID = stable_id("wpid", "invoice_retrieval")


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
