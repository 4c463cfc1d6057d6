"""``skyvern-dagster demo`` as a person starts it, planned by the heuristic planner."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

LABELS = [
    "login_output",
    "get_order_history_page_url_and_qualifying_order_ids_output",
    "iterate_over_order_ids_output",
    "download_invoice_for_order_output",
    "upload_downloaded_files_to_s3_output",
    "send_email_output",
]


@pytest.mark.timeout(600)
def test_demo_delivers_every_invoice(tmp_path: Path) -> None:
    outside = ("SKYVERN_", "AWS_", "SMTP_", "DAGSTER_")
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(outside)
    }
    done = subprocess.run(
        [sys.executable, "-m", "skyvern_dagster.cli.app", "demo", "--json"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    answer = json.loads(done.stdout)
    assert answer["status"] == "completed"
    assert list(answer["outputs"]) == LABELS
    assert len(answer["outputs"]["iterate_over_order_ids_output"]) == 26
    assert len(answer["outputs"]["upload_downloaded_files_to_s3_output"]) == 25
    assert answer["outputs"]["send_email_output"] == {"success": True}
    assert "25 of 25 invoices downloaded, uploaded and mailed" in " ".join(done.stderr.split())
    assert (tmp_path / ".skyvern" / "dagster.yaml").exists()
