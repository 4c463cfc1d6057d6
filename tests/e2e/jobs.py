"""Jobs that other processes can build again."""

from __future__ import annotations

import dagster as dg

from skyvern_dagster.compiler.job import build_job
from skyvern_dagster.workflow.loader import load_workflow
from tests.office import INVOICES


def in_one_process() -> dg.JobDefinition:
    return build_job(load_workflow(INVOICES))


def in_many_processes() -> dg.JobDefinition:
    executor = dg.multiprocess_executor.configured({"max_concurrent": 2})
    return build_job(load_workflow(INVOICES), executor_def=executor)


def reconstructable(name: str) -> dg.JobDefinition:
    return dg.build_reconstructable_job("tests.e2e.jobs", name)  # type: ignore[return-value]
