"""A place to run the invoice workflow in, and ways to look at what came of it."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg

from skyvern_dagster.artifacts.default_store import default_store
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.compiler.config import run_config
from skyvern_dagster.demo.mailbox import ReceivedMessage
from skyvern_dagster.demo.orders import Order
from skyvern_dagster.demo.services import DemoServices
from skyvern_dagster.execution import tags
from skyvern_dagster.execution.records import BlockRecord, RunRecords
from skyvern_dagster.runs.answer import build_answer
from skyvern_dagster.runs.run_answer import WorkflowRunAnswer
from skyvern_dagster.workflow.loader import Workflow, load_workflow

ROOT = Path(__file__).parent.parent
INVOICES = ROOT / "workflows" / "invoice_retrieval.yaml"
DOWNLOAD = "download_invoice_for_order"
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True)
class Office:
    """The demo's servers, a home folder and its Dagster instance."""

    demo: DemoServices
    home: Path
    instance: dg.DagsterInstance

    @property
    def store(self) -> ArtifactStore:
        return default_store()

    @property
    def workflow(self) -> Workflow:
        return load_workflow(INVOICES)

    def orders(self, count: int) -> tuple[Order, ...]:
        """The newest orders, newest first; the newest of all has no invoice."""
        return self.demo.orders[:count]

    def parameters(self, count: int) -> dict[str, str]:
        """Parameters for a run over the newest ``count`` orders."""
        since = self.orders(count)[-1].order_date.isoformat()
        return {"website_url": self.demo.shop_url, "invoice_retrieval_start_date": since}

    def config(self, count: int) -> dict[str, Any]:
        """Run config for such a run."""
        return {**run_config(self.parameters(count)), **QUIET}

    def newest(self, workflow_run_id: str) -> dg.DagsterRun:
        """The newest Dagster run of a Skyvern run."""
        found = self.instance.get_runs(
            filters=dg.RunsFilter(tags={tags.WORKFLOW_RUN_ID: workflow_run_id}), limit=1
        )
        assert found, f"no Dagster run of {workflow_run_id}"
        return found[0]

    def answer(self, workflow_run_id: str) -> WorkflowRunAnswer:
        return build_answer(self.instance, self.store, self.newest(workflow_run_id))

    def records(self, workflow_run_id: str) -> dict[str, BlockRecord]:
        """Records by block key."""
        found = RunRecords(self.store, workflow_run_id).all(self.workflow)
        return {record.block_key: record for record in found}

    def objects(self, workflow_run_id: str) -> dict[str, bytes]:
        """Uploaded files of a run, by file name; each must have been uploaded once."""
        client = self.demo.s3.client()
        prefix = f"local/{workflow_run_id}/"
        versions = client.list_object_versions(Bucket=self.demo.bucket, Prefix=prefix)
        times = Counter(version["Key"] for version in versions.get("Versions", []))
        assert set(times.values()) <= {1}, f"uploaded more than once: {times}"
        found = {}
        for key in times:
            content = client.get_object(Bucket=self.demo.bucket, Key=key)["Body"].read()
            found[key.removeprefix(prefix).partition("_")[2]] = content
        return found

    def messages(self, workflow_run_id: str) -> list[ReceivedMessage]:
        """Messages that name the run in their subject."""
        return [
            message
            for message in self.demo.messages
            if workflow_run_id in str(message.message["Subject"])
        ]

    def invoice_requests(self, since: int = 0) -> list[str]:
        """Ids of the orders whose invoices were asked for, from a position of the log on."""
        paths = [request.path for request in self.demo.request_log.requests[since:]]
        found = [re.fullmatch(r"/account/orders/(LF-\d+)/invoice", path) for path in paths]
        return [match.group(1) for match in found if match]

    def page_requests(self, since: int = 0) -> list[str]:
        """Ids of the orders whose pages were asked for."""
        paths = [request.path for request in self.demo.request_log.requests[since:]]
        found = [re.fullmatch(r"/account/orders/(LF-\d+)", path) for path in paths]
        return [match.group(1) for match in found if match]

    def assert_complete(self, workflow_run_id: str, count: int) -> None:
        """Every invoice is there: downloaded, uploaded once, and sent in one e-mail."""
        answer = self.answer(workflow_run_id)
        assert answer.status == "completed", answer.failure_reason
        iterations = (answer.outputs or {})["iterate_over_order_ids_output"]
        assert [each[0]["loop_value"]["order_id"] for each in iterations] == [
            order.order_id for order in self.orders(count)
        ]
        urls = answer.downloaded_file_urls or []
        downloaded = sorted(url.rpartition("/")[2] for url in urls)
        assert downloaded == sorted(self.invoices(count)), iterations
        self.assert_delivered(workflow_run_id, count)

    def assert_delivered(self, workflow_run_id: str, count: int) -> None:
        """Every invoice is in the bucket, once, and in one e-mail."""
        assert self.objects(workflow_run_id) == self.invoices(count)
        (message,) = self.messages(workflow_run_id)
        assert message.attachments == self.invoices(count)

    def invoices(self, count: int) -> dict[str, bytes]:
        """The invoices of the newest orders, by file name."""
        return {
            f"{order.invoice_number}.pdf": order.invoice_pdf()
            for order in self.orders(count)
            if order.has_invoice
        }


def wait_until(
    condition: Callable[[], bool], *, seconds: float = 180, every: float = 0.005
) -> None:
    """Waits for something that happens elsewhere."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} seconds"
        time.sleep(every)


def skyvern_dagster(*arguments: str) -> subprocess.Popen[str]:
    """Starts the command-line tool."""
    return subprocess.Popen(
        [sys.executable, "-m", "skyvern_dagster.cli.app", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
