"""The tables' names beside those of the workflows' own assets."""

from __future__ import annotations

import dagster as dg
import pytest

from skyvern_dagster import DagsterSkyvernTranslator, SkyvernAssetData
from skyvern_dagster.compiler.definitions import workflow_definitions
from skyvern_dagster.compiler.job import asset_resources
from skyvern_dagster.errors import DefinitionError
from skyvern_dagster.scaffolds.scaffolder import ScaffoldParameters, first_workflow
from skyvern_dagster.tables.invoice_assets import build_invoice_assets
from skyvern_dagster.workflow.loader import Workflow, load_text


def named(name: str) -> Workflow:
    return load_text(first_workflow(ScaffoldParameters()), source=f"{name}.yaml", name=name)


def keys(*workflows: Workflow, **options: str) -> set[str]:
    defs = dg.Definitions.merge(
        *map(workflow_definitions, workflows),
        build_invoice_assets(workflows, **options),  # type: ignore[arg-type]
        dg.Definitions(resources=asset_resources()),
    )
    dg.Definitions.validate_loadable(defs)
    return {spec.key.to_user_string() for spec in defs.resolve_all_asset_specs()}


def test_a_workflow_called_as_the_table_is() -> None:
    assert keys(named("invoices")) == {
        "invoices", "invoices/orders", "invoices_table", "spend_by_vendor_month"
    }  # fmt: skip


def test_one_of_several() -> None:
    assert "invoices_table" in keys(named("bills"), named("invoices"))


def test_any_other_leaves_the_tables_name() -> None:
    assert "invoices" in keys(named("bills"))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("invoices", {"name": "invoices"}),
        ("spend_by_vendor_month", {}),
        ("bills", {"name": "bills"}),
        ("bills", {"name": "spend", "spend_name": "spend"}),
    ],
)
def test_a_name_that_is_taken_is_said_to_be(name: str, options: dict[str, str]) -> None:
    with pytest.raises(DefinitionError, match=r"there is an asset '.*' already: give the table"):
        keys(named(name), **options)


def test_what_the_translator_calls_the_workflow_counts() -> None:
    class Prefixed(DagsterSkyvernTranslator):
        def get_asset_spec(self, data: SkyvernAssetData) -> dg.AssetSpec:
            spec = super().get_asset_spec(data)
            return spec.replace_attributes(key=spec.key.with_prefix("portals"))

    table = build_invoice_assets([named("invoices")], dagster_skyvern_translator=Prefixed())

    assets = [each for each in table.assets or () if isinstance(each, dg.AssetsDefinition)]
    assert dg.AssetKey("invoices") in {key for each in assets for key in each.keys}


def test_without_a_workflow() -> None:
    with pytest.raises(DefinitionError, match="at least one workflow"):
        build_invoice_assets([])
