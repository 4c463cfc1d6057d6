"""Parameters as Dagster config."""

from __future__ import annotations

from typing import Any

import dagster as dg
import pytest

from skyvern_dagster.artifacts.default_store import default_store
from skyvern_dagster.compiler.config import run_config
from skyvern_dagster.compiler.job import build_job
from skyvern_dagster.runs.answer import build_answer
from tests.compiler.definitions import email, given, mail_secrets, upload, workflow
from tests.office import QUIET


@pytest.mark.parametrize(
    ("kind", "default", "expected"),
    [
        ("string", "a", "a"),
        ("string", 5, "5"),
        ("string", "", ""),
        ("integer", "5", 5),
        ("float", 1, 1.0),
        ("boolean", "yes", True),
        ("boolean", False, False),
        ("json", "[1]", [1]),
        ("json", {"a": [1]}, {"a": [1]}),
        ("file_url", "https://example.com/a.pdf", "https://example.com/a.pdf"),
    ],
)
def test_a_default_has_the_declared_type(kind: str, default: Any, expected: Any) -> None:
    made = workflow([upload("a")], [given("p", kind, default)])

    assert start_config(build_job(made), {}) == {"p": expected}


@pytest.mark.parametrize(
    "key", ["_x", "json", "copy", "schema", "model_config", "model_fields", "class", "parameter_x"]
)
def test_a_key_may_be_a_word_of_pydantic_s(key: str) -> None:
    job = build_job(workflow([upload("a")], [given(key)]))

    assert start_config(job, {key: "value"}) == {key: "value"}


def test_what_is_required_is_required_at_launch() -> None:
    job = build_job(
        workflow([upload("a")], [given("first"), given("second"), given("third", default="x")])
    )

    with pytest.raises(dg.DagsterInvalidConfigError, match=r"'first', 'second'"):
        dg.validate_run_config(job, run_config({}))


def test_wrong_types_and_unknown_keys_are_refused_at_launch() -> None:
    job = build_job(workflow([upload("a")], [given("count", "integer")]))

    for parameters in ({"count": "five"}, {"count": 1, "cuont": 2}):
        with pytest.raises(dg.DagsterInvalidConfigError):
            dg.validate_run_config(job, run_config(parameters))


def test_every_problem_at_the_start_is_named_at_once(
    home: object, instance: dg.DagsterInstance, clean_environment: pytest.MonkeyPatch
) -> None:
    clean_environment.setenv("SMTP_HOST", "localhost")
    made = workflow(
        [email("mail")], [given("rows", "json"), given("more", "json"), *mail_secrets()]
    )

    result = build_job(made).execute_in_process(
        run_config={**run_config({"rows": "{", "more": "}"}), **QUIET},
        instance=instance,
        raise_on_error=False,
    )

    run = instance.get_run_by_id(result.run_id)
    assert run is not None
    answer = build_answer(instance, default_store(), run)
    assert answer.status == "failed"
    for word in (
        "'rows' must be JSON",
        "'more' must be JSON",
        "SMTP_PORT",
        "SMTP_USERNAME",
        "SMTP_PASSWORD",
    ):
        assert word in str(answer.failure_reason)
    assert "SMTP_HOST" not in str(answer.failure_reason)


def test_options_of_executor_and_resources_stay_open() -> None:
    job = build_job(
        workflow([upload("a")], [given("p", default="x")]), executor_def=dg.multiprocess_executor
    )
    config = {
        "execution": {"config": {"max_concurrent": 2}},
        "resources": {"browser": {"config": {"headless": False}}},
    }

    checked = dg.validate_run_config(job, {**run_config({}), **config})

    assert checked["resources"]["browser"]["config"]["headless"] is False


def start_config(job: dg.JobDefinition, parameters: dict[str, Any]) -> Any:
    checked = dg.validate_run_config(job, run_config(parameters))
    return checked["ops"]["start"]["config"]
