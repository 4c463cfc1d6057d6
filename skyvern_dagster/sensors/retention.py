"""A sensor that removes what runs have left behind, as the retention policy says."""

from __future__ import annotations

import dagster as dg

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.resources.artifact_store import ArtifactStoreResource
from skyvern_dagster.runs.cleaning import Cleaner
from skyvern_dagster.runs.retention_policy import RetentionPolicy, read_policy

_PATIENCE_SECONDS = 30.0
"""Dagster ends a sensor's evaluation after a minute; what is left is for the next one."""


def build_retention_sensor(
    *,
    name: str = "skyvern_retention",
    minimum_interval_seconds: int = 3600,
    policy: RetentionPolicy | None = None,
    store: ArtifactStore | None = None,
    default_status: dg.DefaultSensorStatus = dg.DefaultSensorStatus.RUNNING,
) -> dg.SensorDefinition:
    """A sensor that does what ``skyvern-dagster clean`` does, once an hour.

    Args:
        name: Of the sensor.
        minimum_interval_seconds: Between two evaluations.
        policy: How long what is kept; the file's by default (docs/how-to/retention.md).
        store: The runs' artifact store; ``SKYVERN_ARTIFACT_STORE`` or ``artifacts/`` under
            ``DAGSTER_HOME`` by default.
        default_status: Whether it is switched on in a new deployment.

    Example:
        .. code-block:: python

            defs = dg.Definitions(sensors=[build_retention_sensor()])
    """

    @dg.sensor(
        name=name,
        minimum_interval_seconds=minimum_interval_seconds,
        default_status=default_status,
        description="Removes what Skyvern runs have left behind, once it is old enough.",
    )
    def clean(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        cleaner = Cleaner(
            context.instance,
            store or ArtifactStoreResource().store(),
            policy or read_policy(),
            patience=_PATIENCE_SECONDS,
        )
        report = cleaner.clean()
        rest = "" if report.is_complete else "; the rest the next time"
        return dg.SkipReason(
            f"removed {sum(report.files.values())} files of {report.runs} runs "
            f"({report.freed // 1_000_000} MB){rest}"
        )

    return clean
