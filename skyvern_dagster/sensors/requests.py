"""A sensor that turns request files into runs, each exactly once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import dagster as dg

from skyvern_dagster.compiler.config import run_config
from skyvern_dagster.errors import ParameterError
from skyvern_dagster.sensors.request_bucket import RequestBucket
from skyvern_dagster.sensors.request_files import (
    Request,
    RequestFolder,
    RequestPlace,
    read_requests,
)
from skyvern_dagster.workflow.loader import Workflow

RUN_KEY_TAG = "dagster/run_key"
SENSOR_TAG = "dagster/sensor_name"
_TICK_SECONDS = 30.0
"""Dagster ends a tick after a minute; putting a thousand objects away takes longer."""


def build_invoice_request_sensor(
    workflow: Workflow,
    job: Any,
    folder: str,
    *,
    name: str = "invoice_request_sensor",
    minimum_interval_seconds: int = 30,
    requests_per_tick: int = 200,
    settle_seconds: float = 2.0,
    default_status: dg.DefaultSensorStatus = dg.DefaultSensorStatus.STOPPED,
) -> dg.SensorDefinition:
    """One run per request in the JSON and CSV files of a folder or S3 prefix.

    A request's run key is a digest of its parameters, so that the same request in two files is one
    run. A file stays where it is until the instance has a run for each of its requests; then it
    goes to ``processed/``. So nothing is lost or done twice when the daemon dies at any moment: the
    folder and the instance are all the state there is. A file with a mistake goes to
    ``quarantine/`` with the reason beside it, and the others go on.

    Args:
        workflow: Says which parameters there are.
        job: Its job, as :func:`~skyvern_dagster.build_job` makes it.
        folder: Local folder or ``s3://bucket/prefix`` (extra ``aws``).
        requests_per_tick: The rest waits for the next tick: a tick must end within a minute.
        settle_seconds: Files that were changed since wait, too.

    Example:
        .. code-block:: python

            workflow = load_workflow("workflows/invoice_retrieval.yaml")
            job = build_job(workflow)
            sensor = build_invoice_request_sensor(workflow, job, "/srv/invoice-requests")
            defs = dg.Definitions(jobs=[job], sensors=[sensor])
    """
    waiting = request_place(folder, settle_seconds)

    def look(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        asked: dict[str, Request] = {}
        until = time.monotonic() + _TICK_SECONDS
        for path in waiting.files():
            if len(asked) >= requests_per_tick or time.monotonic() > until:
                break
            try:
                requests = read_requests(path.read_bytes(), path.name, workflow.definition)
            except ParameterError as error:
                waiting.quarantine(path, str(error))
                context.log.error(f"{path.name} is put into quarantine: {error}")
                continue
            missing = [each for each in requests if not _has_run(context, name, each)]
            if missing:
                asked |= {each.key: each for each in missing}
            else:
                waiting.done(path)
        if not asked:
            yield dg.SkipReason(f"no new request in {folder}")
        for request in asked.values():
            yield dg.RunRequest(run_key=request.key, run_config=run_config(request.parameters))

    return dg.SensorDefinition(
        name=name,
        evaluation_fn=look,
        job=job,
        minimum_interval_seconds=minimum_interval_seconds,
        default_status=default_status,
        description=f"Runs {workflow.name} for the requests in {folder}.",
    )


def request_place(folder: str, settle_seconds: float = 2.0) -> RequestPlace[Any]:
    """Where the requests are.

    Args:
        folder: Local folder or ``s3://bucket/prefix``.
        settle_seconds: As :class:`~skyvern_dagster.sensors.request_files.RequestFolder` has it.

    Raises:
        RunError: The URL names no bucket.
    """
    if folder.startswith("s3://"):
        return RequestBucket(folder)
    return RequestFolder(folder, settle_seconds=settle_seconds)


def _has_run(context: dg.SensorEvaluationContext, sensor: str, request: Request) -> bool:
    tags = {RUN_KEY_TAG: request.key, SENSOR_TAG: sensor}
    return bool(context.instance.get_runs(dg.RunsFilter(tags=tags), limit=1))
