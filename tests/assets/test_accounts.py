"""A partition per account: which login it uses, and who waits for whom."""

from __future__ import annotations

import json

import dagster as dg
import pytest

from skyvern_dagster import asset_resources, build_assets
from skyvern_dagster.workflow.loader import Workflow, load_text
from tests.compiler.definitions import given, task
from tests.office import QUIET

KEYS = {
    "acme": {"url": "http://127.0.0.1:9", "login_id": "acme_books"},
    "globex": {"url": "http://127.0.0.1:9", "login_id": "globex_books"},
}


def made() -> Workflow:
    document = {
        "title": "A sample",
        "dagster": {"partitions": {"type": "static", "keys": KEYS}, "pools": {"login": False}},
        "workflow_definition": {
            "parameters": [
                given("url"),
                given("login_id", "credential_id"),
                {"key": "login", "parameter_type": "credential", "credential_id": "login_id"},
            ],
            "blocks": [task("enter", url="url", parameter_keys=["login"], navigation_goal="In.")],
        },
    }
    return load_text(json.dumps(document), source="x.yaml", name="accounts")


@pytest.mark.parametrize("account", sorted(KEYS))
def test_the_partition_chooses_the_login(instance: dg.DagsterInstance, account: str) -> None:
    done = dg.materialize(
        [build_assets(made())[0]],
        instance=instance,
        partition_key=account,
        resources=asset_resources(),
        run_config=QUIET,
        raise_on_error=False,
    )

    (failed,) = done.get_step_failure_events()
    said = str(failed.step_failure_data.error)
    other = next(each for each in KEYS if each != account)
    assert f"SKYVERN_CREDENTIAL_{account.upper()}_BOOKS_USERNAME" in said
    assert f"SKYVERN_CREDENTIAL_{other.upper()}" not in said
