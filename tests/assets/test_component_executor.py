"""What carries the steps of a component's workflows out."""

from __future__ import annotations

from typing import Any

import dagster as dg
import pytest
from dagster.components.core.component_tree import ComponentTreeException

from tests.assets.test_component import load

FILE = "monthly_invoices.yaml"
JOBS = ("monthly_invoices", "monthly_invoices_asset")


def executors(attributes: dict[str, Any]) -> set[str]:
    """Of the location, which *Materialize* uses, and of each job."""
    defs = load(attributes, FILE)
    jobs = [defs.resolve_job_def(name) for name in (*JOBS, "__ASSET_JOB")]
    return {job.executor_def.name for job in jobs}


@pytest.mark.parametrize(
    ("name", "executor"),
    [
        ("browser", "browser"),
        ("in_process", "in_process"),
        ("multiprocess", "multiprocess"),
        ("none", "multi_or_in_process_executor"),
        ("dagster.in_process_executor", "in_process"),
        ("celery", "celery"),
    ],
)
def test_every_job_has_it(name: str, executor: str) -> None:
    if name == "celery":
        pytest.importorskip("dagster_celery", reason="the extra celery isn't installed")

    assert executors({"executor": name}) == {executor}


def test_its_config_stands_in_the_component() -> None:
    defs = load({"executor": "browser", "executor_config": {"max_concurrent": 2}}, FILE)

    job = defs.resolve_job_def("monthly_invoices")
    with pytest.raises(dg.DagsterInvalidConfigError):
        dg.validate_run_config(job, {"execution": {"config": {"max_concurrent": 3}}})
    assert job.executor_def.name == "browser"


def test_the_projects_own_executor_is_used_where_it_is_left_to_it() -> None:
    defs = dg.Definitions.merge(
        load({"executor": "none"}, FILE), dg.Definitions(executor=dg.in_process_executor)
    )

    assert {defs.resolve_job_def(name).executor_def.name for name in JOBS} == {"in_process"}


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"executor": "threads"}, "there is no 'threads': give one of browser, in_process"),
        ({"executor": "no_such_package.fast"}, "pip install no-such-package"),
        ({"executor": "dagster.asset"}, "has no executor 'asset'"),
        ({"executor": "browser", "executor_config": {"width": 2}}, "executor_config"),
        ({"executor": "none", "executor_config": {"width": 2}}, "has no config"),
    ],
)
def test_what_it_says_when_there_is_none(attributes: dict[str, Any], message: str) -> None:
    with pytest.raises((ComponentTreeException, dg.DagsterError)) as raised:
        load(attributes, FILE)

    error: BaseException | None = raised.value
    said = ""
    while error is not None:
        said += str(error)
        error = error.__cause__
    assert message in said
