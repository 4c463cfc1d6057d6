"""The component: files, overrides, resources of the project, and what it says when it can't."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml
from dagster.components.core.component_tree import ComponentTreeException
from dagster.components.testing import create_defs_folder_sandbox

from skyvern_dagster import SkyvernAssetData, SkyvernWorkflowsComponent
from skyvern_dagster.scaffolds.scaffolder import ScaffoldParameters, first_workflow
from skyvern_dagster.workflow.loader import load_text
from tests.office import ROOT

URL = "https://shop.example"


def load(attributes: dict[str, Any], *files: str, extra: dict[str, str] | None = None) -> Any:
    with create_defs_folder_sandbox() as sandbox:
        path = sandbox.scaffold_component(
            component_cls=SkyvernWorkflowsComponent,
            defs_path="portals",
            defs_yaml_contents={
                "type": "skyvern_dagster.SkyvernWorkflowsComponent",
                "attributes": attributes,
            },
        )
        folder = Path(path) / "workflows"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name in files:
            shutil.copy(ROOT / "workflows" / name, folder)
        for name, text in (extra or {}).items():
            (folder / name).write_text(text)
        with sandbox.build_all_defs() as defs:
            dg.Definitions.validate_loadable(defs)
            return defs


def keys(defs: dg.Definitions) -> set[str]:
    return {spec.key.to_user_string() for spec in defs.resolve_all_asset_specs()}


def test_a_folder_of_workflows() -> None:
    defs = load({"workflows": "workflows"}, "invoice_retrieval.yaml", "monthly_invoices.yaml")

    assert keys(defs) == {
        "invoice_retrieval",
        "invoice_retrieval/iterate_over_order_ids",
        "monthly_invoices",
        "monthly_invoices/orders",
    }


def test_files_and_a_translation() -> None:
    defs = load(
        {
            "workflows": ["workflows/monthly_invoices.yaml"],
            "overrides": {"monthly_invoices": {"parameters": {"website_url": URL}}},
            "translation": {
                "group_name": "finance",
                "key": "ours/{{ spec.key.to_user_string() }}",
                "owners": ["team:finance"],
            },
        },
        "invoice_retrieval.yaml",
        "monthly_invoices.yaml",
    )

    spec = next(
        each
        for each in defs.resolve_all_asset_specs()
        if each.key == dg.AssetKey(["ours", "monthly_invoices"])
    )
    assert spec.group_name == "finance"
    assert spec.owners == ["team:finance"]


def test_overrides_of_one_workflow() -> None:
    defs = load(
        {
            "translation": {"group_name": "portals"},
            "overrides": {
                "monthly_invoices": {
                    "parameters": {"website_url": URL},
                    "translation": {"key": "ours/{{ spec.key.to_user_string() }}"},
                    "description": "Of one shop.",
                    "owners": ["team:finance"],
                    "tags": {"tier": "gold"},
                    "kinds": ["pdf"],
                    "automation": "eager",
                    "partitions": {
                        "type": "weekly",
                        "start": "2024-01-07",
                        "start_parameter": "start_date",
                        "end_parameter": "end_date",
                    },
                    "schedule": {"timezone": "Europe/Berlin"},
                    "retries": {"login": {"max_retries": 7}},
                    "pools": {"login": "one-login"},
                    "run_tags": {"team": "finance"},
                }
            },
        },
        "monthly_invoices.yaml",
        "invoice_retrieval.yaml",
    )
    key = dg.AssetKey(["ours", "monthly_invoices"])
    specs = {spec.key: spec for spec in defs.resolve_all_asset_specs()}
    job = defs.resolve_job_def("monthly_invoices")
    login = job.graph.node_dict["login"].definition

    assert specs[key].group_name == "portals"
    assert specs[key].description == "Of one shop."
    assert specs[key].owners == ["team:finance"]
    assert specs[key].tags["tier"] == "gold"
    assert specs[key].kinds == {"pdf"}
    assert specs[key].automation_condition is not None
    assert isinstance(specs[key].partitions_def, dg.WeeklyPartitionsDefinition)
    assert isinstance(login, dg.OpDefinition)
    assert login.pool == "one-login"
    assert login.retry_policy is not None
    assert login.retry_policy.max_retries == 7
    assert job.tags["team"] == "finance"
    assert [each.name for each in defs.schedules or ()] == ["monthly_invoices_schedule"]
    assert specs[dg.AssetKey("invoice_retrieval")].owners == []


@pytest.mark.parametrize(
    ("attributes", "files", "extra", "message"),
    [
        ({}, (), {}, "no workflow definition"),
        ({"overrides": {"x": {}}}, ("monthly_invoices.yaml",), {}, "there is no workflow x"),
        ({}, (), {"bad.yaml": "title: x\n"}, "error: 'workflow_definition' is missing"),
        (
            {"overrides": {"monthly_invoices": {"parameters": {"webseite": URL}}}},
            ("monthly_invoices.yaml",), {}, "no parameters webseite",
        ),
        (
            {"overrides": {"monthly_invoices": {"partitions": {"type": "yearly"}}}},
            ("monthly_invoices.yaml",), {}, "monthly_invoices with its overrides",
        ),
        (
            {"overrides": {"monthly_invoices": {"retries": {"logim": {"max_retries": 1}}}}},
            ("monthly_invoices.yaml",), {}, "there is no block 'logim' (did you mean 'login'?)",
        ),
        (
            {"overrides": {"monthly_invoices": {"grup": "x"}}},
            ("monthly_invoices.yaml",), {}, "monthly_invoices.grup\n  Extra inputs are not",
        ),
    ],
    ids=["empty", "override", "bad", "parameter", "partitions", "label", "field"],
)  # fmt: skip
def test_what_is_wrong(
    attributes: dict[str, Any], files: tuple[str, ...], extra: dict[str, str], message: str
) -> None:
    with pytest.raises(ComponentTreeException) as caught:
        load(attributes, *files, extra=extra)

    errors: list[str] = []
    error: BaseException | None = caught.value
    while error is not None:
        errors.append(str(error))
        error = error.__cause__ or error.__context__
    assert message in "\n".join(errors)


def test_a_subclass_names_assets_its_own_way() -> None:
    class Ours(SkyvernWorkflowsComponent):
        def get_asset_spec(self, data: SkyvernAssetData) -> dg.AssetSpec:
            return super().get_asset_spec(data).replace_attributes(group_name="ours")

    spec = Ours().get_asset_spec(
        SkyvernAssetData(load_text(first_workflow(ScaffoldParameters()), source="x", name="x"))
    )

    assert spec.group_name == "ours"


@pytest.mark.parametrize("since", ["", "2024-01-01"])
@pytest.mark.parametrize("url", [URL, "http://127.0.0.1:8000/a?b=c#d", "https://x.example/%20:'"])
def test_what_is_scaffolded_is_a_good_definition(since: str, url: str) -> None:
    text = first_workflow(ScaffoldParameters(url=url, monthly_since=since))

    made = load_text(text, source="x.yaml", name="x")
    assert made.warnings == ()
    assert yaml.safe_load(text)["dagster"]["parameters"]["website_url"] == url
    assert (made.definition.dagster.partitions is None) == (since == "")
