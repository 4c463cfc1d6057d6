"""The invoice workflow comes to the same on every engine, whatever happens to its workers.

In one file: each worker of pytest would start a deployment of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import dagster as dg
import pytest

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.compiler.dagster_internals import shared_database_lock
from skyvern_dagster.demo.services import DemoServices
from skyvern_dagster.execution import tags
from skyvern_dagster.runs.status import run_status
from tests.distributed.cluster import Cluster, office_of, wait_for_end
from tests.e2e.jobs import execute_elsewhere
from tests.e2e.test_executors import comparable
from tests.execution.bench import Bench, Ran
from tests.office import Office, wait_until

pytestmark = pytest.mark.distributed
ORDERS = 2
MORE_ORDERS = 3


class SharedBench(Bench):
    """Over the store that all machines reach."""

    def __init__(self, office: Office, cluster: Cluster) -> None:
        super().__init__(office.home, office.instance)
        self.office = office
        self.cluster = cluster

    @property
    def store(self) -> ArtifactStore:
        return self.office.store

    def of_run(self, dagster_run_id: str) -> Ran:
        run = self.instance.get_run_by_id(dagster_run_id)
        assert run is not None
        return self.ran(self.office.workflow, run.tags[tags.WORKFLOW_RUN_ID], run_status(run))

    def threads(self) -> Ran:
        return self.in_threads(self.office.workflow, dict(self.office.parameters(ORDERS)))

    def in_process(self) -> Ran:
        return self.compiled(self.office.workflow, dict(self.office.parameters(ORDERS)))

    def multiprocess(self) -> Ran:
        return self.elsewhere("in_many_processes")

    def celery_executor(self) -> Ran:
        ran = self.elsewhere("in_celery")
        run = self.office.newest(ran.run_id)
        assert steps_workers(self.instance, run.run_id) == {"worker-1", "worker-2"}
        return ran

    def celery_run_launcher(self) -> Ran:
        run_id = self.cluster.launch(self.office.config(ORDERS))
        run = wait_for_end(self.instance, run_id)
        assert "dagster-celery/task_id" in run.tags
        return self.of_run(run.run_id)

    def elsewhere(self, function: str) -> Ran:
        workflow, config = self.office.workflow, self.office.config(ORDERS)
        return self.of_run(execute_elsewhere(function, workflow.text, workflow.name, config=config))


def steps_workers(instance: dg.DagsterInstance, run_id: str) -> set[str]:
    """The workers that have carried steps of a run out."""
    entries = instance.all_logs(run_id, of_type=dg.DagsterEventType.ENGINE_EVENT)
    said: list[Any] = [
        entry.get_dagster_event().engine_event_data.metadata.get("Celery worker")
        for entry in entries
    ]
    return {str(each.value).partition("@")[0] for each in said if each is not None}


ENGINES: dict[str, Callable[[SharedBench], Ran]] = {
    "threads": SharedBench.threads,
    "multiprocess": SharedBench.multiprocess,
    "celery executor": SharedBench.celery_executor,
    "CeleryRunLauncher": SharedBench.celery_run_launcher,
}


FURTHER = ("threads", "multiprocess", "celery executor", "CeleryRunLauncher")
"""All: the table takes minutes. tests/e2e/test_executors.py has the first two in the gate, on a
machine's own instance, and the run whose worker is killed, below, stands for the last."""


@pytest.fixture(scope="module")
def in_process(celery_cluster: Cluster, demo: DemoServices) -> Iterator[Ran]:
    """What the others are held against: the same run by Dagster's own executor of one process."""
    with office_of(celery_cluster, demo) as office:
        yield SharedBench(office, celery_cluster).in_process()


@pytest.mark.parametrize(
    "engine",
    [pytest.param(each, marks=pytest.mark.long) if each in FURTHER else each for each in ENGINES],
)
def test_outputs_files_and_e_mails_are_equal(
    engine: str, branch: Office, celery_cluster: Cluster, in_process: Ran
) -> None:
    ran = ENGINES[engine](SharedBench(branch, celery_cluster))

    assert ran.status == "completed"
    assert [name for name, *_ in in_process.files] == list(branch.invoices(ORDERS))
    assert comparable(ran) == comparable(in_process)
    branch.assert_delivered(ran.run_id, ORDERS)
    branch.assert_delivered(in_process.run_id, ORDERS)


def test_the_run_goes_on_in_the_other_worker(branch: Office, celery_cluster: Cluster) -> None:
    seen = len(branch.demo.request_log.requests)
    run_id = celery_cluster.launch(branch.config(MORE_ORDERS))
    wait_until(lambda: len(branch.invoice_requests(seen)) >= 2)
    first = branch.newest(run_id)
    worker = celery_cluster.worker_of(first)

    celery_cluster.kill(worker)

    wait_until(lambda: attempt(branch, first).is_finished, every=0.5)
    assert attempt(branch, first).status == dg.DagsterRunStatus.FAILURE
    wait_until(lambda: branch.newest(run_id).run_id != first.run_id, every=0.5)
    wait_for_end(branch.instance, run_id)
    assert worker not in celery_cluster.workers()
    branch.assert_complete(run_id, MORE_ORDERS)


def attempt(branch: Office, run: dg.DagsterRun) -> dg.DagsterRun:
    """A Dagster run as it is now."""
    found = branch.instance.get_run_by_id(run.run_id)
    assert found is not None
    return found


@pytest.mark.long
def test_one_process_of_all_machines_looks_for_logins_at_a_time(branch: Office) -> None:
    """With folders of their own, processes of two machines share no lock but the database's."""
    order: list[str] = []
    inside = threading.Event()

    def other() -> None:
        inside.wait(60)
        with dg.DagsterInstance.get() as instance, shared_database_lock(instance, "logins"):
            order.append("other")

    waiting = threading.Thread(target=other)
    waiting.start()
    with shared_database_lock(branch.instance, "logins"):
        inside.set()
        waiting.join(1)
        order.append("first")
    waiting.join(60)

    assert order == ["first", "other"]


@pytest.mark.long
def test_what_a_person_cancels_is_canceled(branch: Office, celery_cluster: Cluster) -> None:
    seen = len(branch.demo.request_log.requests)
    run_id = celery_cluster.launch(branch.config(MORE_ORDERS))
    wait_until(lambda: bool(branch.invoice_requests(seen)))

    assert branch.instance.run_launcher.terminate(branch.newest(run_id).run_id)

    run = wait_for_end(branch.instance, run_id)
    assert run.status == dg.DagsterRunStatus.CANCELED
    assert run_status(run) == "canceled"
    wait_until(lambda: branch.newest(run_id).tags[tags.STATUS] == "canceled")
    assert branch.messages(run_id) == []
