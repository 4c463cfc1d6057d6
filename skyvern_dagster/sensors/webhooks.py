"""A sensor that delivers webhooks, where no REST shim does."""

from __future__ import annotations

import functools

import dagster as dg

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.organizations.api_keys import ApiKeys
from skyvern_dagster.organizations.server_secret import server_secret
from skyvern_dagster.process.home import home_folder
from skyvern_dagster.resources.artifact_store import ArtifactStoreResource
from skyvern_dagster.runs.answer import answer_body
from skyvern_dagster.runs.finishing import finish_canceled
from skyvern_dagster.runs.links import PlainLinks
from skyvern_dagster.runs.outbox import Outbox
from skyvern_dagster.runs.reconcile import reconcile
from skyvern_dagster.runs.retrying import QueueResumer, retry_due
from skyvern_dagster.runs.webhook_sender import BodyOf
from skyvern_dagster.webhooks.settings import WebhookSettings

_PATIENCE_SECONDS = 20.0
"""Dagster ends a sensor's evaluation after a minute."""


def build_webhook_sensor(
    *,
    name: str = "skyvern_webhooks",
    minimum_interval_seconds: int = 5,
    settings: WebhookSettings | None = None,
    store: ArtifactStore | None = None,
    body_of: BodyOf | None = None,
    default_status: dg.DefaultSensorStatus = dg.DefaultSensorStatus.RUNNING,
) -> dg.SensorDefinition:
    """A sensor that delivers webhooks, for deployments in which no REST shim does.

    It also ends runs of its machine whose process is gone, so that these are reported, too, and
    tries runs again whose ``retry_policy`` says so, through Dagster's queue. It keeps no cursor:
    what is pending is what the runs' tags say.

    Args:
        name: Of the sensor.
        minimum_interval_seconds: Between two evaluations.
        settings: How webhooks are sent; the environment's by default.
        store: The runs' artifact store; ``SKYVERN_ARTIFACT_STORE`` or ``artifacts/`` under
            ``DAGSTER_HOME`` by default.
        body_of: Makes the bodies; what ``GET /workflows/runs/{workflow_run_id}`` says by default.
        default_status: Whether it is switched on in a new deployment.
    """
    made: dict[str, Outbox] = {}

    @dg.sensor(
        name=name,
        minimum_interval_seconds=minimum_interval_seconds,
        default_status=default_status,
        description="Delivers webhooks of Skyvern runs that have ended.",
    )
    def deliver(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        if "outbox" not in made:
            made["outbox"] = open_outbox(context.instance, settings, store, body_of)
        settled = reconcile(context.instance)
        runs = store or ArtifactStoreResource().store()
        finish_canceled(context.instance, runs)
        if tried := retry_due(context.instance, runs, QueueResumer(context.instance)):
            context.log.info(f"tried again: {', '.join(tried)}")
        report = made["outbox"].deliver_due(patience=_PATIENCE_SECONDS)
        if settled.lost:
            context.log.warning(f"runs whose process is gone: {', '.join(settled.lost)}")
        return dg.SkipReason(
            f"{report.pending} pending: {report.attempts} attempts, {report.delivered} delivered, "
            f"{report.given_up} given up"
        )

    return deliver


def open_outbox(
    instance: dg.DagsterInstance,
    settings: WebhookSettings | None = None,
    store: ArtifactStore | None = None,
    body_of: BodyOf | None = None,
) -> Outbox:
    """The outbox of this deployment, from the environment where nothing else is given."""
    store = store or ArtifactStoreResource().store()
    return Outbox(
        instance,
        store,
        ApiKeys(store, server_secret()),
        settings or WebhookSettings.from_environment(),
        body_of or functools.partial(answer_body, instance, store, PlainLinks(store)),
        locks=home_folder() / "locks",
    )
