"""Files given to a page: those of the payload and of the run, by name, and no others."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from skyvern_dagster.agent.decisions import Complete, Decision, Download, UploadFile
from skyvern_dagster.agent.planner import PlanRequest
from skyvern_dagster.agent.planners.scripted import ScriptedPlanner, ScriptStep
from skyvern_dagster.agent.task_runner import TaskRunner
from skyvern_dagster.agent.uploads import OfferedFile, Uploads
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.blocks.context import Services
from skyvern_dagster.blocks.email_server import EmailServer
from skyvern_dagster.blocks.s3_bucket import S3Bucket
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.browser.session import BrowserSession
from skyvern_dagster.credentials.sources import EnvironmentSource
from skyvern_dagster.demo.s3_server import S3Server
from skyvern_dagster.errors import SkyvernDagsterError
from skyvern_dagster.execution.host import NoHost
from skyvern_dagster.execution.run import WorkflowRun
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID
from skyvern_dagster.workflow.loader import load_workflow
from tests.blocks.requests import Requests
from tests.browser.site import PDF, Site

WORKFLOW = """
title: Uploads
workflow_definition:
  parameters:
    - {key: site, parameter_type: workflow, workflow_parameter_type: string}
    - {key: paper, parameter_type: workflow, workflow_parameter_type: file_url}
    - {key: facts, parameter_type: workflow, workflow_parameter_type: json}
  blocks:
    - {block_type: task, label: fetch, url: "{{ site }}/upload", complete_on_download: true,
       navigation_goal: Download the report}
    - {block_type: task, label: give, url: "{{ site }}/upload", parameter_keys: [paper, facts],
       navigation_goal: Upload the document}
"""
OURS = f"organizations/{DEFAULT_ORGANIZATION_ID}/files/f_1/own.txt"
OTHERS = "organizations/o_other/files/f_1/own.txt"


def _ref(request: PlanRequest, name: str) -> str:
    nodes = request.observation.root.walk()
    return next(str(node.ref) for node in nodes if node.name == name and node.ref)


class Giver:
    """A run of the workflow, in which the second block gives one file after another."""

    def __init__(self, folder: Path, runtime: BrowserRuntime, site: Site, s3: S3Bucket) -> None:
        self.store = ArtifactStore(folder / "artifacts")
        self.path = folder / "uploads.yaml"
        self.path.write_text(WORKFLOW)
        self.tasks = TaskRunner(runtime, self.store)
        self.site = site
        self.s3 = s3
        self.offered: tuple[str, ...] = ()

    def give(self, names: list[str], paper: str, facts: Any = None) -> list[str]:
        """What came of each file, in the page's words or as the error that the planner is told."""
        told: list[str] = []

        def next_file(request: PlanRequest) -> list[Decision]:
            if request.goal.navigation_goal == "Download the report":
                return [Download(ref=_ref(request, "Report"))]
            self.offered = request.goal.files
            if request.history:
                result = request.history[-1].actions[0].result
                told.append(result.error or result.text_appeared[0])
            if len(told) == len(names):
                return [Complete()]
            return [UploadFile(ref=_ref(request, "Document"), path=names[len(told)])]

        script: list[ScriptStep] = [next_file] * (len(names) + 1)
        services = Services(
            artifacts=self.store,
            tasks=self.tasks,
            planner=ScriptedPlanner(script),
            secrets=EnvironmentSource({}),
            s3=self.s3,
            email=EmailServer(),
        )
        workflow = load_workflow(self.path)
        parameters = {"site": self.site.url, "paper": paper, "facts": facts or {}}
        run = WorkflowRun(workflow, services, NoHost(write=print))
        _, ending = run.carry_out(run.open(parameters))
        assert ending.status == "completed"
        return told


def test_files_of_payload_run_organization_and_bucket_arrive_whole(
    tmp_path: Path, runtime: BrowserRuntime, site: Site
) -> None:
    server = S3Server()
    server.start()
    try:
        bucket = Requests(server.endpoint_url).bucket(server.bucket)
        bucket.put("in/s3.txt", io.BytesIO(b"from s3"), content_type="text/plain", sha256="x")
        giver = Giver(tmp_path, runtime, site, bucket)
        giver.store.write(OURS, b"own")
        facts = {
            "mine": giver.store.url(OURS),
            "theirs": giver.store.url(OTHERS),
            "linked": f"http://api.invalid/files/{DEFAULT_ORGANIZATION_ID}/f_1/own.txt?expires=1",
            "bucket": bucket.uri("in/s3.txt"),
            "elsewhere": "s3://secrets/in/s3.txt",
            "photo": f"{site.url}/files/photo.txt?content=12345&type=text/plain",
            "page": f"{site.url}/index.html",
        }
        paper = f"{site.url}/files/paper?disposition=attachment;filename=paper.pdf"
        expected = {
            "paper": f"Got paper.pdf of {len(PDF)} bytes",
            "facts.elsewhere": "another bucket",
            "report.pdf": f"Got report.pdf of {len(PDF)} bytes",
            "facts.theirs": "no file of this run or its payload",
            "facts.mine": "Got own.txt of 3 bytes",
            "facts.page": "no file of this run or its payload",
            "facts.bucket": "Got s3.txt of 7 bytes",
            "facts.linked": "Got own.txt of 3 bytes",
            "/etc/hostname": "no file of this run or its payload",
            "facts.photo": "Got photo.txt of 5 bytes",
        }
        told = giver.give(list(expected), paper, facts)
    finally:
        server.stop()
    assert [one in other for one, other in zip(expected.values(), told, strict=True)] == [True] * 10
    assert giver.offered == (
        "report.pdf", "paper", "facts.mine (own.txt)", "facts.linked (own.txt)",
        "facts.bucket (s3.txt)", "facts.elsewhere (s3.txt)", "facts.photo",
    )  # fmt: skip


def test_a_file_that_cannot_be_had_is_told_to_the_planner(
    tmp_path: Path, runtime: BrowserRuntime, site: Site
) -> None:
    giver = Giver(tmp_path, runtime, site, S3Bucket(lambda: None, ""))
    assert "HTTP 404" in giver.give(["paper"], f"{site.url}/status/404")[0]


def test_a_file_that_is_too_large_is_refused(
    tmp_path: Path, runtime: BrowserRuntime, site: Site
) -> None:
    address = f"{site.url}/files/huge.txt?content={'x' * 5000}&type=text/plain"
    offered = (
        OfferedFile("fetched", address),
        OfferedFile("read", "s3://bucket/huge.txt", "huge.txt", lambda: b"x" * 4001),
        OfferedFile("small", "s3://bucket/small.txt", "small.txt", lambda: b"x" * 4000),
    )
    uploads = Uploads(offered, tmp_path / "uploads", most_bytes=4000)
    session = runtime.run(BrowserSession.open(runtime, downloads_dir=tmp_path))
    try:
        for name in ("fetched", "read"):
            with pytest.raises(SkyvernDagsterError, match="is larger than"):
                runtime.run(uploads.path(name, session))
        assert runtime.run(uploads.path("small", session)).stat().st_size == 4000
    finally:
        runtime.run(session.close())
    assert [path.name for path in (tmp_path / "uploads").rglob("*.txt")] == ["small.txt"]
