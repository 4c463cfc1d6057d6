"""The examples in workflows/examples, each carried out against a portal, a shop or a mailbox."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

import pytest

from skyvern_dagster.agent.choice import PlannerChoice
from skyvern_dagster.artifacts.interactions import Interactions, Reply
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.blocks.context import Services
from skyvern_dagster.demo.accounts import ACCOUNTS
from skyvern_dagster.demo.services import DemoServices
from skyvern_dagster.execution.ending import RunEnding
from skyvern_dagster.execution.host import NoHost
from skyvern_dagster.execution.run import WorkflowRun
from skyvern_dagster.execution.scope import Scope
from skyvern_dagster.llm.loopback import ModelServer
from skyvern_dagster.process.clock import utc_now
from skyvern_dagster.resources.services import default_resources, services
from skyvern_dagster.workflow.loader import Workflow, load_text
from tests.blocks.imap_server import imap_server
from tests.blocks.test_email_inbox import message
from tests.blocks.web import WebServer
from tests.e2e.portal_site import ACCOUNTS as PORTAL_ACCOUNTS
from tests.e2e.portal_site import DOCUMENTS, NAMES, portal_site
from tests.office import ROOT


@dataclass
class Bureau:
    """Carries examples out in this process, without Dagster."""

    services: Services

    @property
    def store(self) -> ArtifactStore:
        return self.services.artifacts

    def carried_out(self, made: Workflow, **given: str) -> tuple[Scope, RunEnding]:
        run = WorkflowRun(made, self.services, NoHost())
        return run.carry_out(run.open(given))

    def files(self, scope: Scope) -> list[str]:
        return sorted(file.filename for file in scope.files)


def example(name: str, **replaced: str) -> Workflow:
    """An example; what can't be a parameter is replaced in its text."""
    text = (ROOT / "workflows" / "examples" / f"{name}.yaml").read_text()
    for before, after in replaced.items():
        assert f"{before}: " in text
        lines = [f"{each.partition(before)[0]}{before}: {after}" if f"{before}: " in each else each
                 for each in text.splitlines()]  # fmt: skip
        text = "\n".join(lines)
    return load_text(text, source=name, name=name)


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory, demo: DemoServices) -> Iterator[Bureau]:
    account = ACCOUNTS["totp"]
    with pytest.MonkeyPatch.context() as environment:
        settings = {
            **demo.environment(),
            "DAGSTER_HOME": str(tmp_path_factory.mktemp("home")),
            "SKYVERN_PLANNER": "heuristic",
            "SKYVERN_CREDENTIAL_ACCOUNT_USERNAME": account.username,
            "SKYVERN_CREDENTIAL_ACCOUNT_PASSWORD": account.password,
            "SKYVERN_CREDENTIAL_ACCOUNT_TOTP_SECRET": str(account.totp_secret),
            "SKYVERN_CREDENTIAL_MAILBOX_USERNAME": "ada@x.example",
            "SKYVERN_CREDENTIAL_MAILBOX_PASSWORD": "mailbox-pass-1",
        }
        for name, value in settings.items():
            environment.setenv(name, value)
        resources = SimpleNamespace(**default_resources())
        yield Bureau(services(resources))
        resources.browser.close()


@pytest.fixture(scope="module")
def site() -> Iterator[WebServer]:
    with portal_site() as web:
        yield web


@pytest.fixture
def portal(site: WebServer) -> WebServer:
    site.received.clear()
    return site


def sent(portal: WebServer, path: str) -> list[Any]:
    """What was sent to an address, as JSON."""
    came = [each for each in portal.received if (each.method, each.path) == ("POST", path)]
    return [json.loads(each.body) for each in came]


def test_http_request_and_text_prompt(bureau: Bureau, portal: WebServer) -> None:
    with ModelServer([{"answer": {"urgent": [2]}}]) as model:
        planner = PlannerChoice(model=model.settings())
        asked = Bureau(replace(bureau.services, planner=planner))
        made = example("http_request_and_text_prompt")
        _, ending = asked.carried_out(made, api_url=portal.url)
        assert ending.status == "completed", ending.reason
        assert "Answer in English." in str(model.requests[0].body)
    assert sent(portal, "/escalate") == [{"id": 2}]


@pytest.mark.parametrize("approved", [True, False])
def test_human_approval(bureau: Bureau, portal: WebServer, approved: bool) -> None:
    made, host = example("human_approval"), NoHost()
    run = WorkflowRun(made, bureau.services, host)
    scope, ending = run.carry_out(run.open({"api_url": portal.url}))
    assert (ending.status, sent(portal, "/pay")) == ("paused", [])
    asked = Interactions(bureau.store, scope.workflow_run_id)
    (question,) = asked.open()
    assert "the bill of 99" in str(question)
    asked.answer(question.block_key, Reply(approved=approved, by="Ada", at=utc_now()))
    again = replace(run, reuse=True)
    _, ending = again.carry_out(again.open({"api_url": portal.url}))
    assert ending.status == ("completed" if approved else "terminated")
    assert sent(portal, "/pay") == ([{"total": 99}] if approved else [])
    assert len([each for each in portal.received if each.path == "/bill"]) == 1


def test_inbox_to_s3(bureau: Bureau, demo: DemoServices) -> None:
    with imap_server("ada@x.example", "mailbox-pass-1") as mailbox:
        mailbox.folders["INBOX"] = [
            message("Invoice May", files={"may.pdf": b"%PDF-1"}),
            message("Hello", files={"other.pdf": b"%PDF-2"}),
        ]
        made = example("inbox_to_s3", imap_port=str(mailbox.port))
        given = {"bucket": demo.bucket, "imap_host": "127.0.0.1"}
        scope, ending = bureau.carried_out(made, **given)
    assert ending.status == "completed", ending.reason
    (uri,) = scope.outputs["keep"]
    assert uri.startswith(f"s3://{demo.bucket}/invoices/{scope.current_date}/")
    key = uri.removeprefix(f"s3://{demo.bucket}/")
    assert demo.s3.client().get_object(Bucket=demo.bucket, Key=key)["Body"].read() == b"%PDF-1"


def test_conditional_on_extraction(bureau: Bureau, portal: WebServer) -> None:
    made = example("conditional_on_extraction")
    given = {"portal_url": portal.url, "report_url": f"{portal.url}/report"}
    scope, ending = bureau.carried_out(made, **given)
    assert ending.status == "completed", ending.reason
    overdue, checked = sent(portal, "/report")
    assert overdue == {"overdue": 412.5, "on": scope.current_date}
    assert checked == {"checked": True, "branch": 0}


@pytest.mark.long
def test_login_with_totp(bureau: Bureau, demo: DemoServices) -> None:
    scope, ending = bureau.carried_out(example("login_with_totp"), shop_url=demo.shop_url)
    assert ending.status == "completed", ending.reason
    assert scope.outputs["read_orders"]["extracted_information"]["orders"]


@pytest.mark.long
def test_nested_loops(bureau: Bureau, portal: WebServer) -> None:
    scope, ending = bureau.carried_out(example("nested_loops"), portal_url=portal.url)
    assert (ending.status, ending.reason) == ("completed", None)
    wanted = [f"{a}_{s}.pdf" for a, statements in PORTAL_ACCOUNTS.items() for s in statements]
    assert bureau.files(scope) == sorted(wanted)


@pytest.mark.long
def test_load_more(bureau: Bureau, portal: WebServer) -> None:
    scope, ending = bureau.carried_out(example("load_more"), portal_url=portal.url)
    assert (ending.status, ending.reason) == ("completed", None)
    read = scope.outputs["read_list"]["extracted_information"]["entries"]
    assert [each["name"] for each in read] == list(NAMES)
    assert len(scope.outputs["until_all_are_shown"]) == 2


@pytest.mark.long
def test_form_from_csv(bureau: Bureau, portal: WebServer) -> None:
    given = {"portal_url": portal.url, "table_url": f"{portal.url}/people.csv"}
    _, ending = bureau.carried_out(example("form_from_csv"), **given)
    assert (ending.status, ending.reason) == ("completed", None)
    came = [each for each in portal.received if (each.method, each.path) == ("POST", "/register")]
    people = [{name: text[0] for name, text in parse_qs(each.body.decode()).items()}
              for each in came]  # fmt: skip
    assert people == [
        {"name": "Ada Byrne", "email": "ada@x.example", "city": "Cork"},
        {"name": "Bob Quinn", "email": "bob@x.example", "city": "Galway"},
    ]


@pytest.mark.long
def test_parallel_download(bureau: Bureau, portal: WebServer) -> None:
    scope, ending = bureau.carried_out(example("parallel_download"), portal_url=portal.url)
    assert (ending.status, ending.reason) == ("completed", None)
    assert bureau.files(scope) == [f"{each}.pdf" for each in DOCUMENTS]


def test_each_example_is_carried_out() -> None:
    examples = Path(ROOT / "workflows" / "examples").glob("*.yaml")
    assert [each.stem for each in examples if f"test_{each.stem}" not in globals()] == []
