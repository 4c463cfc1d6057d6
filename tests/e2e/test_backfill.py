"""Twelve monthly partitions over the demo shop, by backfills that Dagster's daemon carries out."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
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
from skyvern_dagster.blocks.entry import BlockEntry, UploadsEntry
from skyvern_dagster.blocks.loop import LoopEntry
from skyvern_dagster.demo.orders import Order
from skyvern_dagster.demo.services import DemoServices, demo_services
from skyvern_dagster.runs.facts import gather
from skyvern_dagster.runs.links import PlainLinks
from skyvern_dagster.runs.queries import find_record
from skyvern_dagster.runs.typed_outputs import typed_outputs
from tests.location import Location, location
from tests.office import QUIET, ROOT, wait_until
from tests.planners.clerk import ClerkResource

MONTHS = ["2023-12-01", *(f"2024-{month:02d}-01" for month in range(1, 12))]
KEY = dg.AssetKey("monthly_invoices")
MONTHLY = ROOT / "workflows" / "monthly_invoices.yaml"
ITEMS = dg.AssetKey(["monthly_invoices", "orders"])


@dataclass
class Ledger:
    """What was there after a backfill."""

    objects: dict[str, bytes]
    versions: int
    mails: list[str]
    results: dict[str, WorkflowResult]


LOCATION = """
import dagster as dg
from skyvern_dagster import BrowserResource, asset_resources, build_assets, load_workflow
from tests.planners.clerk import ClerkResource

defs = dg.Definitions(
    assets=build_assets(load_workflow({file!r}), parameters={{"website_url": {url!r}}}),
    resources={{
        **asset_resources(), "planner": ClerkResource(), "browser": BrowserResource(trace=False)
    }},
    executor=dg.in_process_executor,
)
"""

LAUNCH = """
mutation ($params: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $params) {
    __typename
    ... on LaunchBackfillSuccess { backfillId }
    ... on PythonError { message }
  }
}
"""


class Backfills:
    """Makes partitions, and looks at what is there then."""

    def __init__(self, demo: DemoServices, instance: dg.DagsterInstance, made: Location) -> None:
        self.demo = demo
        self.instance = instance
        self.location = made

    def run(self, months: list[str]) -> Ledger:
        """A run per partition, launched as the UI does it, carried out by a daemon of its own.

        (A daemon looks for backfills when it starts, and then every half minute.)
        """
        selection = {"assetSelection": [{"path": KEY.path}], "partitionNames": months}
        answer = self.location.ask(LAUNCH, params=selection)["launchPartitionBackfill"]
        assert answer["__typename"] == "LaunchBackfillSuccess", answer
        daemon = self.location.start_daemon()
        mine = dg.RunsFilter(tags={"dagster/backfill": answer["backfillId"]})

        def is_over() -> bool:
            assert daemon.process.poll() is None, daemon.last_words()
            found = self.instance.get_runs(mine)
            return len(found) == len(months) and all(run.is_finished for run in found)

        try:
            wait_until(is_over, seconds=900, every=0.2)
        finally:
            self.location.kill_daemon()
        assert {run.status for run in self.instance.get_runs(mine)} == {dg.DagsterRunStatus.SUCCESS}
        return self.look()

    def run_in_one(self, months: list[str]) -> Ledger:
        """One run over several partitions."""
        done = dg.materialize(
            [self.asset(one_run=True)],
            instance=self.instance,
            tags={
                "dagster/asset_partition_range_start": months[0],
                "dagster/asset_partition_range_end": months[-1],
            },
            resources=self.resources,
            run_config=QUIET,
        )
        assert done.success
        return self.look()

    @property
    def resources(self) -> dict[str, object]:
        browser = BrowserResource(trace=False)
        return {**asset_resources(), "planner": ClerkResource(), "browser": browser}

    def asset(self, *, one_run: bool) -> dg.AssetsDefinition:
        workflow = load_workflow(MONTHLY)
        if one_run:
            section = workflow.definition.dagster.model_copy(update={"backfill": "one_run"})
            definition = workflow.definition.model_copy(update={"dagster": section})
            workflow = type(workflow)(workflow.name, definition, workflow.text)
        (asset, *_) = build_assets(workflow, parameters={"website_url": self.demo.shop_url})
        assert isinstance(asset, dg.AssetsDefinition)
        return asset

    def look(self) -> Ledger:
        versions = self.demo.s3.client().list_object_versions(Bucket=self.demo.bucket)
        defs = dg.Definitions(assets=[self.asset(one_run=False)], resources=self.resources)
        with defs.get_asset_value_loader(self.instance) as loader:
            results = {
                month: loader.load_asset_value(KEY, python_type=WorkflowResult, partition_key=month)
                for month in self.instance.get_materialized_partitions(KEY)
            }
        return Ledger(
            self.demo.objects(),
            len(versions.get("Versions", [])),
            [str(message.message["Subject"]) for message in self.demo.messages],
            results,
        )


@pytest.fixture(scope="module")
def backfills(new_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backfills]:
    """A shop, a bucket with versions, and a home folder that this module has for itself."""
    folder = tmp_path_factory.mktemp("backfill")
    home = folder / "home"
    shutil.copytree(new_home, home)
    with demo_services() as demo, pytest.MonkeyPatch.context() as environment:
        demo.s3.client().put_bucket_versioning(
            Bucket=demo.bucket, VersioningConfiguration={"Status": "Enabled"}
        )
        settings = {
            **demo.environment(),
            "DAGSTER_HOME": str(home),
            "SKYVERN_ENV": "test",
            "PYTHONPATH": str(ROOT),
        }
        for name, value in settings.items():
            environment.setenv(name, value)
        file = folder / "made.py"
        file.write_text(LOCATION.format(file=str(MONTHLY), url=demo.shop_url))
        with dg.DagsterInstance.get() as instance, location(file, folder) as made:
            # The shop lets one login in twice.
            instance.event_log_storage.set_concurrency_slots("skyvern/login/credentials", 2)
            made.start_webserver()
            yield Backfills(demo, instance, made)


@pytest.fixture(scope="module")
def whole(backfills: Backfills) -> Ledger:
    """After the first three months have been made in one run."""
    return backfills.run_in_one(MONTHS[:3])


@pytest.fixture(scope="module")
def first(backfills: Backfills, whole: Ledger) -> Ledger:
    """After a backfill of all twelve."""
    return backfills.run(MONTHS)


def test_one_run_of_three_months_is_split_over_them(backfills: Backfills, whole: Ledger) -> None:
    assert set(whole.results) == set(MONTHS[:3])
    assert len({result.workflow_run_id for result in whole.results.values()}) == 1
    assert len(whole.mails) == 1
    for month, result in whole.results.items():
        orders = orders_of(backfills.demo, month)
        assert [item.key for item in result.items] == [order.order_id for order in orders]
        assert {each.file.filename for each in result.files} == names(orders)


def test_each_partition_has_the_invoices_of_its_month(backfills: Backfills, first: Ledger) -> None:
    assert set(first.results) == set(MONTHS)
    assert len({result.workflow_run_id for result in first.results.values()}) == len(MONTHS)
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


def test_the_answer_of_a_partition_s_run_knows_what_it_has_uploaded(
    backfills: Backfills, first: Ledger
) -> None:
    result = first.results[MONTHS[4]]
    store = asset_resources()["artifacts"].store()
    record = find_record(backfills.instance, result.workflow_run_id)
    entries = typed_outputs(gather(backfills.instance, store, record), PlainLinks(store))
    uploads = [each for each in in_loops(entries.values()) if isinstance(each, UploadsEntry)]
    told = {(file.uri, file.filename, file.size, file.sha256) for e in uploads for file in e.output}
    assert told == {
        (each.uri, each.file.filename, each.file.size, each.file.sha256) for each in result.files
    }


def in_loops(entries: Iterable[BlockEntry]) -> Iterator[BlockEntry]:
    for entry in entries:
        yield entry
        for iteration in entry.output if isinstance(entry, LoopEntry) else ():
            yield from in_loops(iteration.blocks.values())


def test_what_the_one_run_has_delivered_is_not_delivered_again(
    whole: Ledger, first: Ledger
) -> None:
    assert {key: first.objects[key] for key in whole.objects} == whole.objects
    assert len(first.objects) == first.versions
    assert first.mails[:1] == whole.mails
    mailed = sorted(re.findall(r"\d{4}-\d\d", " ".join(first.mails[1:])))
    assert mailed == [month[:7] for month in MONTHS[3:]]


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
    again = backfills.run(MONTHS)

    assert again.objects == first.objects
    assert again.versions == first.versions
    assert again.mails == first.mails
    for month in MONTHS:
        assert again.results[month].workflow_run_id != first.results[month].workflow_run_id
        assert [each.uri for each in again.results[month].files] == [
            each.uri for each in first.results[month].files
        ]


@pytest.mark.long
def test_one_run_delivers_nothing_that_runs_per_partition_have(
    backfills: Backfills, first: Ledger
) -> None:
    before = backfills.look()
    whole = backfills.run_in_one(MONTHS[6:8])

    assert (whole.objects, whole.versions, whole.mails) == (
        before.objects, before.versions, before.mails
    )  # fmt: skip


def orders_of(demo: DemoServices, month: str) -> list[Order]:
    return [order for order in demo.orders if order.order_date.isoformat()[:7] == month[:7]]


def names(orders: list[Order]) -> set[str]:
    return {f"{order.invoice_number}.pdf" for order in orders if order.has_invoice}
