"""``SkyvernWorkflowsComponent``: a folder of workflow definitions in a ``dg`` project."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg
from pydantic import Field

from skyvern_dagster.compiler.definitions import load_all, workflow_definitions
from skyvern_dagster.compiler.executors import executor_named
from skyvern_dagster.compiler.job import asset_resources
from skyvern_dagster.compiler.workflow_overrides import (
    SkyvernWorkflowOverrides,
    TranslatedAsset,
    overridden,
)
from skyvern_dagster.errors import DefinitionError
from skyvern_dagster.scaffolds.scaffolder import SkyvernWorkflowsScaffolder
from skyvern_dagster.translator import DagsterSkyvernTranslator, SkyvernAssetData
from skyvern_dagster.workflow.loader import Workflow


@dg.scaffold_with(SkyvernWorkflowsScaffolder)
class SkyvernWorkflowsComponent(dg.Component, dg.Model, dg.Resolvable):
    """Workflow definitions as jobs, graph-backed assets and schedules.

    The definitions are files of their own, beside ``defs.yaml``: their Jinja is for the run and
    would be rendered here. Scaffold one with
    ``dg scaffold defs skyvern_dagster.SkyvernWorkflowsComponent invoices``.

    Example:
        .. code-block:: yaml

            type: skyvern_dagster.SkyvernWorkflowsComponent
            attributes:
              workflows: workflows
              overrides:
                monthly_invoices:
                  parameters:
                    website_url: "{{ env.SHOP_URL }}"
                  group: finance
                  owners: ["team:accounting"]
                  schedule: "0 6 3 * *"

    Subclass it and override :meth:`get_asset_spec` to change what assets are called.
    """

    workflows: str | list[str] = Field(
        default="workflows",
        description="Folder with *.yaml, or files, relative to this component's folder.",
    )
    overrides: dict[str, SkyvernWorkflowOverrides] = Field(
        default_factory=dict, description="Workflow name -> what holds for it in this project."
    )
    translation: TranslatedAsset | None = Field(
        default=None, description="Asset attributes, templates with `data` and `spec`."
    )
    executor: str = Field(
        default="browser",
        description="What carries steps out, of these workflows' jobs as of *Materialize* and "
        "backfills: browser (threads of one process, one browser), in_process, multiprocess, "
        "celery, k8s, docker, the import path of another one; none: as the project's own "
        "Definitions(executor=...) says, or Dagster.",
    )
    executor_config: dict[str, Any] = Field(
        default_factory=dict,
        description="Config of the executor, as it stands under `execution: config:` of a run.",
    )
    project_resources: list[str] = Field(
        default_factory=list,
        description="Keys of resources (browser, planner, artifacts, email, s3, secrets, "
        "skyvern_io_manager) that the project defines itself; the others are provided.",
    )

    def get_asset_spec(self, data: SkyvernAssetData) -> dg.AssetSpec:
        """The spec of an asset; override it in a subclass."""
        spec = DagsterSkyvernTranslator().get_asset_spec(data)
        for translation in (self.translation, self._of(data.workflow.name).translation):
            spec = spec if translation is None else translation(spec, data)
        return spec

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """Jobs, assets and schedules of all workflows, and the resources that they use.

        Raises:
            DefinitionError: There is no workflow, an override is of none, one has errors, or
                there is no such executor.
        """
        workflows = load_all(self._paths(Path(context.path)))
        names = [workflow.name for workflow in workflows]
        if not workflows:
            raise DefinitionError(
                f"no workflow definition in {context.path}/{self.workflows}: put *.yaml files there"
            )
        unknown = [name for name in self.overrides if name not in names]
        if unknown:
            raise DefinitionError(
                f"overrides: there is no workflow {', '.join(unknown)} (there is: "
                f"{', '.join(names)})"
            )
        executor = executor_named(self.executor, self.executor_config)
        parts = [self._definitions(workflow, executor) for workflow in workflows]
        provided = {
            key: value
            for key, value in asset_resources().items()
            if key not in self.project_resources
        }
        shared = dg.Definitions(resources=provided, executor=executor)
        return dg.Definitions.merge(*parts, shared)

    def _definitions(
        self, workflow: Workflow, executor: dg.ExecutorDefinition | None
    ) -> dg.Definitions:
        overrides = self._of(workflow.name)
        return workflow_definitions(
            overridden(workflow, overrides),
            dagster_skyvern_translator=_Translator(self),
            parameters=overrides.parameters,
            executor_def=executor,
        )

    def _of(self, name: str) -> SkyvernWorkflowOverrides:
        return self.overrides.get(name) or SkyvernWorkflowOverrides()

    def _paths(self, folder: Path) -> list[Path]:
        given = [self.workflows] if isinstance(self.workflows, str) else self.workflows
        paths: list[Path] = []
        for each in given:
            path = folder / each
            paths += sorted(path.glob("*.y*ml")) if path.is_dir() else [path]
        return [path for path in paths if path.name not in ("defs.yaml", "component.yaml")]


class _Translator(DagsterSkyvernTranslator):
    def __init__(self, component: SkyvernWorkflowsComponent) -> None:
        self._component = component

    def get_asset_spec(self, data: SkyvernAssetData) -> dg.AssetSpec:
        return self._component.get_asset_spec(data)
