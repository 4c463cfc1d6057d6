"""Blocks of the current format without a language model: a definition in the demo shop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from skyvern_dagster.agent.choice import PlannerChoice
from skyvern_dagster.agent.task_runner import TaskRunner
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.blocks.code_process import CodeSettings
from skyvern_dagster.blocks.context import Services
from skyvern_dagster.blocks.email_server import EmailServer
from skyvern_dagster.blocks.s3_bucket import S3Bucket
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.credentials.sources import EnvironmentSource
from skyvern_dagster.demo.accounts import ACCOUNTS
from skyvern_dagster.demo.shop.server import ShopServer
from skyvern_dagster.execution.host import NoHost
from skyvern_dagster.execution.records import RunRecords
from skyvern_dagster.execution.run import WorkflowRun
from skyvern_dagster.reading.file_text import file_text
from skyvern_dagster.workflow.loader import load_text

HEAD = """\
title: Leaf blocks
workflow_definition:
  version: 1
  parameters:
    - {key: shop, parameter_type: workflow, workflow_parameter_type: string}
    - {key: account, parameter_type: credential}
  blocks:
"""

SHOPPING = f"""{HEAD}
    - block_type: login
      label: enter
      url: "{{{{ shop }}}}/login"
      parameter_keys: [account]
    - block_type: goto_url
      label: open_orders
      url: "{{{{ shop }}}}/account/orders"
    - block_type: wait
      label: a_moment
      wait_sec: 0
    - block_type: extraction
      label: read_orders
      data_extraction_goal: Read all orders on this page.
      data_schema:
        orders:
          type: array
          items:
            type: object
            properties:
              order_id: {{type: string}}
              order_date: {{type: string}}
      export_enabled: true
      export_records: "{{{{ orders }}}}"
      export_data_schema:
        type: object
        properties: {{order_id: {{type: string}}, order_date: {{type: string}}}}
    - block_type: file_download
      label: fetch
      navigation_goal: "Download the invoice of order {{{{ read_orders.extracted_information.orders[1].order_id }}}}."
      download_suffix: "invoice_{{{{ read_orders.extracted_information.orders[1].order_id }}}}"
    - block_type: file_url_parser
      label: parse
      file_url: "SKYVERN_DOWNLOAD_DIRECTORY/invoice_{{{{ read_orders.extracted_information.orders[1].order_id }}}}.pdf"
    - block_type: goto_url
      label: home
      url: "{{{{ shop }}}}/help"
    - block_type: print_page
      label: printed
      custom_filename: help
    - block_type: navigation
      label: go_back
      navigation_goal: Go to the order history.
"""  # noqa: E501 - YAML


@dataclass
class Shopping:
    """A shop, and runs in it without Dagster."""

    shop: ShopServer
    store: ArtifactStore
    tasks: TaskRunner
    environment: dict[str, str]

    def run(self, text: str, **changes: Any) -> tuple[str, dict[str, Any], Any]:
        """The run's status, records by block key, and its scope."""
        workflow = load_text(text, source="test.yaml", name="leaf")
        services = Services(
            artifacts=self.store,
            tasks=self.tasks,
            planner=PlannerChoice(default="heuristic"),
            secrets=EnvironmentSource(self.environment),
            s3=S3Bucket(client=lambda: None, bucket=""),
            email=EmailServer(),
            **changes,
        )
        run = WorkflowRun(workflow, services, NoHost())
        after, ending = run.carry_out(run.open({"shop": self.shop.url}))
        found = RunRecords(self.store, after.workflow_run_id).all(workflow)
        return ending.status, {each.block_key: each.outcome for each in found}, after


@pytest.fixture(scope="module")
def shopping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shopping]:
    shop = ShopServer()
    shop.start()
    store = ArtifactStore(tmp_path_factory.mktemp("leaf") / "artifacts")
    tasks = TaskRunner(BrowserRuntime(), store)
    login = {
        "SKYVERN_CREDENTIAL_ACCOUNT_USERNAME": ACCOUNTS["plain"].username,
        "SKYVERN_CREDENTIAL_ACCOUNT_PASSWORD": ACCOUNTS["plain"].password,
    }
    try:
        yield Shopping(shop, store, tasks, login)
    finally:
        tasks.close()
        shop.stop()


def test_without_a_model(shopping: Shopping, tmp_path: Path) -> None:
    status, outcomes, after = shopping.run(SHOPPING)
    assert {key: each.failure_reason for key, each in outcomes.items() if each.failure_reason} == {}
    assert status == "completed"
    orders = outcomes["read_orders"].output["extracted_information"]["orders"]
    assert len(orders) >= 2
    (parquet,) = outcomes["read_orders"].files
    assert parquet.filename == "read_orders.parquet"
    wanted = orders[1]["order_id"]
    (invoice,) = outcomes["fetch"].files
    assert invoice.filename == f"invoice_{wanted}.pdf"
    assert outcomes["fetch"].output["downloaded_files"][0]["checksum"] == invoice.sha256
    assert wanted in outcomes["parse"].output["text"]
    (page,) = outcomes["printed"].files
    assert outcomes["printed"].output["filename"] == page.filename == "help.pdf"
    text = file_text(shopping.store.read(page.key))
    assert shopping.shop.url in text
    assert outcomes["a_moment"].output == {"success": True}
    assert [file.filename for file in after.files] == [
        "read_orders.parquet", invoice.filename, "help.pdf",
    ]  # fmt: skip


def test_a_page_that_is_not_there(shopping: Shopping) -> None:
    text = f"{HEAD}    - {{block_type: goto_url, label: go, url: '{{{{ shop }}}}/nowhere'}}\n"
    status, outcomes, _ = shopping.run(text)
    assert status == "failed"
    assert outcomes["go"].failure_reason == (
        f"HTTP 404 from {shopping.shop.url}/nowhere: there is no such page"
    )


def test_a_definition_ends_its_run(shopping: Shopping) -> None:
    text = (
        f"{HEAD}    - {{block_type: print_page, label: too_early, continue_on_failure: true}}\n"
        "    - {block_type: terminate, label: stop, reason: 'Nothing at {{ shop }}', "
        "error_code: NOTHING}\n"
        "    - {block_type: wait, label: never}\n"
    )
    status, outcomes, _ = shopping.run(text)
    assert status == "terminated"
    assert "no page is open" in str(outcomes["too_early"].failure_reason)
    assert outcomes["stop"].failure_reason == f"Nothing at {shopping.shop.url}"
    assert [each["error_code"] for each in outcomes["stop"].output["errors"]] == ["NOTHING"]
    assert "never" not in outcomes


def test_actions_by_selector(shopping: Shopping) -> None:
    text = f"""{HEAD}
    - block_type: action
      label: type_name
      url: "{{{{ shop }}}}/login"
      selector: "input[type=email], input[name=email], input[name=username]"
      navigation_goal: Type "{ACCOUNTS["plain"].username}" into the e-mail field.
    - block_type: action
      label: type_password
      selector: "input[type=password]"
      navigation_goal: Type the password.
      parameter_keys: [secret_word]
    - block_type: action
      label: send
      selector: "form:has(#password) button"
      navigation_goal: Log in.
    - block_type: goto_url
      label: orders
      url: "{{{{ shop }}}}/account/orders"
    - block_type: action
      label: nothing_there
      selector: "#nothing-of-the-kind"
      navigation_goal: Frobnicate the wobbler.
      continue_on_failure: true
""".replace(
        "  blocks:\n",
        "    - {key: secret_word, parameter_type: aws_secret, aws_key: SHOP_PASSWORD}\n  blocks:\n",
        1,
    )
    shopping.environment["SHOP_PASSWORD"] = ACCOUNTS["plain"].password
    _, outcomes, _ = shopping.run(text)
    reasons = {key: each.failure_reason for key, each in outcomes.items()}
    steps = {key: [(s.planner, s.actions, s.declined) for s in each.steps]
             for key, each in outcomes.items()}  # fmt: skip
    for label in ("type_name", "type_password", "send"):
        assert reasons[label] is None, steps
        assert outcomes[label].steps[0].planner == "selector"
    # Logged in: the page isn't the one to log in.
    assert outcomes["orders"].steps[-1].url.endswith("/account/orders")
    assert outcomes["nothing_there"].status == "terminated"
    assert "nothing that can be acted on matches" in str(reasons["nothing_there"])


def test_code_with_a_page(shopping: Shopping) -> None:
    lines = [
        "await page.goto(shop + '/help')",
        "title = await page.title()",
        "heading = await page.locator('h1').first.inner_text()",
        "count = await page.get_by_role('link').count()",
        "here = page.url",
        "async with page.expect_popup() as opened:",
        "    await page.evaluate(\"() => { window.open('/terms') }\")",
        "other = await opened.value",
        "await other.wait_for_load_state()",
        "terms = other.url",
        "refused = []",
        "for attempt in (",
        "    lambda: page.goto('file:///etc/passwd'),",
        "    lambda: page.screenshot(path='/tmp/x.png'),",
        "    lambda: page.context,",
        "    lambda: page.set_input_files('input', '/etc/passwd'),",
        "    lambda: page.locator('input').set_input_files('/etc/passwd', timeout=1),",
        "    lambda: page.route('**', 1),",
        "):",
        "    try:",
        "        value = attempt()",
        "        await value",
        "        refused.append('no')",
        "    except Exception as error:",
        "        refused.append(type(error).__name__)",
        "value = None",
    ]
    code = "\n".join(f"        {line}" for line in lines)
    text = (
        f"{HEAD}    - block_type: code\n      label: c\n      parameter_keys: [shop]\n"
        f"      code: |\n{code}\n"
        "    - {block_type: print_page, label: printed}\n"
    )
    status, outcomes, _ = shopping.run(text, code=CodeSettings("operator"))
    assert outcomes["c"].failure_reason is None
    output = outcomes["c"].output
    assert output["here"] == f"{shopping.shop.url}/help"
    assert output["terms"] == f"{shopping.shop.url}/terms"
    assert output["title"]
    assert output["heading"]
    assert output["count"] > 3
    assert output["refused"] == ["RuntimeError", "RuntimeError", "AttributeError",
                                 "RuntimeError", "RuntimeError", "AttributeError"]  # fmt: skip
    # The next block goes on where the code has left the browser.
    assert status == "completed"
    assert outcomes["printed"].files
