"""Doing something on the page of a run, where nothing is to be planned."""

from __future__ import annotations

from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.agent.planners.scripted import ScriptedPlanner
from skyvern_dagster.agent.task import SessionWork, TaskRequest, TaskResult
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.errors import BlockError


def on_page(
    context: BlockContext,
    label: str,
    work: SessionWork,
    *,
    blank_is_fine: bool = False,
    max_seconds: float | None = None,
) -> TaskResult:
    """Does work on the page that the browser is on.

    Args:
        label: The block's.
        blank_is_fine: Whether the block may be the first to use the browser.
        max_seconds: Longest time; else that of tasks.

    Raises:
        BlockError: No block before has opened a page.
        BrowserBrokenError: There is no browser on this machine, or it doesn't start.
    """
    if not context.is_on_page and not blank_is_fine:
        raise BlockError("no page is open: a block before this one has to open one (goto_url)")
    settings = context.services.agent
    request = TaskRequest(
        workflow_run_id=context.workflow_run_id,
        block_key=context.block_key,
        block=label,
        iteration=context.iteration,
        url=None,
        goal=Goal(),
        max_steps=1,
        max_retries_per_step=0,
        max_seconds=max_seconds or settings.max_seconds,
        trace=settings.trace,
        video=settings.video,
        headers=context.rendered_headers(),
        time_zone=context.time_zone,
        work=work,
    )
    return context.services.tasks.run_task(
        request,
        planner=ScriptedPlanner([]),
        vault=context.vault,
        state=context.state,
        fork=context.fork,
        hand_on=context.hand_on,
        log=context.log,
    )
