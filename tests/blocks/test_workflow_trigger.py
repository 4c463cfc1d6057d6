"""Runs that start runs: a Dagster run each, with its parent's name, and never in a circle."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest

from skyvern_dagster.artifacts.default_store import default_store
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.execution import tags
from skyvern_dagster.execution.runner import Runner
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID
from skyvern_dagster.resources.services import default_resources, services
from skyvern_dagster.runs.instance_home import prepare_home
from skyvern_dagster.stores.workflows import WorkflowStore
from skyvern_dagster.workflow.loader import Workflow
from tests.compiler.definitions import given, upload, workflow
from tests.compiler.letters import dagster_run, run
from tests.compiler.postman import Postman
from tests.scopes import new_scope


def trigger(wpid: str, **fields: Any) -> dict[str, Any]:
    return {
        "block_type": "workflow_trigger",
        "label": "start_other",
        "workflow_permanent_id": wpid,
        **fields,
    }


@pytest.fixture
def other(home: Path) -> str:
    """A stored workflow that uploads what it is told to."""
    body = {"parameters": [given("what")], "blocks": [upload("put", "what")]}
    text = json.dumps({"title": "The other one", "workflow_definition": body})
    return (
        WorkflowStore(default_store()).create(DEFAULT_ORGANIZATION_ID, text).workflow_permanent_id
    )


def outcome(made: Workflow, **about: Any) -> BlockOutcome:
    found = services(SimpleNamespace(**default_resources()))
    runner = Runner(made, found, lambda _: None, triggered_by=about.get("triggered_by", ()))
    scope = new_scope(made, {}).model_copy(update={"trust": "operator"})
    (block,) = made.definition.blocks
    return runner.run(block, scope, hand_on="nothing")[1]


@pytest.mark.long
def test_the_other_run_is_a_run_of_its_own(postman: Postman, other: str) -> None:
    del postman  # its settings are needed
    prepare_home()
    made = workflow(
        [trigger(other, payload={"what": "{{ people[0] }}"}), upload("after")],
        [given("people", "json")],
        name="starter",
    )
    with dg.DagsterInstance.get() as instance:
        result = run(made, ["SKYVERN_DOWNLOAD_DIRECTORY"], instance)
        assert result.success
        started = dagster_run(result, instance)
        parent = started.tags[tags.WORKFLOW_RUN_ID]
        (child,) = instance.get_runs(filters=dg.RunsFilter(tags={tags.PARENT: parent}))

    assert child.tags[tags.WORKFLOW_PERMANENT_ID] == other
    assert child.tags[tags.TRIGGERED_BY] == made.workflow_permanent_id


@pytest.mark.parametrize(
    ("wpid", "above", "reason"),
    [
        ("wpid_nobody", (), "Workflow not found. workflow_permanent_id=wpid_nobody"),
        ("OTHER", ("wpid_1", "OTHER"), "the workflow would start itself: wpid_1 -> OTHER -> "),
        ("OTHER", tuple("abcdefghij"), "workflows start each other 10 deep, which is the limit"),
        ("nowhere.yaml", (), "nowhere.yaml: no such file"),
        ("OTHER", (), "can't be started: parameter 'what' is required"),
    ],
)
def test_what_is_not_started(
    home: Path, other: str, wpid: str, above: tuple[str, ...], reason: str
) -> None:
    del home
    made = workflow([trigger(wpid.replace("OTHER", other))])

    ended = outcome(made, triggered_by=tuple(each.replace("OTHER", other) for each in above))

    assert ended.status == "failed"
    assert reason.replace("OTHER", other) in str(ended.failure_reason)
    assert ended.output["workflow_run_id"] is None
