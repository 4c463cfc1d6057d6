"""The same definition gives the same, wherever its blocks run."""

from __future__ import annotations

from types import SimpleNamespace

import dagster as dg
import pytest

from skyvern_dagster.compiler.config import run_config
from skyvern_dagster.execution import tags
from skyvern_dagster.resources.services import default_resources, services
from skyvern_dagster.runs.status import run_status
from tests.compiler.letters import BEN, EVERYBODY, letters
from tests.compiler.postman import Postman
from tests.e2e.jobs import execute_in_many_processes
from tests.execution.bench import Bench, Ran
from tests.office import QUIET, Office

ORDERS = 3


def test_in_threads_in_one_process_in_many_and_without_dagster(office: Office) -> None:
    bench = Bench(office.home, office.instance)

    one = bench.compiled(office.workflow, dict(office.parameters(ORDERS)))
    threads = bench.in_threads(office.workflow, dict(office.parameters(ORDERS)))
    without = interpreted(bench, office)
    many = in_processes(bench, office)

    assert one.status == "completed"
    assert [file[0] for file in one.files] == list(office.invoices(ORDERS))
    assert comparable(without) == comparable(one)
    assert comparable(many) == comparable(one)
    assert comparable(threads) == comparable(one)
    for ran in (one, without, many, threads):
        office.assert_delivered(ran.run_id, ORDERS)


@pytest.mark.long
def test_a_loop_stops_and_is_resumed_in_parallel_processes(
    postman: Postman, instance: dg.DagsterInstance
) -> None:
    text, people = letters().text, EVERYBODY[:3]
    postman.refused = {BEN}

    config = {**run_config({"people": people}), **QUIET}
    failed = execute_in_many_processes(text, "letters", config=config)

    assert failures(instance, failed) == ["mail[1]"]
    assert BEN not in postman.delivered
    postman.refused = set()
    resumed = execute_in_many_processes(text, "letters", resume=failed)
    assert failures(instance, resumed) == []
    assert sorted(postman.delivered) == people


def interpreted(bench: Bench, office: Office) -> Ran:
    made = services(SimpleNamespace(**default_resources()))
    try:
        return bench.interpreted(office.workflow, dict(office.parameters(ORDERS)), made)[2]
    finally:
        made.tasks.close()


def in_processes(bench: Bench, office: Office) -> Ran:
    workflow = office.workflow
    run_id = execute_in_many_processes(workflow.text, workflow.name, config=office.config(ORDERS))
    run = office.instance.get_run_by_id(run_id)
    assert run is not None
    steps = office.instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_SUCCESS)
    assert len({entry.get_dagster_event().pid for entry in steps}) == len(steps)
    return bench.ran(workflow, run.tags[tags.WORKFLOW_RUN_ID], run_status(run))


def failures(instance: dg.DagsterInstance, run_id: str) -> list[str | None]:
    """Keys of the steps that failed."""
    entries = instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    return [entry.step_key for entry in entries]


def comparable(ran: Ran) -> object:
    """Without the part of the uploads' keys that names the run."""
    outputs = {**ran.outputs}
    uploads = outputs.pop("upload_downloaded_files_to_s3_output")
    names = [uri.rpartition("/")[2].partition("_")[2] for uri in uploads]
    return ran.status, outputs, names, ran.leaves, ran.files
