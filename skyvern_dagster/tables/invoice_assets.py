"""The assets downstream of workflows that download invoices: a table, and what was spent."""

# Dagster reads the annotations of assets at run time, so they are not deferred here.

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from skyvern_dagster.compiler.assets import asset_keys
from skyvern_dagster.errors import DefinitionError
from skyvern_dagster.execution.result import WorkflowResult
from skyvern_dagster.tables.data_schema import column_lineage, column_schema_of, dtypes_of
from skyvern_dagster.tables.data_schema import item_schema as item_schema_of
from skyvern_dagster.tables.invoice_checks import build_invoice_checks
from skyvern_dagster.tables.invoice_frame import COLUMNS, invoices_frame
from skyvern_dagster.tables.parquet import PARQUET_IO_MANAGER, ParquetIOManager
from skyvern_dagster.tables.spend import spend_by_vendor_month, spend_plot
from skyvern_dagster.translator import DagsterSkyvernTranslator, SkyvernAssetData
from skyvern_dagster.workflow.loader import Workflow

if TYPE_CHECKING:
    import pandas as pd

SPEND_COLUMNS = {
    "vendor": "string",
    "month": "datetime64[ns]",
    "currency": "string",
    "invoices": "Int64",
    "total": "Float64",
}


def build_invoice_assets(
    workflows: Sequence[Workflow],
    *,
    dagster_skyvern_translator: DagsterSkyvernTranslator | None = None,
    name: str | None = None,
    spend_name: str = "spend_by_vendor_month",
    group_name: str | None = None,
    checks: bool = True,
) -> dg.Definitions:
    """A table of the invoices that workflows download, the spend by vendor and month, and checks.

    Args:
        workflows: Their assets must be in the code location; the table holds all partitions.
        dagster_skyvern_translator: The one that named the workflows' assets.
        name: Of the table; ``invoices`` when left out, or ``invoices_table`` where that is what one
            of the workflows' own assets is called.
        checks: Whether the table has the checks of
            :mod:`~skyvern_dagster.tables.invoice_checks`.

    Raises:
        DefinitionError: There is no workflow, or a table would have the key of another asset.

    Example:
        .. code-block:: python

            workflow = load_workflow("workflows/monthly_invoices.yaml")
            defs = dg.Definitions.merge(
                workflow_definitions(workflow, parameters={"website_url": "https://shop.example"}),
                build_invoice_assets([workflow]),
                dg.Definitions(resources=asset_resources()),
            )
    """
    translator = dagster_skyvern_translator or DagsterSkyvernTranslator()
    dtypes: dict[str, str] = {}
    for workflow in workflows:
        dtypes |= dtypes_of(item_schema_of(workflow))
    taken = _asset_keys(workflows, translator)
    name = name or ("invoices_table" if dg.AssetKey("invoices") in taken else "invoices")
    _check_names((name, spend_name), taken)
    table = _table(workflows, translator, dtypes, name, group_name)
    return dg.Definitions(
        assets=[table, _spend(table.key, spend_name, group_name)],
        asset_checks=build_invoice_checks(table.key) if checks else [],
        resources={PARQUET_IO_MANAGER: _PARQUET},
    )


_PARQUET = ParquetIOManager()


def _asset_keys(
    workflows: Sequence[Workflow], translator: DagsterSkyvernTranslator
) -> set[dg.AssetKey]:
    """The keys of all assets of the workflows, those of loops' items and outputs included.

    Raises:
        DefinitionError: There is no workflow.
    """
    if not workflows:
        raise DefinitionError("build_invoice_assets: give it at least one workflow")
    return {key for workflow in workflows for key in asset_keys(workflow, translator)}


def _check_names(names: Sequence[str], taken: set[dg.AssetKey]) -> None:
    """Dagster would say of it that an asset depends on itself, or is defined twice.

    Raises:
        DefinitionError: A table would have the key of another asset.
    """
    for index, name in enumerate(names):
        if dg.AssetKey(name) in taken or name in names[:index]:
            raise DefinitionError(
                f"build_invoice_assets: there is an asset {name!r} already: give the table another "
                "name (`name` of the invoices, `spend_name` of the sums)"
            )


def _table(
    workflows: Sequence[Workflow],
    translator: DagsterSkyvernTranslator,
    dtypes: Mapping[str, str],
    name: str,
    group_name: str | None,
) -> dg.AssetsDefinition:
    keys = {
        f"from_{workflow.name}": translator.get_asset_spec(SkyvernAssetData(workflow)).key
        for workflow in workflows
    }

    def invoices(context: dg.AssetExecutionContext, **values: Any) -> Any:
        results = [result for value in values.values() for result in _results(value)]
        frame = invoices_frame(results, context.resources.artifacts.store(), dtypes=dtypes)
        context.add_output_metadata(_table_metadata(frame))
        return frame

    schema = item_schema_of(workflows[0])
    upstream = next(iter(keys.values()))
    return dg.asset(
        name=name,
        ins={
            f"from_{workflow.name}": _input(workflow, keys[f"from_{workflow.name}"])
            for workflow in workflows
        },
        group_name=group_name,
        kinds={"pandas", "parquet"},
        io_manager_key=PARQUET_IO_MANAGER,
        required_resource_keys={"artifacts"},
        description="One row per item of the workflows' loops, with the fields of its PDF.",
        metadata={
            "dagster/column_schema": column_schema_of(schema, extra={**dtypes, **COLUMNS}),
            "dagster/column_lineage": column_lineage(dtypes, upstream),
        },
    )(invoices)


def _input(workflow: Workflow, key: dg.AssetKey) -> dg.AssetIn:
    if workflow.definition.dagster.partitions is None:
        return dg.AssetIn(key=key, dagster_type=WorkflowResult)
    return dg.AssetIn(
        key=key,
        partition_mapping=dg.AllPartitionMapping(),
        dagster_type=dict[str, WorkflowResult],
        metadata={"allow_missing_partitions": True},
    )


def _results(value: Any) -> Sequence[WorkflowResult]:
    return list(value.values()) if isinstance(value, dict) else [value]


def _table_metadata(frame: "pd.DataFrame") -> dict[str, Any]:
    """What the table's page shows of it."""
    shown = ["item", "invoice_number", "invoice_date", "currency", "total", "file", "problem"]
    return {
        "dagster/row_count": len(frame),
        "invoices": int(frame["file"].notna().sum()),
        "total": float(frame["total"].sum()),
        "unreadable": int(frame["problem"].notna().sum()),
        "newest": dg.MetadataValue.table(
            [
                dg.TableRecord({name: _shown(row[name]) for name in shown})
                for _, row in frame.sort_values("invoice_date", ascending=False).head(10).iterrows()
            ]
        ),
    }


def _spend(table: dg.AssetKey, name: str, group_name: str | None) -> dg.AssetsDefinition:
    def spend(context: dg.AssetExecutionContext, invoices: Any) -> Any:
        frame = spend_by_vendor_month(invoices)
        context.add_output_metadata(
            {
                "dagster/row_count": len(frame),
                "total": float(frame["total"].sum()),
                "plot": dg.MetadataValue.md(spend_plot(frame)),
            }
        )
        return frame

    return dg.asset(
        name=name,
        ins={"invoices": dg.AssetIn(key=table)},
        group_name=group_name,
        kinds={"pandas", "parquet"},
        io_manager_key=PARQUET_IO_MANAGER,
        description="What was spent with each vendor in each month, by invoice date.",
        metadata={
            "dagster/column_schema": column_schema_of(None, extra=SPEND_COLUMNS),
            "dagster/column_lineage": dg.TableColumnLineage(
                {
                    "vendor": [dg.TableColumnDep(table, "vendor")],
                    "month": [dg.TableColumnDep(table, "invoice_date")],
                    "currency": [dg.TableColumnDep(table, "currency")],
                    "total": [dg.TableColumnDep(table, "total")],
                }
            ),
        },
    )(spend)


def _shown(value: Any) -> str | float | None:
    """A cell as table metadata takes it."""
    import pandas as pd

    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return str(value.date())
    return float(value) if isinstance(value, int | float) else str(value)
