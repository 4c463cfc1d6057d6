"""Dagster as the host of a run: its run's tags, its log, its ids."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import dagster as dg

from skyvern_dagster.compiler.browser_executor import browser_executor
from skyvern_dagster.compiler.dagster_internals import add_run_tags
from skyvern_dagster.compiler.login_hold import hold_logins
from skyvern_dagster.compiler.resuming import goes_on, goes_on_by_hand, is_resumed
from skyvern_dagster.execution import tags
from skyvern_dagster.execution.run import WorkflowRun
from skyvern_dagster.execution.scope import Scope
from skyvern_dagster.process.identity import process_tag
from skyvern_dagster.resources.services import services
from skyvern_dagster.workflow.loader import Workflow

_OF_ONE_PROCESS = (browser_executor.name, dg.in_process_executor.name)


class DagsterHost:
    """A run as the op that is being executed sees it; see ``RunHost``.

    Args:
        context: Of the op.
    """

    def __init__(self, context: dg.OpExecutionContext) -> None:
        self._context = context
        self._run = context.run
        self._current: Mapping[str, str] | None = None

    @property
    def attempt(self) -> str:
        """Dagster's run id."""
        return self._run.run_id

    @property
    def tags(self) -> Mapping[str, str]:
        """The run's tags; an op's own copy of the run is as old as the run's process."""
        if self._run.tags.get(tags.ATTEMPT) == self._run.run_id:
            return self._run.tags
        if self._current is None:
            run = self._context.instance.get_run_by_id(self._run.run_id)
            self._current = self._run.tags if run is None else run.tags
        return self._current

    @property
    def goes_on(self) -> bool:
        """Whether this is the run that its tags name, or a continuation of it."""
        return self._run.parent_run_id is None or goes_on(self._run)

    @property
    def ancestors(self) -> tuple[Mapping[str, str], ...]:
        """The tags of the run that this one re-executes, and of the first of them all."""
        ids = dict.fromkeys(filter(None, (self._run.parent_run_id, self._run.root_run_id)))
        runs = (self._context.instance.get_run_by_id(run_id) for run_id in ids)
        return tuple(run.tags for run in runs if run is not None)

    @property
    def approved(self) -> bool:
        """Whether it was re-executed from failure, and not by Dagster's own retries."""
        return goes_on_by_hand(self._run)

    def log(self, line: str) -> None:
        """Into the run's log."""
        self._context.log.info(line)

    def tag(self, tags: Mapping[str, str]) -> None:
        """Onto Dagster's run."""
        add_run_tags(self._context.instance, self._run.run_id, tags)
        self._current = {**self.tags, **tags}


def dagster_run(
    context: dg.OpExecutionContext, workflow: Workflow, resources: Any = None
) -> WorkflowRun:
    """The run that an op belongs to.

    Args:
        resources: What has the resources as attributes; the op's own when left out.
    """
    return WorkflowRun(
        workflow,
        services(context.resources.skyvern_services if resources is None else resources),
        DagsterHost(context),
        reuse=is_resumed(context),
    )


def adopted_run(context: dg.OpExecutionContext, workflow: Workflow, scope: Scope) -> WorkflowRun:
    """As :func:`dagster_run`, for an op that goes on with the scope of an op before it."""
    run = dagster_run(context, workflow)
    run.adopt(scope)
    hold_logins(context, workflow, scope.parameters)
    return run


def tag_process(context: dg.OpExecutionContext) -> None:
    """Tags a run with its process, where there is only one: by it a run is known to be lost."""
    if context.job_def.executor_def.name in _OF_ONE_PROCESS:
        process = {tags.PROCESS: process_tag(os.getpid())}
        add_run_tags(context.instance, context.run.run_id, process)
