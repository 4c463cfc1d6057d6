"""``@skyvern_assets``: a workflow in one step, with code of one's own around it."""

# Dagster reads the annotations of assets at run time, so they are not deferred here.

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest

from skyvern_dagster import (
    SkyvernJsonIOManager,
    SkyvernResource,
    WorkflowResult,
    load_workflow,
    skyvern_assets,
)
from skyvern_dagster.io_manager import IO_MANAGER
from skyvern_dagster.runs.status import run_status
from tests.compiler.definitions import given, loop, upload, workflow
from tests.office import QUIET, ROOT, Office

RESOURCES = {"skyvern": SkyvernResource(), IO_MANAGER: SkyvernJsonIOManager()}


def test_a_partition_in_one_step(office: Office) -> None:
    made = load_workflow(ROOT / "workflows" / "monthly_invoices.yaml")
    before: list[str] = []

    @skyvern_assets(workflow=made)
    def monthly(
        context: dg.AssetExecutionContext, skyvern: SkyvernResource
    ) -> Iterator[dg.Output[Any]]:
        before.append(context.partition_key)
        yield from skyvern.run(context, made, {"website_url": office.demo.shop_url})

    done = dg.materialize(
        [monthly],
        instance=office.instance,
        resources=RESOURCES,
        partition_key="2024-11-01",
        run_config=QUIET,
    )

    assert before == ["2024-11-01"]
    (event,) = done.get_asset_materialization_events()[-1:]
    assert event.asset_key == dg.AssetKey("monthly_invoices")
    value = done.output_for_node("monthly_invoices__asset_step", "value")
    assert isinstance(value, WorkflowResult)
    orders = [each for each in office.demo.orders if each.order_date.isoformat() >= "2024-11"]
    assert [item.key for item in value.items] == [order.order_id for order in orders]
    assert [each.uri is not None for each in value.files] == [True]
    items = dg.AssetKey(["monthly_invoices", "orders"])
    assert office.instance.get_materialized_partitions(items) == {
        order.order_id for order in orders if order.has_invoice
    }


def test_a_failure_says_where_and_why(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKYVERN_UPLOAD_BUCKET", "unused")
    parameters = [{**given("items", "json"), "default_value": []}]
    made = workflow([loop("each", "items", upload("up"))], parameters, name="lacking")

    @skyvern_assets(workflow=made)
    def lacking(
        context: dg.AssetExecutionContext, skyvern: SkyvernResource
    ) -> Iterator[dg.Output[Any]]:
        yield from skyvern.run(context)

    done = dg.materialize(
        [lacking],
        instance=instance,
        resources=RESOURCES,
        raise_on_error=False,
        run_config=QUIET,
    )

    assert not done.success
    (failure,) = (event for event in done.all_events if event.is_step_failure)
    data = failure.step_failure_data.user_failure_data
    assert data is not None
    assert data.metadata["skyvern/failure_reason"].value == "the list to loop over is empty"
    run = instance.get_run_by_id(done.run_id)
    assert run is not None
    assert run_status(run) == "terminated"
