"""A run that waits for a person, over REST: paused, answered, gone on; by key and by link."""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

from skyvern_dagster.artifacts.interactions import Interactions
from skyvern_dagster.resources.artifact_store import ArtifactStoreResource
from tests.api.served import Served
from tests.compiler.definitions import upload

ASK = {"block_type": "human_interaction", "label": "ask", "instructions": "May <b>it</b> go on?"}


def started(served: Served) -> str:
    body = {"parameters": [], "blocks": [ASK, upload("after")]}
    text = json.dumps({"title": "Asks", "workflow_definition": body})
    created = served.post("/v1/workflows", json={"yaml_definition": text})
    wpid = created["workflow_permanent_id"]
    run = served.post("/v1/run/workflows", json={"workflow_id": wpid, "parameters": {}})
    run_id = str(run["run_id"])
    served.wait(run_id, until=("paused", "failed", "completed"))
    return run_id


def test_continued_over_rest_and_by_link(served: Served) -> None:
    run_id = started(served)
    paused = served.get(f"/v1/workflows/runs/{run_id}")
    assert paused["status"] == "paused"
    assert "May <b>it</b> go on?" in paused["failure_reason"]

    served.post(f"/v1/workflows/runs/{run_id}/continue")
    ended = served.wait(run_id, until=("completed", "failed", "terminated"))

    assert ended["status"] == "completed"
    assert ended["outputs"]["ask_output"]["success"] is True
    again = served.client.post(f"/v1/workflows/runs/{run_id}/continue")
    assert again.status_code == 409

    other = started(served)
    resource = ArtifactStoreResource(
        base_path=str(served.home / "artifacts"), links_url=served.up.url
    )
    link = urlsplit(str(Interactions(resource.store(), other).link("ask")))
    where = f"{link.path}?{link.query}"
    page = served.client.get(where)
    assert page.status_code == 200
    assert "May &lt;b&gt;it&lt;/b&gt; go on?" in page.text
    assert re.findall(r'value="(true|false)"', page.text) == ["true", "false"]
    assert served.client.get(where.replace("signature=", "signature=x")).status_code == 403
    said = served.client.post(where, data={"approved": "false"})
    assert "Reject" in said.text
    assert served.wait(other, until=("terminated", "completed"))["status"] == "terminated"
