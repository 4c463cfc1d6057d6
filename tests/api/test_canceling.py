"""Cancel: within seconds, in the queue too, once and again; and only what hasn't ended."""

from __future__ import annotations

import time

from tests.api.served import SLOW, Served, process_of
from tests.processes import browsers_below, living


def test_a_running_one_stops_with_its_browser(served: Served) -> None:
    created = served.post("/v1/workflows", json={"yaml_definition": SLOW})
    wpid = created["workflow_permanent_id"]
    given = {"website_url": served.demo.shop_url, "rounds": list(range(200))}
    run = served.post("/v1/run/agents", json={"agent_id": wpid, "parameters": given})
    served.wait(run["run_id"], until=("running",))
    process = process_of(run["run_id"])
    while not (browsers := browsers_below(process)):
        time.sleep(0.2)
    began = time.monotonic()
    assert served.post(f"/v1/runs/{run['run_id']}/cancel") is None
    ended = served.wait(run["run_id"], until=("canceled",))
    assert time.monotonic() - began < 30  # seconds; a load of other tests is on the machine
    assert ended["failure_reason"] is None
    assert served.post(f"/v1/runs/{run['run_id']}/cancel") is None
    assert served.post(f"/api/v1/workflows/runs/{run['run_id']}/cancel/") is None
    deadline = time.monotonic() + 20
    while living(browsers | {process}):
        assert time.monotonic() < deadline, "the browser is still there"
        time.sleep(0.2)
    listed = served.get("/v1/workflows/runs", params={"status": "canceled", "page_size": 50})
    assert run["run_id"] in {each["workflow_run_id"] for each in listed}


def test_waiting_ones_never_start(served: Served) -> None:
    body = {"url": served.demo.shop_url, "navigation_goal": "Look"}
    ids = [served.post("/api/v1/tasks", json=body)["task_id"] for _ in range(6)]
    late = ids[-2:]  # four run at a time
    answer = served.post("/v1/runs/cancel", json={"run_ids": [*late, "tsk_1"]})
    assert answer["failed"] == ["tsk_1"]
    assert set(answer["cancelled"]) == set(late)
    for run_id in late:
        assert served.wait(run_id)["status"] == "canceled"
        assert served.get(f"/api/v1/tasks/{run_id}/steps") == []
    served.post("/v1/runs/cancel", json={"run_ids": ids[1:]})
    served.wait(ids[0])
    refused = served.client.post(f"/api/v1/tasks/{ids[0]}/cancel")
    assert refused.status_code == 409
    assert "has ended" in refused.json()["detail"]
