"""The resources of a job, and what blocks see of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import dagster as dg

from skyvern_dagster.agent.choice import PlannerChoice
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.blocks.code_process import code_settings
from skyvern_dagster.blocks.context import Services
from skyvern_dagster.blocks.s3_bucket import S3Bucket
from skyvern_dagster.credentials.code_source import CodeTiming
from skyvern_dagster.credentials.configured_sources import configured_sources
from skyvern_dagster.credentials.one_time_codes import OneTimeCodes
from skyvern_dagster.credentials.sources import SecretSource
from skyvern_dagster.execution.child_runs import ProcessChildRuns
from skyvern_dagster.organizations.browser_profiles import BrowserProfiles
from skyvern_dagster.organizations.credential_store import CredentialStore
from skyvern_dagster.organizations.grants import GrantStore
from skyvern_dagster.organizations.run_secrets import RunSecrets
from skyvern_dagster.organizations.server_secret import server_secret
from skyvern_dagster.resources.artifact_store import ArtifactStoreResource
from skyvern_dagster.resources.browser import BrowserResource
from skyvern_dagster.resources.email import EmailResource
from skyvern_dagster.resources.planner import PlannerResource
from skyvern_dagster.resources.s3 import S3BucketResource
from skyvern_dagster.resources.secrets import SecretsResource
from skyvern_dagster.webhooks.settings import WebhookSettings

RESOURCE_KEYS = frozenset({"artifacts", "browser", "planner", "email", "s3", "secrets"})
"""The resources that every block sees."""

SERVICES = "skyvern_services"
"""The one resource that ops require; it requires the others. Dagster looks through all that each op
requires a dozen times while a code location loads: with six keys an op that was a sixth of it."""


@dg.resource(
    required_resource_keys=set(RESOURCE_KEYS), description="What blocks see: the other resources."
)
def services_resource(context: dg.InitResourceContext) -> Any:
    """The resources under :data:`RESOURCE_KEYS`, as one."""
    return context.resources


def default_resources() -> dict[str, Any]:
    """What jobs use unless told otherwise; nothing is opened before it is used.

    Links in Dagster's UI are answered from here on, where nobody else would (``dg dev``).
    """
    artifacts = ArtifactStoreResource()
    artifacts.serve_links()
    return {
        "artifacts": artifacts,
        "browser": BrowserResource(),
        "planner": PlannerResource(),
        "email": EmailResource(),
        "s3": S3BucketResource(),
        "secrets": SecretsResource(),
    }


def op_resources() -> dict[str, Any]:
    """What ops of jobs are given unless told otherwise: :func:`default_resources`, as one too."""
    return {**default_resources(), SERVICES: services_resource}


def services(resources: Any) -> Services:
    """The services that blocks see, from an op's ``context.resources``."""
    store = resources.artifacts.store()
    planner = resources.planner.policy()
    if isinstance(planner, PlannerChoice):
        planner = planner.with_store(store)
    return Services(
        artifacts=store,
        tasks=resources.browser.task_runner(store),
        planner=planner,
        secrets=_secret_source(resources.secrets),
        s3=_bucket(resources.s3),
        email=resources.email.server(),
        agent=resources.browser.settings(),
        code=code_settings(),
        codes=one_time_codes(store),
        credentials=lambda: CredentialStore(store, server_secret()),
        run_secrets=lambda: RunSecrets(store, server_secret()),
        grants=lambda: GrantStore(store, server_secret()),
        profiles=lambda: BrowserProfiles(store, server_secret()),
        children=ProcessChildRuns(store, lambda: RunSecrets(store, server_secret())),
    )


def _bucket(resource: Any) -> S3Bucket:
    """Ours, or dagster-aws's ``S3Resource``."""
    if hasattr(resource, "s3"):
        bucket: S3Bucket = resource.s3()
        return bucket
    return replace(S3BucketResource().s3(), client=lambda: _boto3_client(resource))


def _secret_source(resource: Any) -> SecretSource:
    """Ours, or dagster-aws's ``SecretsManagerResource``, after the nearer ones."""
    if hasattr(resource, "source"):
        source: SecretSource = resource.source()
        return source
    return configured_sources(lambda: _boto3_client(resource))


def _boto3_client(resource: Any) -> Any:
    """The client of a resource of dagster-aws; of some, an op sees the client itself."""
    return resource.get_client() if hasattr(resource, "get_client") else resource


def one_time_codes(store: ArtifactStore) -> OneTimeCodes:
    """One-time codes from outside, as the environment says.

    Raises:
        SecretError, OutgoingError: A setting in the environment is malformed.
    """
    return OneTimeCodes(
        store, server_secret, WebhookSettings.from_environment(), CodeTiming.from_environment()
    )
