"""A block type of another package, over REST."""

from __future__ import annotations

from tests.api.served import Served
from tests.blocks.test_own_types import WITH_CHECKSUM


def test_it_is_created_run_and_answered(served: Served) -> None:
    made = served.post("/v1/workflows", json={"yaml_definition": WITH_CHECKSUM})
    blocks = made["workflow_definition"]["blocks"]
    assert [block["block_type"] for block in blocks] == ["checksum", "for_loop"]
    assert blocks[0]["output_parameter"]["key"] == "digests_output"

    body = {"workflow_id": made["workflow_permanent_id"], "parameters": {}}
    run = served.wait(served.post("/v1/run/workflows", json=body)["run_id"])

    assert run["status"] == "completed", run["failure_reason"]
    assert run["outputs"]["digests_output"] == {}
    path = f"/api/v1/workflows/runs/{run['run_id']}"
    typed = served.get(path, params={"outputs": "v2"})["outputs"]
    assert typed["digests"]["block_type"] == "checksum"
    inner = typed["twice"]["output"][1]["blocks"]["again"]
    assert (inner["block_type"], inner["output"]) == ("checksum", {})
