"""One task on one page of the test site, with a scripted planner."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from skyvern_dagster.agent.planner import Goal, Planner
from skyvern_dagster.agent.planners.scripted import ScriptedPlanner, ScriptStep
from skyvern_dagster.agent.task import HandOn, TaskRequest, TaskResult
from skyvern_dagster.agent.task_runner import TaskRunner
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.credentials.access import SecretAccess
from skyvern_dagster.credentials.declared_secrets import SecretDeclarations
from skyvern_dagster.credentials.redaction import Redactor
from skyvern_dagster.credentials.sources import EnvironmentSource
from skyvern_dagster.credentials.vault import SecretVault

PASSWORD = "Zq7-Planted-Secret"
REQUEST = TaskRequest(
    workflow_run_id="wr_1",
    block_key="errand",
    block="errand",
    iteration="",
    url=None,
    goal=Goal(),
    max_steps=4,
    max_retries_per_step=2,
    max_seconds=60,
)


@dataclass
class Errand:
    """Runs tasks and keeps what they log."""

    tasks: TaskRunner
    store: ArtifactStore
    site_url: str
    lines: list[str] = field(default_factory=list)
    vault: SecretVault = field(
        default_factory=lambda: SecretVault(
            SecretDeclarations(credentials={"login": ()}),
            SecretAccess.of_operator(
                EnvironmentSource(
                    {
                        "SKYVERN_CREDENTIAL_LOGIN_USERNAME": "bob",
                        "SKYVERN_CREDENTIAL_LOGIN_PASSWORD": PASSWORD,
                    }
                )
            ),
            Redactor(),
        )
    )

    def script(self, page: str | None, steps: Iterable[ScriptStep], **changes: Any) -> TaskResult:
        """Runs a script on a page; ``changes`` are those of the request and the goal."""
        return self.plan(page, ScriptedPlanner(steps), **changes)

    def plan(
        self,
        page: str | None,
        planner: Planner,
        *,
        state: str | None = None,
        fork: bool = False,
        hand_on: HandOn = "nothing",
        goal: Goal | None = None,
        **changes: Any,
    ) -> TaskResult:
        """Runs a planner on a page."""
        url = None if page is None else self.site_url + page
        request = replace(REQUEST, url=url, goal=goal or Goal(), **changes)
        result = self.tasks.run_task(
            request,
            planner=planner,
            vault=self.vault,
            state=state,
            fork=fork,
            hand_on=hand_on,
            log=self.lines.append,
        )
        self.tasks.recordings.finish()
        return result
