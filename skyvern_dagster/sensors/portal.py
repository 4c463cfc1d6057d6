"""A sensor that looks at a portal cheaply and asks for a run when something has changed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import dagster as dg
from pydantic import BaseModel, ConfigDict, ValidationError

from skyvern_dagster.agent.decisions import Complete
from skyvern_dagster.agent.planners.scripted import ScriptedPlanner
from skyvern_dagster.artifacts.run_keys import StepKeys
from skyvern_dagster.blocks.block import Block
from skyvern_dagster.blocks.task import TaskBlock
from skyvern_dagster.compiler.job import asset_resources
from skyvern_dagster.errors import RunError
from skyvern_dagster.execution.host import NoHost
from skyvern_dagster.execution.run import WorkflowRun
from skyvern_dagster.execution.scope import Scope
from skyvern_dagster.resources.services import RESOURCE_KEYS, services
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
        probe: For instance :func:`page_probe` or :func:`workflow_probe`, or a function of your own.
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
    blocks = _first_blocks(workflow, until)
    values = check_parameters(workflow.definition, dict(parameters))

    def probe(context: dg.SensorEvaluationContext) -> Any:
        with _run(workflow, context) as run:
            after = _carried_out(run, blocks, run.open(values))
        output = after.outputs.get(until)
        return output.get("extracted_information") if isinstance(output, dict) else output

    return probe


def page_probe(
    workflow: Workflow, parameters: Mapping[str, Any], *, until: str, pattern: str = ""
) -> Probe:
    r"""Looks at the page that a workflow's first blocks lead to: the cheapest look there is.

    Nothing is extracted, so that a way which is recorded is gone without asking a model (see the
    page on recordings; a way that needs no model is gone without one anyway). The first look, and
    one after the portal was rebuilt, may ask a model, and leaves a recording.

    Args:
        until: Label of the task that leads to the page; what it would extract is left out.
        pattern: Regular expression for what counts on the page, for instance the numbers of
            orders: ``R-\d+``. Without one, all that the page shows.

    Raises:
        ParameterError: The parameters don't fit the workflow.
        RunError: There is no such task, or the pattern is none; when looking, it wasn't reached.

    Example:
        .. code-block:: python

            probe = page_probe(workflow, values, until="find_orders", pattern=r"R-\d+")
            sensor = build_portal_change_sensor(job, probe, run_config=run_config)
    """
    *before, last = _first_blocks(workflow, until)
    if not isinstance(last, TaskBlock):
        raise RunError(f"block {until!r} of workflow {workflow.name!r} is no task")
    way = last.model_copy(
        # Another label: the recording of the whole task is not this one's.
        update={"label": f"{until}__way", "data_extraction_goal": None, "data_schema": None}
    )
    values = check_parameters(workflow.definition, dict(parameters))
    try:
        counts = re.compile(pattern)
    except re.error as error:
        raise RunError(f"pattern {pattern!r} is no regular expression: {error}") from error

    def probe(context: dg.SensorEvaluationContext) -> list[str]:
        with _run(workflow, context) as run:
            scope = _carried_out(run, [*before, way], run.open(values), followed_by=[_LOOK])
            # What has no goal needs nobody to plan.
            services = replace(run.services, planner=ScriptedPlanner([[Complete()]]))
            scope = _carried_out(replace(run, services=services), [_LOOK], scope)
            text = _page_text(run, scope)
        return [match.group() for match in counts.finditer(text)] if pattern else text.splitlines()

    return probe


_LOOK = TaskBlock(block_type="task", label="look")
"""Begins where the browser is, and ends at once: its record has the page."""


def _first_blocks(workflow: Workflow, until: str) -> list[Block]:
    labels = [block.label for block in workflow.definition.blocks]
    if until not in labels:
        raise RunError(f"workflow {workflow.name!r} has no block {until!r} at its top level")
    return workflow.definition.blocks[: labels.index(until) + 1]


@contextmanager
def _run(workflow: Workflow, context: dg.SensorEvaluationContext) -> Iterator[WorkflowRun]:
    """A run without Dagster, with resources of its own and a browser that is closed at the end."""
    resources = SimpleNamespace(
        **{key: asset_resources()[key].model_copy() for key in RESOURCE_KEYS}
    )
    try:
        host = NoHost(write=context.log.info)
        yield WorkflowRun(workflow, services(resources), host)
    finally:
        resources.browser.close()


def _carried_out(
    run: WorkflowRun,
    blocks: Sequence[Block],
    scope: Scope,
    *,
    followed_by: Sequence[Block] = (),
) -> Scope:
    """The scope after blocks that must all complete.

    Raises:
        RunError: One didn't.
    """
    after, ending = run.carry_out(scope, blocks, followed_by=followed_by)
    if ending.status != "completed":
        raise RunError(f"looking at the portal {ending.status}: {ending.reason}")
    return after


def _page_text(run: WorkflowRun, scope: Scope) -> str:
    record = run.runner.records(scope).read(_LOOK.label)
    picture = record.outcome.steps[-1].screenshot if record and record.outcome.steps else None
    if picture is None:
        raise RunError("looking at the portal gave no page")
    seen = run.services.artifacts.read(StepKeys.beside(picture).observation)
    return seen.decode(errors="replace").partition("\n\n")[2]


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
