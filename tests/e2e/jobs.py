"""Jobs that other processes can build again."""

from __future__ import annotations

from typing import Any

import dagster as dg

from skyvern_dagster.compiler.job import build_job
from skyvern_dagster.workflow.loader import load_text, load_workflow
from tests.office import INVOICES


def in_one_process() -> dg.JobDefinition:
    return build_job(load_workflow(INVOICES))


def in_many_processes() -> dg.JobDefinition:
    return build_job(load_workflow(INVOICES), executor_def=_TWO_AT_A_TIME)


def text_in_many_processes(text: str) -> dg.JobDefinition:
    return build_job(load_text(text, source="sample", name="sample"), executor_def=_TWO_AT_A_TIME)


def reconstructable(name: str, *arguments: str) -> Any:
    return dg.build_reconstructable_job("tests.e2e.jobs", name, arguments)  # type: ignore[arg-type]


_TWO_AT_A_TIME = dg.multiprocess_executor.configured({"max_concurrent": 2})
