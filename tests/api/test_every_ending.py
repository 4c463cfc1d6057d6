"""The four endings, asked of every way to run a definition: never mixed up."""

# Dagster reads the annotations of assets at run time, so they are not deferred here.

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from skyvern_dagster import SkyvernJsonIOManager, SkyvernResource, load_workflow, skyvern_assets
from skyvern_dagster.artifacts.default_store import default_store
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.blocks.registry import add_blocks, blocks_for_a_while
from skyvern_dagster.compiler.config import run_config
from skyvern_dagster.compiler.dagster_internals import report_canceling
from skyvern_dagster.compiler.interpreted import WORKFLOW_JOB, build_interpreted_job
from skyvern_dagster.compiler.job import build_job
from skyvern_dagster.execution import tags
from skyvern_dagster.execution.run_info import begin_run
from skyvern_dagster.ids import new_id
from skyvern_dagster.io_manager import IO_MANAGER
from skyvern_dagster.runs.answer import build_answer
from skyvern_dagster.workflow.loader import Workflow
from tests.api.served import Served
from tests.compiler.definitions import given, loop, upload, workflow
from tests.office import QUIET, ROOT, wait_until
from tests.packages.checksum_blocks import PauseBlock

SECONDS = 300.0
"""Of a pause that nobody waits for to the end."""

ENDINGS: dict[str, list[dict[str, Any]]] = {
    "completed": [upload("up")],
    "failed": [upload("up", "missing.pdf")],
    "terminated": [loop("each", "items", upload("up"))],
    "canceled": [{"block_type": "pause", "label": "pause", "seconds": SECONDS}],
}
REASONS = {
    "completed": None,
    "failed": "path: the run has downloaded no file 'missing.pdf'",
    "terminated": "the list to loop over is empty",
    "canceled": None,
}


@dataclass(frozen=True)
class Place:
    """Where definitions run in this process: the home folder of what is served."""

    instance: dg.DagsterInstance
    store: ArtifactStore

    def answer(self, run_id: str) -> dict[str, Any]:
        filters = dg.RunsFilter(tags={tags.WORKFLOW_RUN_ID: run_id})
        (run,) = self.instance.get_runs(filters=filters)
        return build_answer(self.instance, self.store, run).model_dump(mode="json")


@pytest.fixture
def place(served_environment: Path) -> Iterator[Place]:
    with blocks_for_a_while(), dg.DagsterInstance.get() as instance:
        add_blocks([PauseBlock])
        yield Place(instance, default_store())


def by_the_compiled_job(place: Place, made: Workflow, served: Served) -> dict[str, Any]:
    del served
    run_id = new_id("wr")
    with cancels(place, run_id, made):
        build_job(made).execute_in_process(
            run_config={**run_config({"items": []}), **QUIET},
            instance=place.instance,
            tags={tags.WORKFLOW_RUN_ID: run_id},
            raise_on_error=False,
        )
    return place.answer(run_id)


def by_the_job_that_interprets(place: Place, made: Workflow, served: Served) -> dict[str, Any]:
    del served
    run_id = begin_run(place.store, made, {"items": []}).workflow_run_id
    with cancels(place, run_id, made):
        build_interpreted_job(WORKFLOW_JOB).execute_in_process(
            run_config=QUIET,
            instance=place.instance,
            tags={tags.WORKFLOW_RUN_ID: run_id},
            raise_on_error=False,
        )
    return place.answer(run_id)


def by_the_decorator(place: Place, made: Workflow, served: Served) -> dict[str, Any]:
    del served
    run_id = new_id("wr")

    @skyvern_assets(workflow=made)
    def step(
        context: dg.AssetExecutionContext, skyvern: SkyvernResource
    ) -> Iterator[dg.Output[Any]]:
        yield from skyvern.run(context)

    with cancels(place, run_id, made):
        dg.materialize(
            [step],
            instance=place.instance,
            resources={"skyvern": SkyvernResource(), IO_MANAGER: SkyvernJsonIOManager()},
            tags={tags.WORKFLOW_RUN_ID: run_id},
            raise_on_error=False,
            run_config=QUIET,
        )
    return place.answer(run_id)


def by_the_command_line(place: Place, made: Workflow, served: Served) -> dict[str, Any]:
    file = served.home / f"{made.name}.yaml"
    file.write_text(made.text)
    assert load_workflow(file).definition == made.definition
    process = subprocess.Popen(
        [sys.executable, "-m", "skyvern_dagster.cli.app", "run", str(file), "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    if "pause" in made.text:
        job = dg.RunsFilter(job_name=made.name)
        wait_until(
            lambda: any(is_pausing(place, run) for run in place.instance.get_runs(job)), every=0.1
        )
        process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=200)
    expected = {"completed": 0, "failed": 1, "terminated": 3, "canceled": 130}
    answer: dict[str, Any] = json.loads(out)
    assert process.returncode == expected[answer["status"]], err
    return answer


def over_rest(place: Place, made: Workflow, served: Served) -> dict[str, Any]:
    stored = served.post("/v1/workflows", json={"yaml_definition": made.text})
    body = {"workflow_id": stored["workflow_permanent_id"], "parameters": {}}
    run_id = served.post("/v1/run/workflows", json=body)["run_id"]
    if "pause" in made.text:
        mine = dg.RunsFilter(tags={tags.WORKFLOW_RUN_ID: run_id})
        wait_until(
            lambda: any(is_pausing(place, run) for run in place.instance.get_runs(mine)), every=0.1
        )
        served.post(f"/v1/runs/{run_id}/cancel")
    return dict(served.wait(run_id))


WAYS: list[Callable[[Place, Workflow, Served], dict[str, Any]]] = [
    by_the_compiled_job,
    by_the_job_that_interprets,
    by_the_decorator,
    by_the_command_line,
    over_rest,
]


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_it_is_the_same(
    way: Callable[[Place, Workflow, Served], dict[str, Any]],
    ending: str,
    place: Place,
    served: Served,
) -> None:
    parameters = [{**given("items", "json"), "default_value": []}]
    made = workflow(ENDINGS[ending], parameters, name=f"{way.__name__}_{ending}")

    answer = way(place, made, served)

    assert answer["status"] == ending, answer
    reason = REASONS[ending]
    assert (answer["failure_reason"] is None) == (reason is None), answer["failure_reason"]
    assert str(reason or "") in str(answer["failure_reason"] or "")


class cancels:  # noqa: N801 - read as a verb
    """Cancels a run of this process as Dagster's UI does, once its pause has begun."""

    def __init__(self, place: Place, run_id: str, made: Workflow) -> None:
        self._place = place
        self._filter = dg.RunsFilter(tags={tags.WORKFLOW_RUN_ID: run_id})
        self._thread = threading.Thread(target=self._cancel if "pause" in made.text else None)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._thread.join()

    def _cancel(self) -> None:
        runs: list[dg.DagsterRun] = []

        def begun() -> bool:
            runs[:] = self._place.instance.get_runs(self._filter)
            return any(is_pausing(self._place, run) for run in runs)

        wait_until(begun, every=0.1)
        report_canceling(self._place.instance, runs[0])
        os.kill(os.getpid(), signal.SIGINT)


def is_pausing(place: Place, run: dg.DagsterRun) -> bool:
    records = place.instance.get_records_for_run(run.run_id).records
    return any(record.event_log_entry.user_message == "pausing" for record in records)
