"""A sensor that looks at a portal cheaply and asks for a run when something has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import dagster as dg
from pydantic import BaseModel, ConfigDict, ValidationError

from skyvern_dagster.compiler.job import asset_resources
from skyvern_dagster.errors import RunError
from skyvern_dagster.execution.runner import Runner, new_scope
from skyvern_dagster.resources import RESOURCE_KEYS, services
from skyvern_dagster.workflow.loader import Workflow
from skyvern_dagster.workflow.values import check_parameters

Probe = Callable[[dg.SensorEvaluationContext], Any]
"""Gives something JSON-like that differs when the portal has something new."""


class PortalCursor(BaseModel):
    """What the sensor remembers.

    Attributes:
        fingerprint: Of what the last look saw.
        changes: How many changes there were: part of the run key, so that a portal which goes back
            to what it was asks for a run, too.
    """

    model_config = ConfigDict(frozen=True)

    fingerprint: str = ""
    changes: int = 0


def build_portal_change_sensor(
    job: Any,
    probe: Probe,
    *,
    name: str = "portal_change_sensor",
    run_config: Mapping[str, Any] | None = None,
    run_at_first: bool = True,
    minimum_interval_seconds: int = 900,
    default_status: dg.DefaultSensorStatus = dg.DefaultSensorStatus.STOPPED,
) -> dg.SensorDefinition:
    """Asks for a run whenever a probe gives something else than the last time.

    The cursor moves together with the request: after a crash in between, the same change asks again
    with the same run key, which Dagster answers with the run that is there. A probe that fails is a
    failed tick, and the cursor stays.

    Args:
        job: What runs; partitioned jobs need ``run_config`` and a schedule instead.
        probe: For instance :func:`workflow_probe`, or a function of your own.
        run_at_first: Whether the very first look asks for a run, or only remembers.

    Example:
        .. code-block:: python

            probe = workflow_probe(workflow, {"website_url": url}, until="find_orders")
            sensor = build_portal_change_sensor(job, probe, run_config=run_config)
    """

    def look(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        before = read_cursor(context.cursor)
        seen = fingerprint(probe(context))
        if seen == before.fingerprint:
            return dg.SkipReason("nothing has changed")
        now = PortalCursor(fingerprint=seen, changes=before.changes + 1)
        is_first = not before.fingerprint
        wanted = [] if is_first and not run_at_first else [
            dg.RunRequest(run_key=f"{now.changes}-{seen[:16]}", run_config=dict(run_config or {}))
        ]  # fmt: skip
        return dg.SensorResult(run_requests=wanted, cursor=now.model_dump_json())

    return dg.SensorDefinition(
        name=name,
        evaluation_fn=look,
        job=job,
        minimum_interval_seconds=minimum_interval_seconds,
        default_status=default_status,
    )


def workflow_probe(workflow: Workflow, parameters: Mapping[str, Any], *, until: str) -> Probe:
    """Looks by running a workflow's first blocks, without a Dagster run.

    Args:
        until: Label of the last block to run, a task that extracts what is to be compared: the
            list of orders, their number. Let it be quick: a tick has a minute.

    Raises:
        ParameterError: The parameters don't fit the workflow.
        RunError: There is no such block; when looking, the block didn't complete.
    """
    labels = [block.label for block in workflow.definition.blocks]
    if until not in labels:
        raise RunError(f"workflow {workflow.name!r} has no block {until!r} at its top level")
    values = check_parameters(workflow.definition, dict(parameters))
    blocks = workflow.definition.blocks[: labels.index(until) + 1]

    def probe(context: dg.SensorEvaluationContext) -> Any:
        with ExitStack() as stack:
            resources = SimpleNamespace(
                **{key: asset_resources()[key].model_copy() for key in RESOURCE_KEYS}
            )
            stack.callback(resources.browser.close)
            runner = Runner(workflow, services(resources), context.log.info)
            after = runner.run_sequence(blocks, new_scope(workflow, values))
        if after.ended is not None:
            raise RunError(f"looking at the portal {after.ended}: {after.ended_reason}")
        output = after.outputs.get(until)
        return output.get("extracted_information") if isinstance(output, dict) else output

    return probe


def fingerprint(seen: Any) -> str:
    """Digest of what a probe saw."""
    text = json.dumps(seen, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def read_cursor(text: str | None) -> PortalCursor:
    """The cursor; one that can't be read counts as none, and asks for a run."""
    try:
        return PortalCursor.model_validate_json(text) if text else PortalCursor()
    except ValidationError:
        return PortalCursor()
