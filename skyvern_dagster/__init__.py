"""skyvern-dagster: web portals as Dagster assets.

Example:
    .. code-block:: python

        import dagster as dg
        from skyvern_dagster import build_job, load_workflow

        defs = dg.Definitions(jobs=[build_job(load_workflow("workflows/invoice_retrieval.yaml"))])
"""

from __future__ import annotations

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.compiler.job import build_definitions, build_graph, build_job
from skyvern_dagster.errors import DefinitionError, SkyvernDagsterError
from skyvern_dagster.io_manager import SkyvernJsonIOManager
from skyvern_dagster.resources import (
    ArtifactStoreResource,
    BrowserResource,
    EmailResource,
    PlannerResource,
    S3BucketResource,
    SecretsResource,
)
from skyvern_dagster.workflow.loader import Workflow, load_workflow

__all__ = [
    "ArtifactStore",
    "ArtifactStoreResource",
    "BrowserResource",
    "DefinitionError",
    "EmailResource",
    "PlannerResource",
    "S3BucketResource",
    "SecretsResource",
    "SkyvernDagsterError",
    "SkyvernJsonIOManager",
    "Workflow",
    "build_definitions",
    "build_graph",
    "build_job",
    "load_workflow",
]
