"""The headline workflow over REST, as the seed documents show it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.served import INVOICES_ID, Served


@pytest.fixture(scope="module")
def finished(served: Served) -> dict[str, Any]:
    """A finished run of the newest four orders, started with the seed's own call."""
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
    import hashlib

    assert len(finished["downloaded_files"]) == 3  # the newest order has no invoice
    for file in finished["downloaded_files"]:
        response = served.client.get(file["url"], headers={"x-api-key": ""})
        assert response.headers["content-type"] == "application/pdf"
        assert hashlib.sha256(response.content).hexdigest() == file["checksum"]
    assert 0 < len(finished["screenshot_urls"]) <= 3
    for url in finished["screenshot_urls"]:
        assert served.client.get(url).content.startswith(b"\xff\xd8")
