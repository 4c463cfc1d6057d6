"""A partition per account: which login it uses, and who waits for whom."""

from __future__ import annotations

import json
import re
from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster._utils.tags import TagConcurrencyLimitsCounter

from skyvern_dagster import asset_resources, build_assets
from skyvern_dagster.workflow.loader import Workflow, load_text
from tests.compiler.definitions import given, task
from tests.office import QUIET, ROOT

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


def test_the_queue_of_the_how_to_page_runs_accounts_side_by_side(home: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "partitions.md").read_text()
    found = re.search(r"^```\n(concurrency:.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert found is not None
    file = home / "dagster.yaml"
    settings = yaml.safe_load(file.read_text())
    settings["concurrency"]["runs"] |= yaml.safe_load(found.group(1))["concurrency"]["runs"]
    file.write_text(yaml.safe_dump(settings))
    job = dg.Definitions(
        assets=[build_assets(made())[0]],
        jobs=[dg.define_asset_job("all", selection="*")],
        resources=asset_resources(),
    ).resolve_job_def("all")

    with dg.DagsterInstance.get() as instance:
        queue = instance.get_concurrency_config().run_queue_config
        assert queue is not None
        acme, other, again = (
            instance.create_run_for_job(job, tags={"dagster/partition": key})
            for key in ("acme", "globex", "acme")
        )
        counter = TagConcurrencyLimitsCounter(queue.tag_concurrency_limits, [acme])

    assert counter.is_blocked(again)
    assert not counter.is_blocked(other)
