"""What runs stand on breaks: that is no ending of a block, and nothing is missing in silence."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from skyvern_dagster.artifacts.disk_space import LEAST_FREE_VARIABLE
from skyvern_dagster.artifacts.run_keys import RunKeys
from skyvern_dagster.execution import tags
from skyvern_dagster.ids import new_id
from skyvern_dagster.runs.local import LocalRun
from tests.e2e.jobs import reconstructable
from tests.office import DOWNLOAD, INVOICES, Office, skyvern_dagster, wait_until
from tests.processes import chromium_processes, kill

ORDERS = 4


@pytest.mark.parametrize("kind", ["renderer", ""], ids=["renderer", "browser"])
def test_what_is_killed_in_an_iteration_costs_a_retry(office: Office, kind: str) -> None:
    seen = len(office.demo.request_log.requests)
    killed: list[int] = []

    def strike() -> None:
        wait_until(lambda: len(office.page_requests(seen)) >= 2)
        killed.append(kill(chromium_processes(kind=kind)))

    result, run_id = executed(office, meanwhile=strike)

    assert killed[0] > 0
    assert result.success, office.answer(run_id).failure_reason
    office.assert_complete(run_id, ORDERS)
    assert office.answer(run_id).failure_reason is None


def test_a_disk_that_fills_up_leaves_the_run_failed_and_resumable(
    office: Office, clean_environment: pytest.MonkeyPatch
) -> None:
    seen = len(office.demo.request_log.requests)

    def fill() -> None:
        wait_until(lambda: len(office.invoice_requests(seen)) >= 1)
        clean_environment.setenv(LEAST_FREE_VARIABLE, str(10**9))

    result, run_id = executed(office, meanwhile=fill)

    assert not result.success
    answer = office.answer(run_id)
    assert answer.status == "failed"
    assert "MB left, and a run needs" in str(answer.failure_reason)
    assert not office.messages(run_id)

    clean_environment.delenv(LEAST_FREE_VARIABLE)
    assert LocalRun.resume(run_id).wait(lambda _: None).status == "completed"
    office.assert_complete(run_id, ORDERS)


def test_what_people_look_at_afterwards_decides_about_nothing(office: Office) -> None:
    run_id = new_id("wr")
    folder = office.store.local_path(RunKeys(run_id).shown("tasks"))
    assert folder is not None
    folder.parent.mkdir(parents=True)
    folder.write_text("a file in the place of a folder: nothing below can be written")

    result, _ = executed(office, run_id=run_id)

    assert result.success, office.answer(run_id).failure_reason
    office.assert_complete(run_id, ORDERS)
    assert office.records(run_id)["login"].outcome.screenshot is None


@pytest.fixture
def note(tmp_path: Path, clean_environment: pytest.MonkeyPatch) -> Path:
    """Whom it names, the planner can do nothing for."""
    clean_environment.setenv("SKYVERN_PLANNER", "tests.planners.clerk:Distracted")
    clean_environment.setenv("DISTRACTED_BY", str(tmp_path / "note"))
    return tmp_path / "note"


def test_a_run_that_lacks_items_says_so_and_gets_them_when_it_is_resumed(
    office: Office, note: Path
) -> None:
    lacking = office.orders(ORDERS)[2]
    note.write_text(lacking.order_id)
    name = f"{lacking.invoice_number}.pdf"

    first, code = command("run", str(INVOICES), *options(office), "--json")

    run_id = first["run_id"]
    assert (first["status"], code) == ("completed", 4)
    assert "1 item is missing" in first["failure_reason"]
    assert "the clerk was called away" in first["failure_reason"]
    (item,) = [each for each in first["unfinished_items"] if not each["foreseen"]]
    assert (item["block_key"], item["status"]) == (f"{DOWNLOAD}/2", "failed")
    assert item["may_pass"]
    assert item["loop_value"]["order_id"] == lacking.order_id
    assert office.newest(run_id).tags[tags.UNFINISHED] == "1"
    (message,) = office.messages(run_id)
    assert f"- {DOWNLOAD}/2 failed" in message.text
    assert name not in message.attachments

    note.unlink()
    seen = len(office.demo.request_log.requests)
    second, code = command("resume", run_id, "--json")

    assert (second["status"], second["failure_reason"], code) == ("completed", None, 0)
    assert office.invoice_requests(seen) == [lacking.order_id]
    assert office.objects(run_id) == office.invoices(ORDERS)
    _, follow_up = office.messages(run_id)
    assert list(follow_up.attachments) == [name]
    assert "An earlier message" in follow_up.text
    assert "missing" not in follow_up.text.lower()
    assert office.newest(run_id).tags.get(tags.UNFINISHED, "-") == "-"

    third, code = command("resume", run_id, "--json")
    assert (third, code) == ({}, 1)


def executed(
    office: Office, *, meanwhile: Callable[[], None] = lambda: None, run_id: str = ""
) -> tuple[dg.JobExecutionResult, str]:
    """Runs the workflow in this process, while something happens to it."""
    run_id = run_id or new_id("wr")
    happening = threading.Thread(target=meanwhile)
    happening.start()
    result = dg.execute_job(
        reconstructable("in_one_process"),
        instance=office.instance,
        run_config=office.config(ORDERS),
        tags={tags.WORKFLOW_RUN_ID: run_id},
        raise_on_error=False,
    )
    happening.join()
    return result, run_id


def command(*arguments: str) -> tuple[dict[str, Any], int]:
    """What a command prints as JSON, and its exit status."""
    process = skyvern_dagster(*arguments)
    out, _ = process.communicate(timeout=200)
    return json.loads(out) if out else {}, process.returncode


def options(office: Office) -> list[str]:
    pairs = [f"{key}={value}" for key, value in office.parameters(ORDERS).items()]
    return [part for pair in pairs for part in ("-p", pair)]
