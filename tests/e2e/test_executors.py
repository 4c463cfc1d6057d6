"""The same definition gives the same, wherever its blocks run."""

from __future__ import annotations

from types import SimpleNamespace

import dagster as dg

from skyvern_dagster import tags
from skyvern_dagster.compiler.config import run_config
from skyvern_dagster.resources import default_resources, services
from skyvern_dagster.runs.status import run_status
from tests.compiler.letters import BEN, EVERYBODY, failed_steps, letters
from tests.compiler.postman import Postman
from tests.e2e.jobs import reconstructable
from tests.execution.bench import Bench, Ran
from tests.office import QUIET, Office

ORDERS = 3


def test_in_one_process_in_many_and_without_dagster(office: Office) -> None:
    bench = Bench(office.home, office.instance)

    one = bench.compiled(office.workflow, dict(office.parameters(ORDERS)))
    without = interpreted(bench, office)
    many = in_processes(bench, office)

    assert one.status == "completed"
    assert [file[0] for file in one.files] == list(office.invoices(ORDERS))
    assert comparable(without) == comparable(one)
    assert comparable(many) == comparable(one)
    for ran in (one, without, many):
        office.assert_delivered(ran.run_id, ORDERS)


def test_a_loop_stops_and_is_resumed_in_parallel_processes(
    postman: Postman, instance: dg.DagsterInstance
) -> None:
    people = EVERYBODY[:3]
    postman.refused = {BEN}
    job = reconstructable("text_in_many_processes", letters().text)

    failed = dg.execute_job(job, instance, run_config={**run_config({"people": people}), **QUIET})

    assert failed_steps(failed) == ["mail[1]"]
    assert BEN not in postman.delivered
    postman.refused = set()
    options = dg.ReexecutionOptions.from_failure(failed.run_id, instance)
    resumed = dg.execute_job(job, instance, reexecution_options=options)
    assert resumed.success
    assert sorted(postman.delivered) == people


def interpreted(bench: Bench, office: Office) -> Ran:
    made = services(SimpleNamespace(**default_resources()))
    try:
        return bench.interpreted(office.workflow, dict(office.parameters(ORDERS)), made)[1]
    finally:
        made.desk.close()


def in_processes(bench: Bench, office: Office) -> Ran:
    result = dg.execute_job(
        reconstructable("in_many_processes"), office.instance, run_config=office.config(ORDERS)
    )
    run = office.instance.get_run_by_id(result.run_id)
    assert run is not None
    return bench.ran(office.workflow, run.tags[tags.WORKFLOW_RUN_ID], run_status(run))


def comparable(ran: Ran) -> object:
    """Without the part of the uploads' keys that names the run."""
    outputs = {**ran.outputs}
    uploads = outputs.pop("upload_downloaded_files_to_s3_output")
    names = [uri.rpartition("/")[2].partition("_")[2] for uri in uploads]
    return ran.status, outputs, names, ran.leaves, ran.files
