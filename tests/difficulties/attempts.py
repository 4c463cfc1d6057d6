"""Trying a difficulty with a planner."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from skyvern_dagster.agent.executor import ActionExecutor
from skyvern_dagster.agent.guard import Guard
from skyvern_dagster.agent.loop import AgentLoop
from skyvern_dagster.agent.planner import Goal, Planner
from skyvern_dagster.agent.proof_text import shows
from skyvern_dagster.agent.request_guard import RequestGuard
from skyvern_dagster.agent.step import StepSummary
from skyvern_dagster.agent.step_artifacts import StepArtifacts
from skyvern_dagster.agent.task import TaskRequest
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.browser.navigation import goto
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.browser.session import BrowserSession
from skyvern_dagster.credentials.access import SecretAccess
from skyvern_dagster.credentials.declared_secrets import SecretDeclarations
from skyvern_dagster.credentials.redaction import Redactor
from skyvern_dagster.credentials.sources import EnvironmentSource
from skyvern_dagster.credentials.vault import SecretVault
from tests.difficulties.cases import Case


@dataclass(frozen=True)
class Attempt:
    """How it went; ``done`` is what the page says in the end, not what the planner says."""

    done: bool
    reason: str
    steps: list[StepSummary] = field(default_factory=list)


def attempt(
    runtime: BrowserRuntime, case: Case, planner: Planner, site_url: str, folder: Path
) -> Attempt:
    """One try in a session of its own."""
    return runtime.run(_attempt(runtime, case, planner, f"{site_url}/{case.name}", folder))


async def _attempt(
    runtime: BrowserRuntime, case: Case, planner: Planner, url: str, folder: Path
) -> Attempt:
    session = await BrowserSession.open(runtime, downloads_dir=folder)
    goal = Goal(navigation_goal=case.goal)
    request = TaskRequest(
        workflow_run_id="wr_1",
        block_key=case.name,
        block=case.name,
        iteration="",
        url=url,
        goal=goal,
        max_steps=8,
        max_retries_per_step=1,
        max_seconds=60,
    )
    vault = SecretVault(
        SecretDeclarations(), SecretAccess.of_operator(EnvironmentSource({})), Redactor()
    )
    requests = RequestGuard.of(url, goal, vault)
    loop = AgentLoop(
        request,
        session,
        planner,
        ActionExecutor(session, vault, home_url=url, goal=goal, requests=requests),
        StepArtifacts(ArtifactStore(folder), vault.redactor, request, print),
        lambda _: None,
        Guard(goal, requests),
    )
    try:
        await goto(session, url)
        ending = await loop.run()
        done = shows(await session.observe(), case.proof)
    finally:
        await session.close()
    return Attempt(done, f"{ending.status}: {ending.reason}", list(loop.steps))
