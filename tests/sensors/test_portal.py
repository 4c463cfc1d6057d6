"""The sensor that watches a portal: one run per change, whatever happens in between."""

from __future__ import annotations

from typing import Any

import dagster as dg
import pytest

from skyvern_dagster import build_job, build_portal_change_sensor, load_workflow, workflow_probe
from skyvern_dagster.errors import RunError
from tests.compiler.definitions import upload, workflow
from tests.office import ROOT, Office

JOB = build_job(workflow([upload("up")]))


class Watch:
    """The sensor as the daemon drives it; a new one for each tick, like after a restart."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self.instance = instance
        self.portal: Any = ["order 1"]
        self.cursor: str | None = None

    def tick(self, *, crash: bool = False, **options: Any) -> list[str]:
        sensor = build_portal_change_sensor(JOB, lambda _: self.portal, **options)
        with dg.build_sensor_context(instance=self.instance, cursor=self.cursor) as context:
            data = sensor.evaluate_tick(context)
        if not crash:
            self.cursor = data.cursor or self.cursor
        return [str(request.run_key) for request in data.run_requests or ()]


@pytest.fixture
def watch(instance: dg.DagsterInstance) -> Watch:
    return Watch(instance)


def test_each_change_asks_once(watch: Watch) -> None:
    assert len(watch.tick()) == 1
    assert watch.tick() == []
    watch.portal = ["order 1", "order 2"]
    assert len(watch.tick()) == 1
    assert watch.tick() == []


def test_going_back_is_a_change_with_a_key_of_its_own(watch: Watch) -> None:
    keys = watch.tick()
    for portal in (["order 2"], ["order 1"], ["order 2"]):
        watch.portal = portal
        keys += watch.tick()

    assert len(set(keys)) == 4


def test_a_crash_before_the_cursor_is_kept_gives_the_same_key(watch: Watch) -> None:
    assert watch.tick(crash=True) == watch.tick()


def test_the_first_look_may_only_remember(watch: Watch) -> None:
    assert watch.tick(run_at_first=False) == []
    watch.portal = []
    assert len(watch.tick(run_at_first=False)) == 1


def test_a_damaged_cursor_asks_for_a_run(watch: Watch) -> None:
    watch.cursor = "not JSON"

    assert len(watch.tick()) == 1


def test_looking_by_the_first_blocks_of_a_workflow(office: Office) -> None:
    made = load_workflow(ROOT / "workflows" / "monthly_invoices.yaml")
    parameters = {
        "website_url": office.demo.shop_url,
        "start_date": "2024-11-01",
        "end_date": "2024-11-30",
    }
    probe = workflow_probe(made, parameters, until="find_orders")
    mails = len(office.demo.messages)

    with dg.build_sensor_context(instance=office.instance) as context:
        seen = probe(context)

    expected = [o.order_id for o in office.demo.orders if o.order_date.isoformat() >= "2024-11"]
    assert [each["order_id"] for each in seen["order_ids"]] == expected
    assert office.instance.get_runs() == []
    assert len(office.demo.messages) == mails


def test_a_look_that_fails_says_why(office: Office) -> None:
    made = load_workflow(ROOT / "workflows" / "monthly_invoices.yaml")
    parameters = {"website_url": "http://127.0.0.1:9", "start_date": "a", "end_date": "b"}
    probe = workflow_probe(made, parameters, until="login")

    with (
        dg.build_sensor_context(instance=office.instance) as context,
        pytest.raises(RunError, match="looking at the portal failed"),
    ):
        probe(context)
    with pytest.raises(RunError, match="no block 'logim'"):
        workflow_probe(made, parameters, until="logim")
