"""The ``finally`` block of a run that was canceled: once, by whoever looks first."""

from __future__ import annotations

import dagster as dg

from skyvern_dagster.artifacts.default_store import default_store
from skyvern_dagster.execution import tags
from skyvern_dagster.execution.records import RunRecords
from skyvern_dagster.runs.canceling import end_paused
from skyvern_dagster.runs.finishing import finish, finish_canceled
from skyvern_dagster.runs.instance_home import prepare_home
from tests.compiler.definitions import email, given, mail_secrets, upload, workflow
from tests.compiler.letters import ADA, dagster_run, run
from tests.compiler.postman import Postman


def test_it_is_carried_out_once_and_knows_what_was_made(postman: Postman) -> None:
    prepare_home()
    ask = {"block_type": "human_interaction", "label": "ask"}
    last = email("last", "{{ before_output | length }} files", sender=ADA, recipients=[ADA])
    made = workflow(
        [upload("before"), ask, last],
        [given("people", "json"), *mail_secrets()],
        finally_block_label="last",
    )
    with dg.DagsterInstance.get() as instance:
        paused = dagster_run(run(made, [], instance), instance)
        assert paused.tags[tags.FINALLY] == "pending"
        assert finish_canceled(instance, default_store()) == []
        end_paused(instance, paused)
        canceled = instance.get_run_by_id(paused.run_id)
        assert canceled is not None

        finish(instance, default_store(), canceled)

        assert finish_canceled(instance, default_store()) == []
    assert postman.delivered == [ADA]
    records = RunRecords(default_store(), paused.tags[tags.WORKFLOW_RUN_ID])
    record = records.read("last")
    assert record is not None
    assert record.outcome.completed
