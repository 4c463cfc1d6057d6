"""Artifacts in S3: a run keeps them there, and the API's links are the storage's own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from skyvern_dagster.artifacts.default_store import default_store
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID
from skyvern_dagster.organizations.api_keys import ApiKeys
from skyvern_dagster.organizations.server_secret import SECRET_FILE, ServerSecret
from skyvern_dagster.resources.artifact_store import ArtifactStoreResource
from tests.api.served import Served, second_shim

LOOK = """\
title: Look
workflow_definition:
  parameters:
  - {parameter_type: workflow, key: website_url, workflow_parameter_type: string}
  blocks:
  - block_type: task
    label: look
    url: "{{ website_url }}"
    data_extraction_goal: The heading
"""


@pytest.fixture
def store(served: Served, monkeypatch: pytest.MonkeyPatch) -> ArtifactStore:
    """The store of every process that is started from here, as its environment says."""
    place = f"s3://{served.demo.s3.bucket}/artifacts"
    monkeypatch.setenv("SKYVERN_ARTIFACT_STORE", place)
    made = default_store()
    assert str(made.base) == place
    return made


def test_a_run_with_its_artifacts_in_s3(
    served: Served, store: ArtifactStore, tmp_path: Path
) -> None:
    definition = tmp_path / "look.yaml"
    definition.write_text(LOOK, encoding="utf-8")
    command = [sys.executable, "-m", "skyvern_dagster.cli.app", "run", str(definition), "--json"]
    command += ["-p", f"website_url={served.demo.shop_url}"]
    ended = subprocess.run(command, check=False, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    (run_id,) = {key.split("/")[1] for key in store.keys("runs")}
    secret = ServerSecret.load(served.home / SECRET_FILE)
    key = ApiKeys(store, secret).create(DEFAULT_ORGANIZATION_ID, "tests")[0]
    with second_shim(served) as client:
        client.headers["x-api-key"] = key
        run = client.get(f"/v1/runs/{run_id}").json()
        assert run["status"] == "completed"
        artifacts = client.get(f"/v1/runs/{run_id}/artifacts").json()
        content = client.get(f"/v1/artifacts/{artifacts[0]['artifact_id']}/content")
        linking = ArtifactStoreResource(links_url=str(client.base_url)).store()
        trace = next(key for key in store.keys(f"runs/{run_id}/tasks") if key.endswith("trace.zip"))
        in_dagsters_ui = client.get(linking.link(trace), headers={"x-api-key": ""})
    (screenshot,) = run["screenshot_urls"]
    assert urlsplit(screenshot).netloc == urlsplit(served.demo.s3.endpoint_url).netloc
    assert httpx2.get(screenshot).content.startswith(b"\xff\xd8")
    assert {each["artifact_type"] for each in artifacts} >= {"screenshot_action", "trace"}
    for each in artifacts:
        assert httpx2.get(each["signed_url"]).status_code == 200, each
    for response in (content, in_dagsters_ui):
        assert response.status_code == 307
        assert httpx2.get(response.headers["location"]).status_code == 200
    assert not (served.home / "artifacts" / "runs" / run_id).exists()
