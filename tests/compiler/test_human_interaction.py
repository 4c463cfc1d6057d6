"""Runs that wait for a person: they end as paused, and go on with the answer."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import dagster as dg
import pytest

from skyvern_dagster.artifacts.default_store import default_store
from skyvern_dagster.artifacts.interactions import Interactions, Question
from skyvern_dagster.compiler.dagster_internals import RESUME_TAG
from skyvern_dagster.errors import RunTransitionError
from skyvern_dagster.process.clock import utc_now
from skyvern_dagster.runs.continuing import answer_run
from skyvern_dagster.workflow.loader import Workflow
from tests.compiler.definitions import email, given, loop, mail_secrets, upload, workflow
from tests.compiler.letters import (
    ADA,
    BEN,
    CLARA,
    answer_of,
    dagster_run,
    failed_steps,
    run,
    run_again,
)
from tests.compiler.postman import Postman

BOSS = "boss@example.com"


def asking(**fields: Any) -> dict[str, Any]:
    return {
        "block_type": "human_interaction",
        "label": "ask",
        "instructions": "May {{ people | join(', ') }} be told?",
        "recipients": [BOSS],
        **fields,
    }


def mail(to: str) -> dict[str, Any]:
    return email("mail", sender=to, recipients=[to])


@pytest.fixture
def mailing(postman: Postman, clean_environment: pytest.MonkeyPatch) -> Postman:
    """The mail server, which is the deployment's own, too."""
    for name in ("HOST", "PORT", "USERNAME", "PASSWORD"):
        clean_environment.setenv(f"SKYVERN_SMTP_{name}", os.environ[f"SMTP_{name}"])
    clean_environment.setenv("SKYVERN_SMTP_SENDER", "runs@example.com")
    return postman


def approval(**fields: Any) -> Workflow:
    blocks = [upload("before"), asking(**fields), mail(ADA), upload("last")]
    parameters = [given("people", "json"), *mail_secrets()]
    return workflow(blocks, parameters, finally_block_label="last")


def test_it_pauses_and_goes_on_with_the_answer(
    mailing: Postman, instance: dg.DagsterInstance
) -> None:
    paused = run(approval(), [ADA], instance)

    assert failed_steps(paused) == ["ask"]
    answer = answer_of(paused, instance)
    assert answer.status == "paused"
    assert "waits until" in str(answer.failure_reason)
    assert mailing.delivered == [BOSS]
    assert "last_output" not in (answer.outputs or {})

    answer_run(default_store(), dagster_run(paused, instance), approved=True, by="here")
    resumed = run_again(approval(), paused, instance)

    assert resumed.success
    assert mailing.delivered == [BOSS, ADA]
    answer = answer_of(resumed, instance)
    assert answer.status == "completed"
    assert answer.workflow_run_id == answer_of(paused, instance).workflow_run_id
    said = (answer.outputs or {})["ask_output"]
    assert said["success"] is True
    assert said["reason"].startswith("Approve: here")
    with pytest.raises(RunTransitionError, match="waits for nobody"):
        answer_run(default_store(), dagster_run(resumed, instance), approved=True, by="here")


def test_no_terminates(mailing: Postman, instance: dg.DagsterInstance) -> None:
    paused = run(approval(negative_descriptor="Stop"), [ADA], instance)
    answer_run(default_store(), dagster_run(paused, instance), approved=False, by="here")

    ended = run_again(approval(), paused, instance)

    answer = answer_of(ended, instance)
    assert answer.status == "terminated"
    assert str(answer.failure_reason).startswith("Stop: here")
    assert (answer.outputs or {})["last_output"] == []
    assert mailing.delivered == [BOSS]


def test_to_re_execute_it_from_failure_in_dagster_is_yes(
    mailing: Postman, instance: dg.DagsterInstance
) -> None:
    paused = run(approval(recipients=[]), [ADA], instance)
    again = run_again(
        approval(),
        paused,
        instance,
        given_tags={**dagster_run(paused, instance).tags, RESUME_TAG: "true"},
    )

    assert again.success
    assert mailing.delivered == [ADA]


def test_after_the_deadline_it_is_no(mailing: Postman, instance: dg.DagsterInstance) -> None:
    paused = run(approval(), [ADA], instance)
    asked = Interactions(default_store(), answer_of(paused, instance).workflow_run_id)
    (question,) = asked.open()
    late = {"deadline": utc_now() - timedelta(seconds=1)}
    asked.ask(Question.model_validate({**question.model_dump(), **late}))
    with pytest.raises(RunTransitionError, match="the answer is no by now"):
        answer_run(default_store(), dagster_run(paused, instance), approved=True, by="too late")

    ended = run_again(approval(), paused, instance)

    answer = answer_of(ended, instance)
    assert answer.status == "terminated"
    assert "nobody answered within 7200 seconds" in str(answer.failure_reason)


def test_in_a_loop_each_item_asks_for_itself(
    mailing: Postman, instance: dg.DagsterInstance
) -> None:
    made = workflow(
        [
            loop(
                "each",
                "people",
                asking(instructions="{{ current_value }}?", recipients=[]),
                mail("{{ current_value }}"),
                continue_on_failure=True,
            )
        ],
        [given("people", "json"), *mail_secrets()],
    )
    paused = run(made, [ADA, BEN, CLARA], instance)
    assert answer_of(paused, instance).status == "paused"
    assert failed_steps(paused) == ["ask[0]", "ask[1]", "ask[2]"]
    for key, approved in (("ask/0", True), ("ask/1", False), ("ask/2", True)):
        answer_run(
            default_store(),
            dagster_run(paused, instance),
            approved=approved,
            by="here",
            block_key=key,
        )

    resumed = run_again(made, paused, instance)

    assert mailing.delivered == [ADA, CLARA]
    answer = answer_of(resumed, instance)
    assert answer.status == "completed"
    assert [item.block_key for item in answer.unfinished_items] == ["ask/1"]
