"""One run by the command line, and everything that it leaves behind."""

from __future__ import annotations

import base64
import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import dagster as dg
import pytest

from skyvern_dagster.demo.services import SMTP_PASSWORD
from skyvern_dagster.execution import tags
from tests.office import DOWNLOAD, INVOICES, Office, skyvern_dagster

ORDERS = 3
HISTORY = "get_order_history_page_url_and_qualifying_order_ids"


@pytest.fixture(scope="module")
def printed(shared_office: Office) -> dict[str, Any]:
    """The answer as ``skyvern-dagster run --json`` prints it."""
    pairs = [f"{key}={value}" for key, value in shared_office.parameters(ORDERS).items()]
    options = [part for pair in pairs for part in ("-p", pair)]
    process = skyvern_dagster("run", str(INVOICES), *options, "--json")
    out, err = process.communicate(timeout=200)
    assert process.returncode == 0, err
    found: dict[str, Any] = json.loads(out)
    return found


def test_everything_has_arrived(shared_office: Office, printed: dict[str, Any]) -> None:
    shared_office.assert_complete(printed["workflow_run_id"], ORDERS)


def test_fields_of_the_answer(shared_office: Office, printed: dict[str, Any]) -> None:
    assert set(printed) >= {
        "workflow_id", "workflow_run_id", "status", "failure_reason", "proxy_location",
        "webhook_callback_url", "totp_verification_url", "totp_identifier", "created_at",
        "modified_at", "parameters", "screenshot_urls", "recording_url", "downloaded_file_urls",
        "outputs",
    }  # fmt: skip
    assert printed["workflow_id"].startswith("wpid_")
    assert printed["status"] == "completed"
    assert printed["failure_reason"] is None
    assert printed["parameters"] == {
        **shared_office.parameters(ORDERS),
        "email_recipient": "accounting@example.com",
    }
    assert len(printed["screenshot_urls"]) == 3
    assert printed["created_at"] < printed["modified_at"]
    assert printed == json.loads(shared_office.answer(printed["workflow_run_id"]).model_dump_json())


def test_outputs_are_those_of_the_contract(shared_office: Office, printed: dict[str, Any]) -> None:
    outputs = printed["outputs"]
    assert list(outputs) == [
        "login_output",
        f"{HISTORY}_output",
        "iterate_over_order_ids_output",
        f"{DOWNLOAD}_output",
        "upload_downloaded_files_to_s3_output",
        "send_email_output",
    ]
    task_keys = ["task_id", "status", "extracted_information", "failure_reason", "errors"]
    for name in ("login_output", f"{HISTORY}_output", f"{DOWNLOAD}_output"):
        assert list(outputs[name]) == task_keys
        assert outputs[name]["task_id"].startswith("tsk_")
        assert (outputs[name]["status"], outputs[name]["errors"]) == ("completed", [])
    extracted = outputs[f"{HISTORY}_output"]["extracted_information"]
    orders = shared_office.orders(ORDERS)
    assert extracted["order_ids"] == [
        {"order_date": order.order_date.isoformat(), "order_id": order.order_id} for order in orders
    ]
    assert outputs["send_email_output"] == {"success": True}
    bucket = shared_office.demo.bucket
    prefix = f"s3://{bucket}/local/{printed['workflow_run_id']}/"
    uris = outputs["upload_downloaded_files_to_s3_output"]
    assert len(uris) == sum(order.has_invoice for order in orders)
    assert [uri for uri in uris if not uri.startswith(prefix)] == []


def test_output_of_the_loop(shared_office: Office, printed: dict[str, Any]) -> None:
    iterations = printed["outputs"]["iterate_over_order_ids_output"]
    assert [len(entries) for entries in iterations] == [1] * ORDERS
    for (entry,), order in zip(iterations, shared_office.orders(ORDERS), strict=True):
        assert list(entry) == ["loop_value", "output_parameter", "output_value"]
        assert entry["loop_value"]["order_id"] == order.order_id
        parameter = entry["output_parameter"]
        assert list(parameter) == [
            "parameter_type", "key", "description", "output_parameter_id", "workflow_id",
            "created_at", "modified_at", "deleted_at",
        ]  # fmt: skip
        assert (parameter["parameter_type"], parameter["key"]) == ("output", f"{DOWNLOAD}_output")
        assert parameter["output_parameter_id"].startswith("op_")
        status = "completed" if order.has_invoice else "terminated"
        assert entry["output_value"]["status"] == status
    (first,) = iterations[0]
    assert [error["error_code"] for error in first["output_value"]["errors"]] == [
        "no_invoice_available"
    ]
    assert printed["outputs"][f"{DOWNLOAD}_output"] == iterations[-1][0]["output_value"]


def test_the_run_in_dagster(shared_office: Office, printed: dict[str, Any]) -> None:
    run = shared_office.newest(printed["workflow_run_id"])
    assert run.status == dg.DagsterRunStatus.SUCCESS
    assert run.tags[tags.STATUS] == "completed"
    assert run.tags[tags.SITE] == shared_office.demo.shop_url.removeprefix("http://")
    log = shared_office.instance.all_logs(run.run_id)
    rows = Counter(entry.step_key for entry in log if entry.step_key)
    # Each row costs milliseconds: Dagster's own nine for an iteration, and the agent's lines.
    assert 9 <= rows[f"{DOWNLOAD}[1]"] <= 14
    assert 0 < rows["start"] <= 5
    sizes = [
        len(dg.serialize_value(entry))
        for entry in log
        if (entry.step_key or "").startswith(f"{DOWNLOAD}[1]")
    ]
    # The inline picture is most of it.
    assert 1_000 < sum(sizes) < 130_000


def test_no_secret_is_left_anywhere(shared_office: Office, printed: dict[str, Any]) -> None:
    secrets = (shared_office.demo.accounts["plain"].password, SMTP_PASSWORD)
    files = [path for path in shared_office.home.rglob("*") if path.is_file()]
    kinds = {path.suffix for path in files}
    assert {".db", ".json", ".zip", ".jpg", ".pdf", ".err", ".log"} <= kinds

    found, masked = [], 0
    for path in files:
        for name, content in contents(path):
            masked += b"*" * len(secrets[0]) in content
            found += [
                (str(path), name) for secret in secrets for form in forms(secret) if form in content
            ]

    assert found == []
    # The password did pass through here: the trace has stars in its place.
    assert masked


def contents(path: Path) -> Iterator[tuple[str, bytes]]:
    """A file's bytes, and those of every member where it is an archive."""
    yield path.name, path.read_bytes()
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            for member in archive.namelist():
                yield member, archive.read(member)


def forms(secret: str) -> set[bytes]:
    """A secret as it may be written: plain, URL-encoded, base64 at any offset, UTF-16."""
    plain = secret.encode()
    shifted = {base64.b64encode(b" " * offset + plain)[2 * offset :][2:-4] for offset in range(3)}
    return {
        plain,
        quote(secret, safe="").encode(),
        quote_plus(secret).encode(),
        base64.b64encode(plain).rstrip(b"="),
        secret.encode("utf-16-le"),
        *shifted,
    }
