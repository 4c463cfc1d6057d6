"""Twelve monthly partitions over the demo shop, made twice, one by one and in one run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from skyvern_dagster import (
    BrowserResource,
    WorkflowResult,
    asset_resources,
    build_assets,
    load_workflow,
)
from skyvern_dagster.demo.orders import Order
from skyvern_dagster.demo.services import DemoServices, demo_services
from tests.office import QUIET, ROOT
from tests.planners.clerk import ClerkResource

MONTHS = ["2023-12-01", *(f"2024-{month:02d}-01" for month in range(1, 12))]
KEY = dg.AssetKey("monthly_invoices")
ITEMS = dg.AssetKey(["monthly_invoices", "orders"])


@dataclass
class Ledger:
    """What was there after a backfill."""

    objects: dict[str, bytes]
    versions: int
    mails: int
    results: dict[str, WorkflowResult]


class Backfills:
    def __init__(self, demo: DemoServices, instance: dg.DagsterInstance) -> None:
        self.demo = demo
        self.instance = instance

    def run(self, *, one_run: bool = False, months: list[str] = MONTHS) -> Ledger:
        workflow = load_workflow(ROOT / "workflows" / "monthly_invoices.yaml")
        if one_run:
            section = workflow.definition.dagster.model_copy(update={"backfill": "one_run"})
            definition = workflow.definition.model_copy(update={"dagster": section})
            workflow = type(workflow)(workflow.name, definition, workflow.text)
        (asset, *_) = build_assets(workflow, parameters={"website_url": self.demo.shop_url})
        assert isinstance(asset, dg.AssetsDefinition)
        resources = {
            **asset_resources(),
            "planner": ClerkResource(),
            "browser": BrowserResource(trace=False),
        }
        between = {
            "dagster/asset_partition_range_start": months[0],
            "dagster/asset_partition_range_end": months[-1],
        }
        for month in [None] if one_run else months:
            done = dg.materialize(
                [asset],
                instance=self.instance,
                partition_key=month,
                tags=between if one_run else None,
                resources=resources,
                run_config=QUIET,
            )
            assert done.success
        return self.look(asset, resources)

    def look(self, asset: dg.AssetsDefinition, resources: dict[str, object]) -> Ledger:
        versions = self.demo.s3.client().list_object_versions(Bucket=self.demo.bucket)
        defs = dg.Definitions(assets=[asset], resources=resources)
        with defs.get_asset_value_loader(self.instance) as loader:
            results = {
                month: loader.load_asset_value(KEY, python_type=WorkflowResult, partition_key=month)
                for month in MONTHS
            }
        return Ledger(
            self.demo.objects(),
            len(versions.get("Versions", [])),
            len(self.demo.messages),
            results,
        )


@pytest.fixture(scope="module")
def backfills(new_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backfills]:
    """A shop, a bucket with versions, and a home folder that this module has for itself."""
    home = tmp_path_factory.mktemp("backfill") / "home"
    shutil.copytree(new_home, home)
    with demo_services() as demo, pytest.MonkeyPatch.context() as environment:
        demo.s3.client().put_bucket_versioning(
            Bucket=demo.bucket, VersioningConfiguration={"Status": "Enabled"}
        )
        settings = {**demo.environment(), "DAGSTER_HOME": str(home), "SKYVERN_ENV": "test"}
        for name, value in settings.items():
            environment.setenv(name, value)
        with dg.DagsterInstance.get() as instance:
            yield Backfills(demo, instance)


@pytest.fixture(scope="module")
def first(backfills: Backfills) -> Ledger:
    return backfills.run()


def test_each_partition_has_the_invoices_of_its_month(backfills: Backfills, first: Ledger) -> None:
    materialized = backfills.instance.get_materialized_partitions(KEY)
    assert materialized == set(MONTHS)
    for month, result in first.results.items():
        orders = orders_of(backfills.demo, month)
        assert [item.key for item in result.items] == [order.order_id for order in orders]
        assert {each.file.filename for each in result.files} == names(orders)
        there = {
            key.rpartition("_")[2]: content
            for key, content in first.objects.items()
            if key.startswith(f"test/monthly_invoices/{month}/")
        }
        assert there == {
            f"{order.invoice_number}.pdf": order.invoice_pdf()
            for order in orders
            if order.has_invoice
        }
        assert all(each.uri for each in result.files)


def test_each_partition_was_mailed_once(backfills: Backfills, first: Ledger) -> None:
    assert first.mails == len(MONTHS)
    subjects = [str(message.message["Subject"]) for message in backfills.demo.messages[:12]]
    for month, subject in zip(MONTHS, subjects, strict=True):
        assert f"Invoices of {month[:7]} " in subject


def test_each_item_is_materialized_with_its_own_metadata(
    backfills: Backfills, first: Ledger
) -> None:
    order = next(each for each in orders_of(backfills.demo, "2024-04-01") if each.has_invoice)
    records = backfills.instance.fetch_materializations(
        dg.AssetRecordsFilter(asset_key=ITEMS, asset_partitions=[order.order_id]), limit=1
    ).records
    metadata = records[0].asset_materialization.metadata  # type: ignore[union-attr]

    assert metadata["order_id"].value == order.order_id
    assert metadata["file"].value == f"{order.invoice_number}.pdf"
    assert metadata["size"].value == len(order.invoice_pdf())
    assert str(metadata["s3_uri"].value).startswith("s3://")
    assert len(str(metadata["sha256"].value)) == 64
    assert "data:image" in str(metadata["screenshot"].value)
    in_months = {o.order_id for m in MONTHS for o in orders_of(backfills.demo, m) if o.has_invoice}
    assert backfills.instance.get_materialized_partitions(ITEMS) == in_months


def test_a_second_backfill_delivers_nothing_again(backfills: Backfills, first: Ledger) -> None:
    again = backfills.run()

    assert again.objects == first.objects
    assert again.versions == first.versions
    assert again.mails == first.mails
    for month in MONTHS:
        assert again.results[month].workflow_run_id != first.results[month].workflow_run_id
        assert [each.uri for each in again.results[month].files] == [
            each.uri for each in first.results[month].files
        ]


def test_one_run_of_three_months_is_split_over_them(backfills: Backfills, first: Ledger) -> None:
    whole = backfills.run(one_run=True, months=MONTHS[4:7])

    assert whole.mails == first.mails + 1
    runs = {whole.results[month].workflow_run_id for month in MONTHS[4:7]}
    assert len(runs) == 1
    for month in MONTHS[4:7]:
        orders = orders_of(backfills.demo, month)
        assert [item.key for item in whole.results[month].items] == [o.order_id for o in orders]
        assert {each.file.filename for each in whole.results[month].files} == names(orders)


def orders_of(demo: DemoServices, month: str) -> list[Order]:
    return [order for order in demo.orders if order.order_date.isoformat()[:7] == month[:7]]


def names(orders: list[Order]) -> set[str]:
    return {f"{order.invoice_number}.pdf" for order in orders if order.has_invoice}
