"""Dagster resources: the browser, the planner, the artifact store, S3, mail, secrets."""

from __future__ import annotations

from skyvern_dagster.resources.artifact_store import ArtifactStoreResource
from skyvern_dagster.resources.browser import BrowserResource
from skyvern_dagster.resources.email import EmailResource
from skyvern_dagster.resources.planner import PlannerResource
from skyvern_dagster.resources.s3 import S3BucketResource
from skyvern_dagster.resources.secrets import SecretsResource
from skyvern_dagster.resources.services import default_resources

__all__ = [
    "ArtifactStoreResource",
    "BrowserResource",
    "EmailResource",
    "PlannerResource",
    "S3BucketResource",
    "SecretsResource",
    "default_resources",
]
