"""``@skyvern_assets``: a workflow's assets as a function of your own, all of it in one step."""

# Dagster reads the annotations of assets at run time, so they are not deferred here.

from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import dagster as dg

from skyvern_dagster.compiler.asset_finish import report_items, result_metadata
from skyvern_dagster.compiler.assets import asset_specs, asset_target
from skyvern_dagster.compiler.dagster_host import dagster_run
from skyvern_dagster.compiler.endings import complete, ended
from skyvern_dagster.compiler.limits import login_pools
from skyvern_dagster.compiler.login_hold import hold_logins
from skyvern_dagster.compiler.partitioning import partitions_definition
from skyvern_dagster.errors import ParameterError
from skyvern_dagster.execution.result import workflow_result
from skyvern_dagster.io_manager import IO_MANAGER
from skyvern_dagster.resources.artifact_store import ArtifactStoreResource
from skyvern_dagster.resources.browser import BrowserResource
from skyvern_dagster.resources.email import EmailResource
from skyvern_dagster.resources.hidden_defaults import HiddenDefaults
from skyvern_dagster.resources.planner import PlannerResource
from skyvern_dagster.resources.s3 import S3BucketResource
from skyvern_dagster.resources.secrets import SecretsResource
from skyvern_dagster.resources.services import default_resources
from skyvern_dagster.translator import DagsterSkyvernTranslator
from skyvern_dagster.workflow.loader import Workflow

WORKFLOW = "skyvern_dagster/workflow"
"""Metadata of each asset: the workflow that makes it."""

TRANSLATOR = "skyvern_dagster/translator"
"""Metadata of each asset: what has made its spec."""


def skyvern_assets(
    *,
    workflow: Workflow,
    name: str | None = None,
    dagster_skyvern_translator: DagsterSkyvernTranslator | None = None,
    required_resource_keys: set[str] | None = None,
) -> Callable[[Callable[..., Any]], dg.AssetsDefinition]:
    """Makes a function the maker of a workflow's assets.

    Where :func:`~skyvern_dagster.build_assets` gives one op per block, this is a single step: less
    to see in a run, nothing handed over between processes, and room for code of your own before
    and after. Keys, partitions and the rest come from the definition as they do there.

    Example:
        .. code-block:: python

            workflow = load_workflow("workflows/monthly_invoices.yaml")

            @skyvern_assets(workflow=workflow)
            def monthly_invoices(context: dg.AssetExecutionContext, skyvern: SkyvernResource):
                yield from skyvern.run(context, parameters={"website_url": "https://shop.example"})

            defs = dg.Definitions(
                assets=[monthly_invoices],
                resources={"skyvern": SkyvernResource(), IO_MANAGER: SkyvernJsonIOManager()},
            )
    """
    translator = dagster_skyvern_translator or DagsterSkyvernTranslator()
    launch = asset_target(workflow, translator=translator, partitions=None, parameters={})
    specs = asset_specs(workflow, launch, translator)
    pools = login_pools(workflow)
    made_by = {WORKFLOW: workflow, TRANSLATOR: translator}

    def decorate(function: Callable[..., Any]) -> dg.AssetsDefinition:
        return dg.multi_asset(
            name=name or f"{launch.graph}_step",
            outs={
                key: dg.AssetOut.from_spec(
                    spec.merge_attributes(metadata=made_by), io_manager_key=IO_MANAGER
                )
                for key, spec in specs.items()
            },
            partitions_def=partitions_definition(launch.partitions) if launch.partitions else None,
            pool=pools[0] if pools else None,
            required_resource_keys=required_resource_keys,
        )(function)

    return decorate


class SkyvernResource(HiddenDefaults, dg.ConfigurableResource["SkyvernResource"]):
    """Everything that running a workflow needs, as one resource, for ``@skyvern_assets``."""

    artifacts: ArtifactStoreResource
    browser: BrowserResource
    planner: PlannerResource
    email: EmailResource
    s3: S3BucketResource
    secrets: SecretsResource

    def __init__(self, **given: Any) -> None:
        super().__init__(**{**default_resources(), **given})

    def run(
        self,
        context: dg.AssetExecutionContext,
        workflow: Workflow | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> Iterator[dg.Output[Any]]:
        """Runs the workflow of ``@skyvern_assets`` and gives its assets' values and metadata.

        Args:
            context: Of the decorated function; its assets know their workflow and translator.
            workflow: Another form of the workflow, for instance one made for this run.
            parameters: Values over the definition's; a partition's go before both.

        Raises:
            Failure: The run failed or terminated; the metadata says where and why.
        """
        op = context.op_execution_context
        made_by = next(iter(context.assets_def.metadata_by_key.values()))
        workflow, translator = workflow or made_by[WORKFLOW], made_by[TRANSLATOR]
        resources = SimpleNamespace(**{key: getattr(self, key) for key in _PARTS})
        run = dagster_run(op, workflow, resources)
        try:
            launch = asset_target(
                workflow, translator=translator, partitions=None, parameters=parameters or {}
            )
            window = launch.window(op)
            scope = run.open(
                {**launch.parameters, **(window.parameters if window else {})},
                delivery=launch.delivery(window),
                spans=launch.delivery_spans(window),
            )
        except ParameterError as error:
            raise dg.Failure(str(error), allow_retries=False) from error
        hold_logins(op, workflow, scope.parameters)
        try:
            after, ending = run.carry_out(scope)
        finally:
            self.browser.close()
        if ending.status != "completed":
            run.end(ending)
            shown = {"skyvern/status": ending.status, "skyvern/failure_reason": ending.reason or ""}
            raise ended(ending, shown, allow_retries=ending.status == "failed")
        missing = complete(run, after)
        spans = window.spans if window else None
        store = run.services.artifacts
        result = workflow_result(workflow, store, after, partitions=spans)
        report_items(op, launch, result, store)
        for label in launch.blocks:
            yield dg.Output(after.outputs.get(label), label)
        metadata = {**result_metadata(workflow, store, result), **missing}
        yield dg.Output(result, "value", metadata=metadata)


_PARTS = ("artifacts", "browser", "planner", "email", "s3", "secrets")
