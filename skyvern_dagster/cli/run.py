"""``skyvern-dagster run`` and ``resume``: a run on this machine, followed to its end."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from skyvern_dagster.cli.progress import ProgressView
from skyvern_dagster.errors import ParameterError
from skyvern_dagster.process.clock import utc_now
from skyvern_dagster.process.forked_process import FORKING, can_fork
from skyvern_dagster.process.quick_imports import quick_imports
from skyvern_dagster.process.run_process import PreparedProcess, prepared_process
from skyvern_dagster.runs.preloading import import_each
from skyvern_dagster.runs.process import AHEAD

if TYPE_CHECKING:
    from skyvern_dagster.runs.run_answer import WorkflowRunAnswer
    from skyvern_dagster.runs.stopping import StopSignals


def run_file(
    file: Path, parameters: Sequence[str], *, as_json: bool, downloads: Path | None
) -> int:
    """Runs a definition and prints the answer.

    Returns:
        Exit status: 0 completed, 1 failed, 3 terminated, 4 completed but for some items, 5
        waits for a person, 130 canceled.

    Raises:
        SkyvernDagsterError: The definition or a parameter is wrong, or the run can't be started.
    """
    given = parse_parameters(parameters)
    with _prepared() as prepared:
        from skyvern_dagster.runs.local import LocalRun
        from skyvern_dagster.workflow.loader import load_workflow

        workflow = load_workflow(file)
        for finding in workflow.warnings:
            sys.stderr.write(f"{finding}\n")
        local = LocalRun.start(workflow, str(file), given, prepared)
    return follow(local, as_json=as_json, downloads=downloads)


def resume_run(run_id: str, *, as_json: bool, downloads: Path | None) -> int:
    """Re-executes a run from its failure and prints the answer.

    Raises:
        SkyvernDagsterError: There is no such run, or it can't be resumed.
    """
    with _prepared() as prepared:
        from skyvern_dagster.runs.local import LocalRun

        local = LocalRun.resume(run_id, prepared)
    return follow(local, as_json=as_json, downloads=downloads)


def answer_run(run_id: str, *, approved: bool, as_json: bool, downloads: Path | None) -> int:
    """Answers a run that waits for a person, and goes on with it.

    Raises:
        SkyvernDagsterError: There is no such run, or it waits for nobody.
    """
    with _prepared() as prepared:
        from skyvern_dagster.runs.local import LocalRun

        local = LocalRun.answer(run_id, approved=approved, prepared=prepared)
    return follow(local, as_json=as_json, downloads=downloads)


@contextmanager
def _prepared() -> Iterator[PreparedProcess | None]:
    """A process for the run, and here what it takes to start and to follow one.

    Both need the same: where this process can be forked, it is imported once, in half of the
    processor's time. Else two processes import it side by side.

    Raises:
        RunError: The process can't be started.
    """
    if not can_fork():
        with prepared_process() as prepared:
            with quick_imports():
                import_each(("skyvern_dagster.runs.local",))
            yield prepared
        return
    with quick_imports():
        import_each(("skyvern_dagster.runs.local", *AHEAD))
    FORKING.is_quicker = True
    with prepared_process() as prepared:
        yield prepared


def follow(local: object, *, as_json: bool, downloads: Path | None) -> int:
    """Shows progress until the run has ended, then its answer."""
    from skyvern_dagster.execution.ending import missing
    from skyvern_dagster.runs.local import LocalRun, copy_downloads, give_up_retry
    from skyvern_dagster.runs.status import EXIT_CODES, EXIT_INCOMPLETE
    from skyvern_dagster.runs.stopping import stop_signals

    assert isinstance(local, LocalRun)
    console = Console(stderr=True)
    with stop_signals() as signals:
        console.print(f"run [bold]{local.workflow_run_id}[/]", highlight=False)
        with ProgressView(console) as view:
            answer = local.wait(view.show, signals)
            while (due := answer.next_attempt_at) is not None:
                if not _waited(console, due, signals):
                    give_up_retry(answer.workflow_run_id)
                    break
                local = LocalRun.resume(answer.workflow_run_id, is_retry=True)
                answer = local.wait(view.show, signals)
    if downloads is not None:
        copied = copy_downloads(answer.workflow_run_id, downloads)
        console.print(f"{len(copied)} files copied to {escape(str(downloads))}", highlight=False)
    if as_json:
        sys.stdout.write(answer.model_dump_json(indent=2) + "\n")
    _print_ending(console, answer)
    if answer.status == "completed" and missing(answer.unfinished_items):
        return EXIT_INCOMPLETE
    return EXIT_CODES.get(answer.status, 1)


def _waited(console: Console, due: datetime, signals: StopSignals) -> bool:
    """Waits for the time of the next attempt; false where somebody interrupts that."""
    seconds = (due - utc_now()).total_seconds()
    console.print(f"tried again in {max(seconds, 0):.0f} s", highlight=False)
    while (seconds := (due - utc_now()).total_seconds()) > 0 and not signals.count:
        time.sleep(min(seconds, 0.2))
    return not signals.count


def parse_parameters(pairs: Sequence[str]) -> dict[str, str]:
    """``KEY=VALUE`` texts as a mapping.

    Raises:
        ParameterError: One has no ``=``, or a key stands twice.
    """
    parameters: dict[str, str] = {}
    for pair in pairs:
        key, separator, value = pair.partition("=")
        if not separator or not key:
            raise ParameterError(f"-p {pair!r}: write KEY=VALUE")
        if key in parameters:
            raise ParameterError(f"-p {key}: given twice")
        parameters[key] = value
    return parameters


def _print_ending(console: Console, answer: WorkflowRunAnswer) -> None:
    from skyvern_dagster.execution.ending import missing

    reason = f": {escape(answer.failure_reason)}" if answer.failure_reason else ""
    console.print(f"run [bold]{answer.workflow_run_id}[/] {answer.status}{reason}", highlight=False)
    for item in missing(answer.unfinished_items) if answer.status == "completed" else ():
        console.print(escape(f"  {item.sentence}"), highlight=False)
    if answer.status == "paused":
        console.print(
            f"answer it: skyvern-dagster continue {answer.workflow_run_id} [--reject]",
            highlight=False,
            markup=False,
        )
    may_pass = any(item.may_pass for item in answer.unfinished_items)
    if answer.status in ("failed", "terminated", "canceled") or may_pass:
        console.print(
            f"go on from there: skyvern-dagster resume {answer.workflow_run_id}", highlight=False
        )
