"""MiniWoB++ with the planner that needs no model: what it says of itself, and what the page says.

Run it with ``python -m benchmarks.miniwob_tasks [episodes per task] [task ...]``. The table has, by
kind of task, the episodes, those in which the planner said `completed`, those of them for which the
page gives its full reward, and all with the full reward. What was said falsely stands below it, and
makes the exit status 1. The suite asks for much that the planner was not made for (drawing,
counting shapes): there it is to say so.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from benchmarks.miniwob_pages import MiniwobServer, task_names
from skyvern_dagster.agent.executor import ActionExecutor
from skyvern_dagster.agent.guard import Guard
from skyvern_dagster.agent.loop import AgentLoop
from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.agent.planners.heuristic.planner import HeuristicPlanner
from skyvern_dagster.agent.request_guard import RequestGuard
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

START = """(seed) => {
  core.EPISODE_MAX_TIME = 600000;
  Math.seedrandom(String(seed));
  core.startEpisodeReal();
  return core.getUtterance();
}"""
OUTCOME = "() => [WOB_DONE_GLOBAL, WOB_RAW_REWARD_GLOBAL]"


@dataclass(frozen=True)
class Episode:
    """One task with one seed.

    Attributes:
        said: Whether the planner said `completed`.
        won: Whether the page gave its full reward.
        goal: What was asked for.
        reason: How it ended otherwise.
    """

    task: str
    seed: int
    said: bool
    won: bool
    goal: str
    reason: str

    @property
    def kind(self) -> str:
        """The first word of the task's name."""
        return self.task.partition("-")[0]


async def episode(
    session: BrowserSession, base: str, task: str, seed: int, folder: Path
) -> Episode:
    """What the planner makes of one episode."""
    url = f"{base}/miniwob/{task}.html"
    await goto(session, url)
    told = await session.page.evaluate(START, seed)
    text = told if isinstance(told, str) else str(told.get("utterance", ""))
    goal = Goal(navigation_goal=text)
    request = TaskRequest(
        workflow_run_id="wr_1",
        block_key="miniwob",
        block="miniwob",
        iteration="",
        url=url,
        goal=goal,
        max_steps=8,
        max_retries_per_step=2,
        max_seconds=40,
        trace="off",
    )
    vault = SecretVault(
        SecretDeclarations(), SecretAccess.of_operator(EnvironmentSource({})), Redactor()
    )
    requests = RequestGuard.of(url, goal, vault)
    loop = AgentLoop(
        request,
        session,
        HeuristicPlanner(),
        ActionExecutor(session, vault, home_url=url, goal=goal, requests=requests),
        StepArtifacts(ArtifactStore(folder), vault.redactor, request, print),
        lambda _: None,
        Guard(goal, requests),
    )
    ending = await loop.run()
    done, reward = await session.page.evaluate(OUTCOME)
    won = bool(done) and float(reward) >= 1.0
    said = ending.status == "completed"
    return Episode(task, seed, said, won, text, ending.reason or "")


def episodes(count: int, tasks: Sequence[str]) -> Iterator[Episode]:
    """Runs ``count`` of each."""
    with (
        MiniwobServer() as server,
        BrowserRuntime() as runtime,
        tempfile.TemporaryDirectory() as folder,
    ):
        for task in tasks:
            for seed in range(count):
                session = runtime.run(BrowserSession.open(runtime, downloads_dir=Path(folder)))
                one = runtime.run(episode(session, server.url, task, seed, Path(folder)))
                runtime.run(session.close())
                print(
                    f"  {task}/{seed}: said {one.said}, won {one.won} {one.reason[:150]}",
                    file=sys.stderr,
                )
                yield one


def main(count: int, tasks: Sequence[str]) -> int:
    """Prints the table."""
    every = sorted(episodes(count, tasks), key=lambda one: one.kind)
    print("| kind | episodes | said completed | of which right | reached |\n|---|---|---|---|---|")
    for kind, ran in groupby(every, key=lambda one: one.kind):
        print(_row(kind, list(ran)))
    print(_row("**all**", every))
    false = [one for one in every if one.said and not one.won]
    for one in false:
        print(f"\nfalsely completed: {one.task} with seed {one.seed}: {one.goal}")
    return 1 if false else 0


def _row(name: str, ran: Sequence[Episode]) -> str:
    said = [one for one in ran if one.said]
    right, won = sum(one.won for one in said), sum(one.won for one in ran)
    return f"| {name} | {len(ran)} | {len(said)} | {right} | {won} |"


if __name__ == "__main__":
    given = sys.argv[1:]
    number = int(given.pop(0)) if given and given[0].isdecimal() else 3
    sys.exit(main(number, given or task_names()))
