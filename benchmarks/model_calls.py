"""What a second visit costs: model calls, tokens and seconds, with recordings and without.

Run it with ``python -m benchmarks.model_calls``. One task (log in, open a list, download a record)
is done four times for four records; before the third visit, a link on the way is renamed. Another
one (log in, open the list, read it) is done four times, each time with other rows; before the third
visit, the list gets another column. The model is a loopback server that answers at once, so that
the seconds are those of everything else; tokens are characters / 4, and what begins like an earlier
request counts as cached.

The last table is of both tasks with a model that takes its time, as real ones do: two seconds a
call, or what ``--delay`` says.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skyvern_dagster.agent.choice import PlannerChoice, Replaying
from skyvern_dagster.agent.planner import Goal, Place, PlanRequest
from skyvern_dagster.agent.planners.llm.reply import answer_schema
from skyvern_dagster.agent.planners.llm.templates import prompt
from skyvern_dagster.agent.task import TaskRequest, TaskResult
from skyvern_dagster.agent.task_runner import TaskRunner
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.browser.observation import Node, Observation
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.credentials.access import SecretAccess
from skyvern_dagster.credentials.declared_secrets import SecretDeclarations
from skyvern_dagster.credentials.redaction import Redactor
from skyvern_dagster.credentials.sources import EnvironmentSource
from skyvern_dagster.credentials.vault import SecretVault
from skyvern_dagster.llm.loopback import ChatRequest, ModelServer, Says, Slow
from skyvern_dagster.texts.token_estimate import estimated_tokens
from tests.agent.records_desk import NUMBERS, RecordsDesk

VISITS = ("first", "same site", "link renamed", "same again")
READINGS = ("first", "other rows", "another column", "other rows again")
SKYVERN_FIXED, SKYVERN_STEP = 6_000, 19_223
"""Tokens of Skyvern's fixed prompt (about), and of one step, by its own documents."""
LOGIN = {
    "SKYVERN_CREDENTIAL_LOGIN_USERNAME": "bob",
    "SKYVERN_CREDENTIAL_LOGIN_PASSWORD": "correct-horse",
}


@dataclass(frozen=True)
class Visit:
    """What one visit took."""

    calls: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    seconds: float


class Model:
    """Knows the way; looks up refs in the page that it is shown, as a model does.

    Args:
        delay: Seconds that each answer takes.
    """

    def __init__(self, delay: float) -> None:
        self.number = ""
        self._delay = delay

    def __call__(self, request: ChatRequest) -> Slow:
        """Decides by what the page shows, in its time."""
        return Slow(self._delay, Says(self._decide(request)))

    def _decide(self, request: ChatRequest) -> dict[str, Any]:
        page = request.texts[-1]
        if "type=password" in page:
            return _decide(
                {"type": "input_text", "ref": request.ref("User"), "text": "secret://login/username"},
                {"type": "input_text", "ref": request.ref("Password"), "text": "secret://login/password"},
                {"type": "click", "ref": request.ref("Sign in")},
            )  # fmt: skip
        if not self.number and "Your records" in page:
            return _decide({"type": "extract", "data": _rows(page)}, {"type": "complete"})
        if self.number and self.number in page.partition("Your records")[2]:
            line = next(line for line in page.splitlines() if self.number in line and "PDF" in line)
            return _decide({"type": "download", "ref": line.split('"PDF" [')[1].split("]")[0]})
        name = "Records" if '"Records"' in page else "Files"
        return _decide({"type": "click", "ref": request.ref(name)})


def visits(replaying: Replaying, *, reads: bool, delay: float = 0, most: int = 4) -> list[Visit]:
    """The first visits of one of the tasks."""
    model = Model(delay)
    found = []
    with (
        tempfile.TemporaryDirectory() as folder,
        BrowserRuntime() as runtime,
        RecordsDesk() as site,
        ModelServer([model] * 99) as server,
    ):
        # Neither the browser's start nor loading the client belongs to a visit.
        runtime.run(runtime.browser())
        importlib.import_module("openai")
        store = ArtifactStore(Path(folder))
        desk = TaskRunner(runtime, store)
        choice = PlannerChoice(model=server.settings(), store=store, replaying=replaying)
        for visit, number in enumerate(NUMBERS[:most]):
            if reads:
                site.numbers = tuple(f"R-{visit}{row}" for row in range(100, 100 + 5 * visit + 5))
                site.columns = ("No", "Day", "Room")[: 2 if visit < 2 else 3]
            else:
                site.menu = "Records" if visit < 2 else "Files"
                model.number = number
            started = time.monotonic()
            result = _task(desk, choice, site.url, model.number)
            if reads and len(result.extracted_information) != len(site.numbers):
                sys.exit(f"visit {visit} read {result.extracted_information}")
            found.append(_visit(result, time.monotonic() - started))
    return found


def _task(desk: TaskRunner, choice: PlannerChoice, url: str, number: str) -> TaskResult:
    vault = SecretVault(
        SecretDeclarations(credentials={"login": ()}),
        SecretAccess.of_operator(EnvironmentSource(LOGIN)),
        Redactor(),
    )
    login = {"login": vault.payload("login")}
    goal = Goal(
        navigation_goal="Download the PDF of the record with the given number",
        payload={**login, "number": number},
        complete_on_download=True,
    )
    if not number:
        goal = Goal("Log in and open the records", "All records: number and day", payload=login)
    request = TaskRequest(
        workflow_run_id="wr_1",
        block_key=number or "read",
        block="fetch",
        iteration="",
        url=url,
        goal=goal,
        max_steps=8,
        max_retries_per_step=2,
        max_seconds=120,
        place=Place("wpid_1", "fetch", {"number": number} if number else {}),
    )
    result = desk.run_task(
        request,
        planner=choice.named("llm"),
        vault=vault,
        state=None,
        fork=False,
        hand_on="nothing",
        log=lambda _: None,
    )
    if result.status != "completed":
        sys.exit(f"{number}: {result.failure_reason}")
    return result


def _visit(result: TaskResult, seconds: float) -> Visit:
    steps = result.steps
    return Visit(
        calls=sum(step.model_calls for step in steps),
        input_tokens=sum(step.input_tokens for step in steps),
        cached_tokens=sum(step.cached_tokens for step in steps),
        output_tokens=sum(step.output_tokens for step in steps),
        seconds=seconds,
    )


def _decide(*decisions: dict[str, Any]) -> dict[str, Any]:
    return {"why": "the way to the record", "decisions": list(decisions)}


def _rows(page: str) -> list[dict[str, str]]:
    rows = [line.strip().split(" | ") for line in page.splitlines() if " | " in line]
    lines = [row for row in rows if row[0] != "No"]
    return [{"number": line[0], "day": line[1]} for line in lines]


def main() -> None:
    """Prints the tables, their ratios, and the size of the fixed prompt."""
    parser = argparse.ArgumentParser(description="Model calls, tokens and seconds of four visits")
    parser.add_argument("--delay", type=float, default=2.0, help="seconds of a slow model's answer")
    delay: float = parser.parse_args().delay
    first = [
        _compare("download", VISITS, reads=False),
        _compare("read", READINGS, reads=True),
    ]
    request = PlanRequest(Goal(data_extraction_goal="x"), Observation("", "", Node("document")))
    schema = json.dumps(answer_schema(request))
    fixed = estimated_tokens(prompt("system") + schema)
    step = sum(visit.input_tokens for visit in first) / sum(visit.calls for visit in first)
    print(f"fixed prompt, form of the answer included: {fixed} tokens (Skyvern: {SKYVERN_FIXED})")
    print(f"one step here: {step:.0f} tokens (one of Skyvern's documents: {SKYVERN_STEP})\n")
    _second_visits(delay)


def _compare(task: str, labels: tuple[str, ...], *, reads: bool) -> Visit:
    """Prints the visits with recordings and without; gives the first one."""
    kinds: tuple[tuple[str, Replaying], ...] = (("with recordings", "model"), ("without", "off"))
    totals, found = {}, []
    for name, replaying in kinds:
        found = visits(replaying, reads=reads)
        header = f"{task}, {name}"
        print(f"{header:<26}{'calls':>6}{'input':>8}{'cached':>8}{'output':>8}{'seconds':>9}")
        for label, visit in zip(labels, found, strict=True):
            print(
                f"  {label:<24}{visit.calls:>6}{visit.input_tokens:>8}{visit.cached_tokens:>8}"
                f"{visit.output_tokens:>8}{visit.seconds:>9.2f}"
            )
        totals[name] = sum(visit.input_tokens + visit.output_tokens for visit in found)
    ratio = totals["with recordings"] / totals["without"]
    print(f"tokens with recordings / without, over the four visits: {ratio:.2f}\n")
    return found[0]


def _second_visits(delay: float) -> None:
    """Prints what a model that takes its time costs on the first visit and on the second."""
    print(f"{f'{delay:g} s a call':<26}{'calls':>6}{'tokens':>8}{'seconds':>9}")
    for task, reads in (("download", False), ("read", True)):
        first, second = visits("model", reads=reads, delay=delay, most=2)
        for label, visit in (("first visit", first), ("second visit", second)):
            tokens = visit.input_tokens + visit.output_tokens
            print(f"  {f'{task}, {label}':<24}{visit.calls:>6}{tokens:>8}{visit.seconds:>9.2f}")
        print(f"  {task}: {1 - second.seconds / first.seconds:.0%} faster")


if __name__ == "__main__":
    main()
