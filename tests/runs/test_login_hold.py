"""Runs that Dagster's queue can't keep apart wait for each other's logins in their own process."""

# Dagster reads the annotations of ops at run time, so they are not deferred here.

import json
import threading
from typing import Any

import dagster as dg
import pytest

from skyvern_dagster.compiler.dagster_internals import add_run_tags
from skyvern_dagster.compiler.login_hold import hold_logins, logins_of
from skyvern_dagster.execution import tags
from skyvern_dagster.workflow.loader import Workflow, load_text
from tests.compiler.definitions import given, task
from tests.office import QUIET, wait_until
from tests.runs.ended import ended

Status = dg.DagsterRunStatus


def workflow(*parameters: dict[str, Any], **pools: Any) -> Workflow:
    document = {
        "title": "A sample",
        "dagster": {"pools": pools},
        "workflow_definition": {
            "parameters": [given("url", default="http://127.0.0.1:9"), *parameters],
            "blocks": [
                task(
                    "enter",
                    url="url",
                    parameter_keys=[each["key"] for each in parameters],
                    navigation_goal="Log in.",
                )
            ],
        },
    }
    return load_text(json.dumps(document), source="x.yaml", name="sample")


def login(key: str, credential: str | None = None) -> dict[str, Any]:
    return {"key": key, "parameter_type": "credential", "credential_id": credential}


CHOSEN = {
    "key": "which",
    "parameter_type": "workflow",
    "workflow_parameter_type": "credential_id",
    "default_value": "acme",
}


@pytest.mark.parametrize(
    ("made", "parameters", "expected"),
    [
        (workflow(login("shop")), {}, ["shop"]),
        (workflow(login("shop", "acme")), {}, ["acme"]),
        (workflow(login("a"), login("b")), {}, ["a", "b"]),
        (workflow(CHOSEN), {"which": "cred_1"}, ["cred_1"]),
        (workflow(CHOSEN), {}, ["acme"]),
        (workflow(CHOSEN, login("shop", "which")), {"which": "cred_1"}, ["cred_1", "which"]),
        (workflow(login("shop"), login=False), {}, []),
    ],
    ids=["key", "id", "two", "given", "default", "by reference", "allowed"],
)
def test_which_logins_a_run_uses(
    made: Workflow, parameters: dict[str, str], expected: list[str]
) -> None:
    assert logins_of(made, parameters) == [f"skyvern/login/{each}" for each in expected]


def in_progress(instance: dg.DagsterInstance, credential: str) -> dg.DagsterRun:
    """A run that has begun and holds a login."""
    run = instance.create_run_for_job(ended, tags={"ending": "completed"}, status=Status.STARTED)
    held = f"{run.run_id} skyvern/login/{credential}"
    add_run_tags(instance, run.run_id, {tags.LOGINS: held})
    return run


def waiting(instance: dg.DagsterInstance, *, until: dg.DagsterRun | None) -> dg.DagsterRun:
    """A run with the login ``acme``; what it waits for ends once it has said that it waits."""
    made = workflow(login("shop", "acme"))

    @dg.op
    def enter(context: dg.OpExecutionContext) -> None:
        hold_logins(context, made, {})
        hold_logins(context, made, {})  # as each op of a run does

    @dg.job
    def entering() -> None:
        enter()

    def end_it() -> None:
        assert until is not None
        wait_until(lambda: has_said(instance, "another run uses"), every=0.05)
        instance.report_run_canceled(until)

    other = threading.Thread(target=end_it)
    if until is not None:
        other.start()
    result = entering.execute_in_process(instance=instance, run_config=QUIET)
    if until is not None:
        other.join()
    found = instance.get_run_by_id(result.run_id)
    assert found is not None
    return found


def has_said(instance: dg.DagsterInstance, words: str) -> bool:
    run = instance.get_runs(limit=1)[0]
    return any(words in each.user_message for each in instance.all_logs(run.run_id))


def test_it_waits_until_the_login_is_free(instance: dg.DagsterInstance) -> None:
    first = in_progress(instance, "acme")

    run = waiting(instance, until=first)

    assert run.tags[tags.LOGINS] == f"{run.run_id} skyvern/login/acme"
    assert has_said(instance, "another run uses skyvern/login/acme")


@pytest.mark.parametrize("why", ["another login", "ended", "copied tag", "two allowed"])
def test_it_does_not_wait(instance: dg.DagsterInstance, why: str) -> None:
    other = in_progress(instance, "globex" if why == "another login" else "acme")
    match why:
        case "ended":
            instance.report_run_failed(other)
        case "copied tag":
            add_run_tags(instance, other.run_id, {tags.LOGINS: "another skyvern/login/acme"})
        case "two allowed":
            instance.event_log_storage.set_concurrency_slots("skyvern/login/acme", 2)

    run = waiting(instance, until=None)

    assert run.status == Status.SUCCESS
    assert not has_said(instance, "another run uses")
