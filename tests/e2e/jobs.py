"""Jobs that other processes can build again, and a process of its own to execute one in."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import dagster as dg

from skyvern_dagster.compiler.executors import executor_named
from skyvern_dagster.compiler.job import build_job
from skyvern_dagster.workflow.loader import load_text, load_workflow
from tests.office import INVOICES, ROOT


def in_one_process() -> dg.JobDefinition:
    return build_job(load_workflow(INVOICES))


def in_threads(text: str, name: str) -> dg.JobDefinition:
    return build_job(load_text(text, source=name, name=name))


def in_many_processes(text: str, name: str) -> dg.JobDefinition:
    executor = dg.multiprocess_executor.configured(
        {
            "max_concurrent": 2,
            "start_method": {"forkserver": {"preload_modules": ["skyvern_dagster", __name__]}},
        }
    )
    return build_job(load_text(text, source=name, name=name), executor_def=executor)


def in_celery(text: str, name: str) -> dg.JobDefinition:
    """Each step a task of Celery's; broker and backend are those of the environment."""
    places = {
        "broker": {"env": "DAGSTER_CELERY_BROKER"},
        "backend": {"env": "DAGSTER_CELERY_BACKEND"},
    }
    loaded = load_text(text, source=name, name=name)
    return build_job(loaded, executor_def=executor_named("celery", places))


def reconstructable(function: str, *arguments: str) -> Any:
    return dg.build_reconstructable_job("tests.e2e.jobs", function, arguments)  # type: ignore[arg-type]


def execute_in_many_processes(
    text: str, name: str, *, config: dict[str, Any] | None = None, resume: str | None = None
) -> str:
    """As :func:`execute_elsewhere`, with a process for each step.

    The fork server keeps the environment in which it was started, so each time it is a new one.
    """
    return execute_elsewhere("in_many_processes", text, name, config=config, resume=resume)


def execute_elsewhere(
    function: str,
    text: str,
    name: str,
    *,
    config: dict[str, Any] | None = None,
    resume: str | None = None,
) -> str:
    """Executes a job in a process of its own, or goes on with a failed run; gives Dagster's run id.

    Args:
        function: The one of this module that makes the job.
    """
    request = json.dumps(
        {"function": function, "text": text, "name": name, "config": config, "resume": resume}
    )
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e.jobs"],
        input=request,
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return done.stdout.splitlines()[-1]


def _main() -> None:
    request = json.loads(sys.stdin.read())
    job = reconstructable(request["function"], request["text"], request["name"])
    with dg.DagsterInstance.get() as instance:
        options = None
        if request["resume"]:
            options = dg.ReexecutionOptions.from_failure(request["resume"], instance)
        result = dg.execute_job(
            job, instance, run_config=request["config"], reexecution_options=options
        )
    sys.stdout.write(f"{result.run_id}\n")


if __name__ == "__main__":
    _main()
