"""skyvern-dagster: web portals as Dagster assets.

Example:
    .. code-block:: python

        import dagster as dg
        from skyvern_dagster import build_job, load_workflow

        defs = dg.Definitions(jobs=[build_job(load_workflow("workflows/invoice_retrieval.yaml"))])
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skyvern_dagster.artifacts.store import ArtifactStore
    from skyvern_dagster.asset_decorator import SkyvernResource, skyvern_assets
    from skyvern_dagster.compiler.assets import build_assets
    from skyvern_dagster.compiler.browser_executor import browser_executor
    from skyvern_dagster.compiler.definitions import build_definitions, workflow_definitions
    from skyvern_dagster.compiler.job import asset_resources, build_graph, build_job
    from skyvern_dagster.compiler.workflow_overrides import SkyvernWorkflowOverrides
    from skyvern_dagster.component import SkyvernWorkflowsComponent
    from skyvern_dagster.errors import DefinitionError, SkyvernDagsterError
    from skyvern_dagster.execution.result import WorkflowFile, WorkflowItem, WorkflowResult
    from skyvern_dagster.io_manager import SkyvernJsonIOManager
    from skyvern_dagster.resources.artifact_store import ArtifactStoreResource
    from skyvern_dagster.resources.browser import BrowserResource
    from skyvern_dagster.resources.email import EmailResource
    from skyvern_dagster.resources.planner import PlannerResource
    from skyvern_dagster.resources.s3 import S3BucketResource
    from skyvern_dagster.resources.secrets import SecretsResource
    from skyvern_dagster.sensors.inbox import Inbox, build_inbox_sensor
    from skyvern_dagster.sensors.portal import (
        build_portal_change_sensor,
        page_probe,
        workflow_probe,
    )
    from skyvern_dagster.sensors.requests import build_invoice_request_sensor
    from skyvern_dagster.sensors.retention import build_retention_sensor
    from skyvern_dagster.sensors.webhooks import build_webhook_sensor
    from skyvern_dagster.translator import DagsterSkyvernTranslator, SkyvernAssetData
    from skyvern_dagster.workflow.loader import Workflow, load_workflow

__all__ = [
    "ArtifactStore",
    "ArtifactStoreResource",
    "BrowserResource",
    "DagsterSkyvernTranslator",
    "DefinitionError",
    "EmailResource",
    "Inbox",
    "PlannerResource",
    "S3BucketResource",
    "SecretsResource",
    "SkyvernAssetData",
    "SkyvernDagsterError",
    "SkyvernJsonIOManager",
    "SkyvernResource",
    "SkyvernWorkflowOverrides",
    "SkyvernWorkflowsComponent",
    "Workflow",
    "WorkflowFile",
    "WorkflowItem",
    "WorkflowResult",
    "asset_resources",
    "browser_executor",
    "build_assets",
    "build_definitions",
    "build_graph",
    "build_inbox_sensor",
    "build_invoice_request_sensor",
    "build_job",
    "build_portal_change_sensor",
    "build_retention_sensor",
    "build_webhook_sensor",
    "load_workflow",
    "page_probe",
    "skyvern_assets",
    "workflow_definitions",
    "workflow_probe",
]

_PLACES: dict[str, tuple[str, ...]] = {
    "artifacts.store": ("ArtifactStore",),
    "asset_decorator": (
        "SkyvernResource",
        "skyvern_assets",
    ),
    "compiler.assets": ("build_assets",),
    "compiler.browser_executor": ("browser_executor",),
    "compiler.definitions": (
        "build_definitions",
        "workflow_definitions",
    ),
    "compiler.job": (
        "asset_resources",
        "build_graph",
        "build_job",
    ),
    "compiler.workflow_overrides": ("SkyvernWorkflowOverrides",),
    "component": ("SkyvernWorkflowsComponent",),
    "errors": (
        "DefinitionError",
        "SkyvernDagsterError",
    ),
    "execution.result": (
        "WorkflowFile",
        "WorkflowItem",
        "WorkflowResult",
    ),
    "io_manager": ("SkyvernJsonIOManager",),
    "resources.artifact_store": ("ArtifactStoreResource",),
    "resources.browser": ("BrowserResource",),
    "resources.email": ("EmailResource",),
    "resources.planner": ("PlannerResource",),
    "resources.s3": ("S3BucketResource",),
    "resources.secrets": ("SecretsResource",),
    "sensors.inbox": (
        "Inbox",
        "build_inbox_sensor",
    ),
    "sensors.portal": (
        "build_portal_change_sensor",
        "page_probe",
        "workflow_probe",
    ),
    "sensors.requests": ("build_invoice_request_sensor",),
    "sensors.retention": ("build_retention_sensor",),
    "sensors.webhooks": ("build_webhook_sensor",),
    "translator": (
        "DagsterSkyvernTranslator",
        "SkyvernAssetData",
    ),
    "workflow.loader": (
        "Workflow",
        "load_workflow",
    ),
}
_MODULES = {name: module for module, names in _PLACES.items() for name in names}


def __getattr__(name: str) -> Any:
    """A public name, whose module is imported when it is first asked for.

    Importing all of them takes a second and more, which a command like ``skyvern-dagster --help``
    and each process of a deployment would wait for.
    """
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
