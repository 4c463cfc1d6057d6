"""Assets out of definitions: keys, partitions, what partitions give, several in one location."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from skyvern_dagster import (
    DagsterSkyvernTranslator,
    DefinitionError,
    SkyvernAssetData,
    asset_resources,
    build_assets,
    workflow_definitions,
)
from skyvern_dagster.compiler.partitioning import delivery_name
from skyvern_dagster.errors import ParameterError
from skyvern_dagster.workflow.loader import Workflow, load_text
from tests.compiler.definitions import context, given, loop, upload
from tests.office import QUIET


def made(section: dict[str, Any], name: str = "sample") -> Workflow:
    document = {
        "title": "A sample",
        "dagster": section,
        "workflow_definition": {
            "parameters": [
                given("since", default="2020-01-01"),
                given("until", default="2030-01-01"),
                given("account", default="nobody"),
                given("orders", "json", [{"order_id": "A 1"}, {"order_id": "B 2"}]),
                context("order_id", "orders"),
            ],
            "blocks": [
                upload("first"),
                loop("each", "orders", upload("inner", path="{{ order_id[:0] }}" + ALL)),
            ],
        },
    }
    return load_text(json.dumps(document), source="x.yaml", name=name)


ALL = "SKYVERN_DOWNLOAD_DIRECTORY"


@pytest.fixture
def bucket(clean_environment: pytest.MonkeyPatch) -> None:
    clean_environment.setenv("SKYVERN_UPLOAD_BUCKET", "unused")


def made_by(workflow: Workflow, **options: Any) -> dg.AssetsDefinition:
    first = build_assets(workflow, **options)[0]
    assert isinstance(first, dg.AssetsDefinition)
    return first


def run(instance: dg.DagsterInstance, workflow: Workflow, key: str | None) -> dict[str, Any]:
    """Parameters that a materialization of a partition was given."""
    asset = made_by(workflow)
    done = dg.materialize(
        [asset], instance=instance, partition_key=key, resources=asset_resources(), run_config=QUIET
    )
    value = done.output_for_node(f"{asset.node_def.name}.finish", "value")
    return dict(value.parameters)


MONTHLY = {
    "type": "monthly",
    "start": "2024-01-01",
    "start_parameter": "since",
    "end_parameter": "until",
}
DAILY = {**MONTHLY, "type": "daily"}
WEEKLY = {**MONTHLY, "type": "weekly"}
ACCOUNTS = {"type": "static", "keys": ["acme", "globex"], "parameter": "account"}


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize(
    ("partitions", "key", "expected"),
    [
        (MONTHLY, "2024-02-01", {"since": "2024-02-01", "until": "2024-02-29"}),
        ({**MONTHLY, "end_bound": "exclusive"}, "2024-02-01", {"until": "2024-03-01"}),
        (DAILY, "2024-02-29", {"since": "2024-02-29", "until": "2024-02-29"}),
        (WEEKLY, "2024-01-07", {"since": "2024-01-07", "until": "2024-01-13"}),
        (
            {**MONTHLY, "type": "hourly", "timezone": "Europe/Berlin"}, "2024-05-01-07:00",
            {"since": "2024-05-01T07:00:00", "until": "2024-05-01T07:59:59"},
        ),
        (ACCOUNTS, "globex", {"account": "globex"}),
        (
            {"type": "static", "keys": {"x": {"account": "a", "since": "2024-01-01"}, "y": {}}},
            "x", {"account": "a", "since": "2024-01-01"},
        ),
        (
            {"type": "multi", "dimensions": {"month": MONTHLY, "account": ACCOUNTS}},
            "acme|2024-03-01",
            {"account": "acme", "since": "2024-03-01", "until": "2024-03-31"},
        ),
    ],
    ids=["monthly", "exclusive", "daily", "weekly", "hourly", "static", "mapping", "two"],
)  # fmt: skip
def test_what_a_partition_gives(
    instance: dg.DagsterInstance, partitions: dict[str, Any], key: str, expected: dict[str, Any]
) -> None:
    parameters = run(instance, made({"partitions": partitions}), key)

    assert expected.items() <= parameters.items()


@pytest.mark.usefixtures("bucket")
def test_dynamic_partitions(instance: dg.DagsterInstance) -> None:
    partitions = {"type": "dynamic", "name": "accounts", "parameter": "account"}
    instance.add_dynamic_partitions("accounts", ["initech"])

    assert run(instance, made({"partitions": partitions}), "initech")["account"] == "initech"


@pytest.mark.usefixtures("bucket")
def test_values_of_the_section_and_of_the_caller(instance: dg.DagsterInstance) -> None:
    workflow = made({"parameters": {"account": "acme", "since": "2024-05-05"}})
    asset = made_by(workflow, parameters={"since": "2024-06-06"})

    done = dg.materialize([asset], resources=asset_resources(), run_config=QUIET, instance=instance)

    value = done.output_for_node(f"{asset.node_def.name}.finish", "value")
    assert value.parameters["account"] == "acme"
    assert value.parameters["since"] == "2024-06-06"
    assert [item.key for item in value.items] == ["A 1", "B 2"]
    with pytest.raises(ParameterError, match="no parameters sinse"):
        build_assets(workflow, parameters={"sinse": "x"})


def test_specs_come_from_the_section() -> None:
    section = {
        "key": "portals/shop", "group": "money", "owners": ["team:x"], "kinds": ["s3"],
        "tags": {"tier": "1"}, "metadata": {"runbook": "https://wiki.example"},
        "automation": {"when": "cron", "cron": "@daily"}, "deps": ["raw/accounts"],
        "blocks": {"first": {"description": "Only the first."}},
        "freshness": {"fail_hours": 30},
    }  # fmt: skip
    asset, items = build_assets(made(section))
    assert isinstance(asset, dg.AssetsDefinition)
    assert isinstance(items, dg.AssetSpec)
    spec = next(each for each in asset.specs if each.key == dg.AssetKey(["portals", "shop"]))

    assert (spec.group_name, spec.owners, spec.kinds) == ("money", ["team:x"], {"s3"})
    assert spec.tags["tier"] == "1"
    assert spec.metadata["runbook"] == "https://wiki.example"
    assert spec.automation_condition is not None
    assert spec.freshness_policy is not None
    assert [dep.asset_key.to_user_string() for dep in spec.deps] == ["raw/accounts"]
    assert asset.descriptions_by_key[dg.AssetKey(["portals", "shop", "first"])] == "Only the first."
    assert items.key == dg.AssetKey(["portals", "shop", "each"])
    assert [dep.asset_key for dep in items.deps] == [spec.key]


def test_a_translator_of_ones_own() -> None:
    class Ours(DagsterSkyvernTranslator):
        def get_asset_spec(self, data: SkyvernAssetData) -> dg.AssetSpec:
            spec = super().get_asset_spec(data)
            return spec.replace_attributes(key=spec.key.with_prefix("ours"), owners=["team:us"])

    asset, items = build_assets(made({}), dagster_skyvern_translator=Ours())

    assert isinstance(asset, dg.AssetsDefinition)
    assert asset.key == dg.AssetKey(["ours", "sample"])
    assert asset.owners_by_key[asset.key] == ["team:us"]
    assert isinstance(items, dg.AssetSpec)
    assert items.key == dg.AssetKey(["ours", "sample", "each"])


def test_two_workflows_in_one_location() -> None:
    section = {"partitions": MONTHLY, "schedule": {}}
    defs = dg.Definitions.merge(
        workflow_definitions(made(section, "one")),
        workflow_definitions(made({"schedule": "0 6 * * *"}, "two")),
        workflow_definitions(made({"asset": False}, "three")),
        dg.Definitions(resources=asset_resources()),
        dg.Definitions(resources=asset_resources()),
    )

    dg.Definitions.validate_loadable(defs)
    jobs = {job.name for job in defs.resolve_all_job_defs()}
    assert {"one", "one_asset", "two", "two_asset", "three"} <= jobs
    assert "three_asset" not in jobs
    schedule = defs.resolve_schedule_def("one_schedule")
    with dg.build_schedule_context(scheduled_execution_time=datetime(2024, 5, 1, tzinfo=UTC)) as at:
        (request,) = schedule.evaluate_tick(at).run_requests or ()
    assert request.partition_key == "2024-04-01"


@pytest.mark.usefixtures("bucket")
def test_one_asset_of_a_location_can_be_made_alone(instance: dg.DagsterInstance) -> None:
    @dg.asset
    def other() -> None: ...

    defs = dg.Definitions.merge(
        workflow_definitions(made({})),
        dg.Definitions(assets=[other], resources=asset_resources()),
    )
    job = defs.resolve_implicit_global_asset_job_def()

    done = job.execute_in_process(
        instance=instance, asset_selection=[dg.AssetKey("sample")], run_config=QUIET
    )

    assert done.success
    keys = [event.asset_key for event in done.get_asset_materialization_events()]
    assert dg.AssetKey("sample") in keys
    assert dg.AssetKey("other") not in keys


def test_a_tick_makes_the_last_partition_that_has_ended() -> None:
    workflow = made({"partitions": MONTHLY, "schedule": {"cron": "0 6 5 * *"}})
    defs = dg.Definitions.merge(
        workflow_definitions(workflow), dg.Definitions(resources=asset_resources())
    )
    schedule = defs.resolve_schedule_def("sample_schedule")

    with dg.build_schedule_context(
        scheduled_execution_time=datetime(2024, 5, 5, tzinfo=UTC),
        repository_def=defs.get_repository_def(),
    ) as at:
        (request,) = schedule.evaluate_tick(at).run_requests or ()

    assert request.partition_key == "2024-04-01"


@pytest.mark.parametrize(("section", "status"), [({}, "STOPPED"), ({"running": True}, "RUNNING")])
def test_a_schedule_is_off_until_somebody_switches_it_on(
    section: dict[str, Any], status: str
) -> None:
    workflow = made({"partitions": MONTHLY, "schedule": section})

    resources = dg.Definitions(resources=asset_resources())
    defs = dg.Definitions.merge(workflow_definitions(workflow), resources)

    schedule = defs.resolve_schedule_def("sample_schedule")
    assert schedule.default_status.value == status


def test_a_schedule_without_its_values_is_refused() -> None:
    text = json.loads(made({"schedule": "@daily"}).text)
    del text["workflow_definition"]["parameters"][2]["default_value"]
    lacking = load_text(json.dumps(text), source="x.yaml", name="lacking")

    with pytest.raises(DefinitionError, match="lack values for account"):
        workflow_definitions(lacking)
    workflow_definitions(lacking, parameters={"account": "acme"})


@drawn(st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40))
def test_delivery_names_are_safe_and_apart(one: str, other: str) -> None:
    first, second = delivery_name(["a"], [one]), delivery_name(["a"], [other])

    assert first.startswith("a/")
    assert set(first) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/")
    assert first.count("/") == 1
    assert (first == second) == (one == other)
