"""What Dagster's launchpad begins with: a workflow's parameters, and nothing of ours."""

from __future__ import annotations

from typing import Any

import dagster as dg
import pytest
import yaml
from dagster_graphql.schema import run_config

from skyvern_dagster import (
    BrowserResource,
    EmailResource,
    PlannerResource,
    SkyvernJsonIOManager,
    build_definitions,
    build_job,
)
from skyvern_dagster.tables.invoice_assets import build_invoice_assets
from skyvern_dagster.workflow.loader import load_workflow
from tests.compiler.definitions import given, task, workflow
from tests.office import INVOICES, ROOT

ASKING = workflow([task("look", url="{{ url }}")], [given("url", default="https://shop.example")])


def launchpad(job: dg.JobDefinition) -> dict[str, Any]:
    """The run config that the launchpad's page opens with."""
    snap = job.get_job_snapshot()
    schema = snap.config_schema_snapshot
    root = schema.get_config_snap(snap.mode_def_snaps[0].root_config_key or "")
    text: str = run_config.default_values_yaml_from_type_snap(schema, root)  # type: ignore[attr-defined]
    return dict(yaml.safe_load(text) or {})


def test_only_parameters_show() -> None:
    assert launchpad(build_job(ASKING)) == {"ops": {"config": {"url": "https://shop.example"}}}


def test_of_assets_and_tables_too() -> None:
    table = build_invoice_assets([load_workflow(INVOICES)])
    defs = dg.Definitions.merge(build_definitions(ROOT / "workflows"), table)

    for job in defs.resolve_all_job_defs():
        assert {name for name, value in launchpad(job).items() if value} == {"ops"}, job.name


@pytest.mark.parametrize(
    "resource",
    [
        BrowserResource(headless=False, max_steps_per_run=7),
        SkyvernJsonIOManager(base_path="s3://bucket/values"),
    ],
    ids=lambda each: type(each).__name__,
)
def test_what_the_project_has_set_need_not_be_repeated(resource: Any) -> None:
    key = "browser" if isinstance(resource, BrowserResource) else "skyvern_io_manager"

    assert "resources" not in launchpad(build_job(ASKING, resource_defs={key: resource}))


def seen(resource: Any, config: dict[str, Any]) -> Any:
    """The resource as an op of a run with this config has it."""
    found = []

    @dg.op(required_resource_keys={"it"})
    def look(context) -> None:  # type: ignore[no-untyped-def] # Dagster reads annotations
        found.append(context.resources.it)

    @dg.job(resource_defs={"it": resource})
    def looking() -> None:
        look()

    given_config = {"resources": {"it": {"config": config}}} if config else {}
    assert looking.execute_in_process(run_config=given_config).success
    return found[0]


def test_what_is_set_at_launch_counts_and_the_rest_stays() -> None:
    made = BrowserResource(headless=False, max_steps_per_run=7)

    unchanged, changed = seen(made, {}), seen(made, {"max_steps_per_run": 9})

    assert (unchanged.headless, unchanged.max_steps_per_run, unchanged.trace) == (False, 7, None)
    assert (changed.headless, changed.max_steps_per_run, changed.trace) == (False, 9, None)


def test_a_key_from_the_environment_is_read_when_the_run_begins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = PlannerResource(api_key=dg.EnvVar("MODEL_KEY"), model="m")
    monkeypatch.setenv("MODEL_KEY", "k-1")

    assert seen(made, {}).api_key == "k-1"
    assert launchpad(build_job(ASKING, resource_defs={"planner": made}))["resources"] == {
        "planner": {"config": {"api_key": {"env": "MODEL_KEY"}}}
    }


@pytest.mark.parametrize("config", [{"max_bytes": "many"}, {"max_byte": 1}], ids=["type", "name"])
def test_what_does_not_fit_is_still_refused(config: dict[str, Any]) -> None:
    with pytest.raises(dg.DagsterInvalidConfigError):
        seen(EmailResource(), config)
