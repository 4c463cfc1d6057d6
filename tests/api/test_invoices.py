"""The headline workflow over REST, as applications of 2024 ask for it (docs/contract.md#runs)."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import subprocess
from typing import Any

import dagster as dg
import httpx2
import pytest
from playwright.async_api import async_playwright

from skyvern_dagster.browser.chromium import start_chromium
from tests.api.served import INVOICES_ID, Served
from tests.office import ROOT


@pytest.fixture(scope="module")
def finished(served: Served) -> dict[str, Any]:
    """A finished run of the newest four orders, asked for as a client of 2024 does."""
    started = served.post(
        f"/api/v1/workflows/{INVOICES_ID}/run/",
        json={"data": served.invoices(4), "proxy_location": "RESIDENTIAL"},
    )
    assert started["workflow_id"] == started["workflow_permanent_id"] == INVOICES_ID
    served.wait(started["workflow_run_id"])
    return dict(served.get(f"/api/v1/workflows/runs/{started['workflow_run_id']}"))


def test_the_answer_has_the_fields_of_the_seed_document(finished: dict[str, Any]) -> None:
    assert finished["status"] == "completed", finished["failure_reason"]
    assert finished["workflow_id"] == INVOICES_ID
    assert finished["proxy_location"] == "RESIDENTIAL"
    assert list(finished["outputs"]) == [
        "login_output",
        "get_order_history_page_url_and_qualifying_order_ids_output",
        "iterate_over_order_ids_output",
        "download_invoice_for_order_output",
        "upload_downloaded_files_to_s3_output",
        "send_email_output",
    ]
    assert len(finished["outputs"]["iterate_over_order_ids_output"]) == 4
    assert finished["created_at"] <= finished["started_at"] <= finished["finished_at"]


def test_downloads_and_screenshots_can_be_opened(served: Served, finished: dict[str, Any]) -> None:
    assert len(finished["downloaded_files"]) == 3  # the newest order has no invoice
    for file in finished["downloaded_files"]:
        response = served.client.get(file["url"], headers={"x-api-key": ""})
        assert response.headers["content-type"] == "application/pdf"
        assert hashlib.sha256(response.content).hexdigest() == file["checksum"]
    assert 0 < len(finished["screenshot_urls"]) <= 3
    for url in finished["screenshot_urls"]:
        assert served.client.get(url).content.startswith(b"\xff\xd8")


def test_uploads_have_links_in_the_finished_shape(served: Served, finished: dict[str, Any]) -> None:
    path = f"/v1/runs/{finished['run_id']}"
    typed = served.get(path, params={"outputs": "v2"})["outputs"]
    uploads = typed["upload_downloaded_files_to_s3"]["output"]
    assert [each["filename"] for each in uploads] == [
        file["filename"] for file in finished["downloaded_files"]
    ]
    for each in uploads:
        content = httpx2.get(each["signed_url"]).raise_for_status().content
        assert (len(content), hashlib.sha256(content).hexdigest()) == (each["size"], each["sha256"])
    loop = typed["iterate_over_order_ids"]["output"]
    assert loop[1]["blocks"]["download_invoice_for_order"]["downloaded_files"]
    assert "download_invoice_for_order" not in typed


def test_tasks_inside_the_run_are_found_by_their_ids(
    served: Served, finished: dict[str, Any]
) -> None:
    run_id = finished["run_id"]
    task_id = finished["outputs"]["login_output"]["task_id"]
    task = served.get(f"/api/v1/tasks/{task_id}")
    assert (task["status"], task["workflow_run_id"]) == ("completed", run_id)
    assert task["request"]["navigation_goal"]
    assert served.client.get(task["screenshot_url"]).status_code == 200
    steps = served.get(f"/api/v1/tasks/{task_id}/steps")
    assert [step["order"] for step in steps] == list(range(task["step_count"]))
    assert steps[-1]["is_last"]
    artifacts = served.get(f"/api/v1/tasks/{task_id}/steps/{steps[0]['step_id']}/artifacts")
    assert {each["task_id"] for each in artifacts} == {task_id}
    listed = served.get("/api/v1/tasks", params={"workflow_run_id": run_id, "page_size": 50})
    assert len(listed) == 6  # login, list, and four orders
    assert listed[2]["status"] == "terminated"
    files = [each["checksum"] for task in listed for each in task["downloaded_files"]]
    assert files == [each["checksum"] for each in finished["downloaded_files"]]
    assert sum(each["step_count"] for each in listed) == finished["step_count"]
    assert {each["app_url"] for each in listed} == {finished["app_url"]}
    refused = served.client.post(f"/api/v1/tasks/{task_id}/cancel")
    assert (refused.status_code, run_id in refused.json()["detail"]) == (409, True)


def test_links_in_dagsters_ui_are_the_apis(served: Served, finished: dict[str, Any]) -> None:
    """A browser doesn't follow ``file://`` from Dagster's pages."""
    with dg.DagsterInstance.get() as instance:
        entries = instance.all_logs(
            finished["app_url"].rpartition("/")[2], of_type=dg.DagsterEventType.STEP_OUTPUT
        )
    shown = [entry.get_dagster_event().step_output_data.metadata for entry in entries]
    urls = [
        str(value.value)
        for metadata in shown
        for name, value in metadata.items()
        if name in ("trace", "screenshot_file", "recording")
    ]
    downloads = next(metadata["downloads"] for metadata in shown if "downloads" in metadata)
    assert isinstance(downloads, dg.TableMetadataValue)
    urls += [str(record.data["link"]) for record in downloads.records]
    assert len(urls) > 10
    kinds = set()
    for url in urls:
        assert url.startswith(f"{served.up.url}/artifacts/a_"), url
        response = httpx2.get(url)
        assert response.status_code == 200, url
        kinds.add(response.headers["content-type"])
    assert kinds >= {"image/jpeg", "application/zip", "application/pdf"}
    assert httpx2.get(url[:-4] + "abcd").status_code == 403


def test_a_recording_plays_in_a_browser(finished: dict[str, Any]) -> None:
    async def watch() -> int:
        async with async_playwright() as playwright:
            browser = await start_chromium(playwright)
            page = await browser.new_page()
            await page.goto(finished["recording_url"])
            await page.wait_for_function("document.querySelector('video').readyState >= 2")
            width = int(await page.evaluate("document.querySelector('video').videoWidth"))
            await browser.close()
            return width

    assert asyncio.run(watch()) > 0


def test_the_documents_curl_commands(served: Served) -> None:
    text = (ROOT / "docs" / "rest.md").read_text(encoding="utf-8")
    blocks = [part for part in text.split("```") if part.strip().startswith("curl")]
    script = "".join(blocks).replace("http://127.0.0.1:8000", served.up.url)
    start, question = script.strip().split("\n\n")
    parameters = served.invoices(1)
    start = start.replace("https://shop.example", parameters["website_url"])
    start = start.replace("2024-04-15", parameters["invoice_retrieval_start_date"])
    start = start.replace("https://app.example/webhooks/skyvern", f"{served.up.url}/api/v1/webhook")
    started = run_curl(served, start)
    answer = run_curl(served, question.replace("wr_123", started["workflow_run_id"]))
    assert answer["workflow_id"] == started["workflow_id"] == INVOICES_ID
    assert answer["webhook_callback_url"] == f"{served.up.url}/api/v1/webhook"
    served.wait(started["workflow_run_id"])


def run_curl(served: Served, command: str) -> Any:
    """A command of the documents, as a person's shell runs it."""
    done = subprocess.run(
        ["sh", "-c", command],
        env={**os.environ, "KEY": served.key, "WORKFLOW": INVOICES_ID},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)
