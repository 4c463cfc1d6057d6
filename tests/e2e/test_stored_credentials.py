"""A run that logs in with a stored credential, whose id is one of the run's parameters."""

from __future__ import annotations

from typing import Any

import pytest

from skyvern_dagster.compiler.config import run_config
from skyvern_dagster.compiler.job import build_job
from skyvern_dagster.demo.accounts import ACCOUNTS
from skyvern_dagster.execution import tags
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID, new_id
from skyvern_dagster.organizations.credential_store import CredentialStore, PasswordCredential
from skyvern_dagster.organizations.server_secret import server_secret
from skyvern_dagster.workflow.loader import load_text
from tests.office import QUIET, Office

PERSON = ACCOUNTS["totp"]
DIRECTLY = "- {parameter_type: workflow, key: login, workflow_parameter_type: credential_id}"
BY_NAME = """- {parameter_type: workflow, key: which, workflow_parameter_type: credential_id}
    - {parameter_type: credential, key: login, credential_id: which}"""
WORKFLOW = """
title: Log in
workflow_definition:
  parameters:
    PARAMETERS
  blocks:
    - block_type: task
      label: log_in
      url: "SHOP/login"
      navigation_goal: Log in with the given login. Complete when you are logged in.
      parameter_keys: [login]
"""


def log_in(
    office: Office, parameters: str, given: dict[str, Any], organization_id: str
) -> tuple[str, str | None]:
    """Status and failure reason of a run."""
    text = WORKFLOW.replace("PARAMETERS", parameters).replace("SHOP", office.demo.shop_url)
    run_id = new_id("wr")
    build_job(load_text(text, source="test", name="log_in")).execute_in_process(
        instance=office.instance,
        run_config={**run_config(given), **QUIET},
        tags={tags.WORKFLOW_RUN_ID: run_id, tags.ORGANIZATION_ID: organization_id},
        raise_on_error=False,
    )
    answer = office.answer(run_id)
    return answer.status, answer.failure_reason


@pytest.fixture
def credential_id(office: Office, clean_environment: pytest.MonkeyPatch) -> str:
    clean_environment.setenv("SKYVERN_PLANNER", "heuristic")
    value = PasswordCredential(
        username=PERSON.username, password=PERSON.password, totp=PERSON.totp_secret
    )
    store = CredentialStore(office.store, server_secret())
    return store.create(DEFAULT_ORGANIZATION_ID, "the shop", value).credential_id


@pytest.mark.parametrize(("parameters", "key"), [(DIRECTLY, "login"), (BY_NAME, "which")])
def test_logged_in(office: Office, credential_id: str, parameters: str, key: str) -> None:
    found = log_in(office, parameters, {key: credential_id}, DEFAULT_ORGANIZATION_ID)
    assert found == ("completed", None)
    kept = b"".join(path.read_bytes() for path in office.home.rglob("*") if path.is_file())
    assert PERSON.password.encode() not in kept
    assert str(PERSON.totp_secret).encode() not in kept


def test_another_organization_has_not_got_it(office: Office, credential_id: str) -> None:
    organization_id = new_id("o")
    status, reason = log_in(office, DIRECTLY, {"login": credential_id}, organization_id)
    assert status == "failed"
    assert reason
    assert f"organization {organization_id}, which has no {credential_id}" in reason
