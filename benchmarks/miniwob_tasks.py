"""MiniWoB++ with the planner that needs no model: how often it reaches the goal, by kind of task.

Run it with ``python -m benchmarks.miniwob_tasks [episodes per task] [task ...]``. An episode is a
success when the page gives the full reward. The suite asks for much that the planner was not made
for (drawing, counting shapes, reading a date picker): it is here to see what changes, and what a
planner with a model would have to add.
"""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
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
from skyvern_dagster.credentials.redaction import Redactor
from skyvern_dagster.credentials.sources import EnvironmentSource
from skyvern_dagster.credentials.vault import SecretDeclarations, SecretVault

START = """(seed) => {
  core.EPISODE_MAX_TIME = 600000;
  Math.seedrandom(String(seed));
  core.startEpisodeReal();
  return core.getUtterance();
}"""
OUTCOME = "() => [WOB_DONE_GLOBAL, WOB_RAW_REWARD_GLOBAL]"


async def episode(session: BrowserSession, url: str, seed: int, folder: Path) -> bool:
    """Whether the planner earns the reward of one episode."""
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
        trace=False,
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
    await loop.run()
    done, reward = await session.page.evaluate(OUTCOME)
    return bool(done) and float(reward) >= 1.0


def kind_of(task: str) -> str:
    """The first word of a task's name, which is its kind."""
    return task.partition("-")[0]


def main(episodes: int, tasks: list[str]) -> None:
    """Runs the suite and prints the table."""
    wins: dict[str, list[bool]] = defaultdict(list)
    with (
        MiniwobServer() as server,
        BrowserRuntime() as runtime,
        tempfile.TemporaryDirectory() as folder,
    ):
        for task in tasks:
            url = f"{server.url}/miniwob/{task}.html"
            for seed in range(episodes):
                session = runtime.run(BrowserSession.open(runtime, downloads_dir=Path(folder)))
                won = runtime.run(episode(session, url, seed, Path(folder)))
                runtime.run(session.close())
                wins[task].append(won)
            print(f"  {task:<28}{sum(wins[task])}/{episodes}", file=sys.stderr)
    kinds: dict[str, list[bool]] = defaultdict(list)
    for task, results in wins.items():
        kinds[kind_of(task)] += results
    print(f"{'kind':<14}{'episodes':>9}{'reached':>9}{'share':>8}")
    for kind in sorted(kinds):
        reached = sum(kinds[kind])
        print(f"{kind:<14}{len(kinds[kind]):>9}{reached:>9}{reached / len(kinds[kind]):>8.0%}")
    every = [won for results in wins.values() for won in results]
    print(f"{'all':<14}{len(every):>9}{sum(every):>9}{sum(every) / len(every):>8.0%}")


if __name__ == "__main__":
    given = sys.argv[1:]
    count = int(given.pop(0)) if given and given[0].isdecimal() else 3
    main(count, given or task_names())
