"""A login that wants a code, in a real browser: codes from an address, and pushed ones."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import pyotp
import pytest

from skyvern_dagster.artifacts.run_request import RunRequest, keep_request
from skyvern_dagster.compiler.config import run_config
from skyvern_dagster.compiler.job import build_job
from skyvern_dagster.credentials.pushed_codes import PushedCodes
from skyvern_dagster.demo.accounts import ACCOUNTS
from skyvern_dagster.execution import tags
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID, new_id
from skyvern_dagster.organizations.api_keys import ApiKeys
from skyvern_dagster.organizations.server_secret import server_secret
from skyvern_dagster.webhooks.signature import verify
from skyvern_dagster.workflow.loader import load_text
from tests.office import QUIET, Office, wait_until
from tests.webhooks.receiver import receiver, status

PERSON = ACCOUNTS["totp"]
WORKFLOW = """
title: Log in
workflow_definition:
  parameters:
    - {{parameter_type: credential, key: shopper}}
    - {{parameter_type: workflow, key: where, default_value: "{where}"}}
  blocks:
    - block_type: task
      label: log_in
      url: "{shop}/login"
      navigation_goal: Log in with the shopper's credentials. Complete when you are logged in.
      parameter_keys: [shopper]
      {field}: where
"""


@pytest.fixture
def at_the_shop(office: Office, clean_environment: pytest.MonkeyPatch) -> Office:
    settings = {
        "SKYVERN_PLANNER": "heuristic",
        "SKYVERN_CREDENTIAL_SHOPPER_USERNAME": PERSON.username,
        "SKYVERN_CREDENTIAL_SHOPPER_PASSWORD": PERSON.password,
        "SKYVERN_CREDENTIAL_SHOPPER_HOSTS": "127.0.0.1",
        "SKYVERN_WEBHOOK_ALLOW_PRIVATE": "true",
        "SKYVERN_TOTP_FIRST_WAIT": "0",
        "SKYVERN_TOTP_EVERY": "0.1",
        "SKYVERN_TOTP_PATIENCE": "20",
    }
    for name, value in settings.items():
        clean_environment.setenv(name, value)
    return office


def log_in(office: Office, field: str, where: str, run_id: str = "") -> dict[str, Any]:
    text = WORKFLOW.format(shop=office.demo.shop_url, field=field, where=where)
    result = build_job(load_text(text, source="test", name="log_in")).execute_in_process(
        instance=office.instance,
        run_config={**run_config({}), **QUIET},
        tags={tags.WORKFLOW_RUN_ID: run_id or new_id("wr")},
        raise_on_error=False,
    )
    run = office.instance.get_run_by_id(result.run_id)
    assert run is not None
    answer = office.answer(run.tags[tags.WORKFLOW_RUN_ID])
    outputs = answer.outputs or {}
    return dict(outputs["log_in_output"])


def now() -> str:
    return pyotp.TOTP(PERSON.totp_secret or "").now()


def everything_kept(office: Office) -> bytes:
    files = (path for path in office.home.rglob("*") if path.is_file())
    return b"".join(path.read_bytes() for path in files)


def push_when_it_is_wanted(office: Office, code: Callable[[], str]) -> threading.Thread:
    seen = len(office.demo.request_log.requests)

    def push() -> None:
        wait_until(
            lambda: any(
                request.path == "/login/verify"
                for request in office.demo.request_log.requests[seen:]
            )
        )
        pushed = PushedCodes(office.store, server_secret())
        pushed.push(DEFAULT_ORGANIZATION_ID, PERSON.username.upper(), code())

    thread = threading.Thread(target=push)
    thread.start()
    return thread


def test_a_pushed_code(at_the_shop: Office) -> None:
    codes: list[str] = []

    def message() -> str:
        codes.append(now())
        return f"Dear Tomas, your code for the shop is {codes[-1]}. It is good for a minute."

    thread = push_when_it_is_wanted(at_the_shop, message)
    output = log_in(at_the_shop, "totp_identifier", PERSON.username)
    thread.join()

    assert output["status"] == "completed", output
    # As a word: moments have six digits behind their point, and any of them can stand there.
    code_itself = re.compile(rb"(?<![\d.])" + codes[0].encode() + rb"(?!\d)")
    assert not code_itself.search(everything_kept(at_the_shop))


def test_a_code_from_an_address(at_the_shop: Office) -> None:
    """Signed with the server's key; a code that comes too late or is wrong is no end."""
    token, _ = ApiKeys(at_the_shop.store, server_secret()).create(DEFAULT_ORGANIZATION_ID, "t")
    answers = [None, "000000"]

    def behave(handler: BaseHTTPRequestHandler) -> None:
        code = answers.pop(0) if answers else now()
        status(200, json.dumps({"verification_code": code}).encode())(handler)

    with receiver() as hook:
        hook.then = behave
        output = log_in(at_the_shop, "totp_verification_url", hook.url())

    assert output["status"] == "completed", output
    assert len(hook.received) == 3
    question = json.loads(hook.received[0].body)
    assert question["task_id"] == output["task_id"]
    assert question["workflow_run_id"].startswith("wr_")
    assert all(verify(token, got.body, got.headers) for got in hook.received)


def test_what_the_run_asks_for_stands_above_the_block(at_the_shop: Office) -> None:
    run_id = new_id("wr")
    keep_request(
        at_the_shop.store,
        RunRequest(
            run_id=run_id,
            kind="workflow_run",
            organization_id=DEFAULT_ORGANIZATION_ID,
            created_at="2026-05-01T12:00:00",
            totp_identifier=PERSON.username,
        ),
    )
    thread = push_when_it_is_wanted(at_the_shop, now)
    output = log_in(at_the_shop, "totp_identifier", "somebody@else.example", run_id)
    thread.join()
    assert output["status"] == "completed", output


def test_no_code_comes(at_the_shop: Office, clean_environment: pytest.MonkeyPatch) -> None:
    clean_environment.setenv("SKYVERN_TOTP_PATIENCE", "1")
    output = log_in(at_the_shop, "totp_identifier", PERSON.username)
    assert output["status"] == "terminated"
    assert "no one-time code has come in time" in output["failure_reason"]


def test_of_another_organization(at_the_shop: Office) -> None:
    pushed = PushedCodes(at_the_shop.store, server_secret())
    pushed.push(new_id("o"), PERSON.username, now())
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SKYVERN_TOTP_PATIENCE", "1")
        output = log_in(at_the_shop, "totp_identifier", PERSON.username)
    assert output["status"] == "terminated"
