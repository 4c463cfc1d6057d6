"""Where a task's one-time codes come from: its run's request, its block, or the definition."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from skyvern_dagster.agent.task import TaskRequest
from skyvern_dagster.artifacts.run_request import RunRequest
from skyvern_dagster.blocks.task import TaskBlock
from skyvern_dagster.credentials.one_time_codes import CodeOrigin, OneTimeCodes
from skyvern_dagster.credentials.pushed_codes import PushedCodeSource
from skyvern_dagster.credentials.verification_url import VerificationUrlSource
from skyvern_dagster.organizations.server_secret import ServerSecret
from tests.blocks.desk import RUN, Desk

ORGANIZATION = "o_123"
URL = {"totp_verification_url": "https://codes.example/"}
PERSON = {"totp_identifier": "me@example.com"}


def request(
    desk: Desk,
    *,
    asked: dict[str, str] | None = None,
    block: dict[str, str] | None = None,
    defined: CodeOrigin | None = None,
) -> TaskRequest:
    fields: dict[str, Any] = {"block_type": "task", "label": "a", "url": "https://shop.example"}
    context = desk.context("a/07")
    codes = OneTimeCodes(desk.store, lambda: ServerSecret("x" * 32))
    run_request = RunRequest(
        run_id=RUN,
        kind="workflow_run",
        organization_id=ORGANIZATION,
        created_at="2026-05-01T12:00:00",
        **(asked or {}),
    )
    return TaskBlock.model_validate({**fields, **(block or {})})._request(
        replace(
            context,
            services=replace(context.services, codes=codes),
            request=None if asked is None else run_request,
            organization_id=ORGANIZATION,
            code_origin=defined or CodeOrigin(),
        )
    )


def origin(made: TaskRequest) -> str | None:
    """The address or identifier that is used."""
    assert made.goal.has_totp == (made.codes is not None)
    if made.codes is None:
        return None
    match made.codes._source:
        case VerificationUrlSource() as source:
            return source.url
        case PushedCodeSource() as source:
            return source.totp_identifier
        case other:
            raise AssertionError(other)


def test_nowhere(desk: Desk) -> None:
    assert origin(request(desk)) is None
    assert origin(request(desk, asked={})) is None
    assert origin(request(desk, block={"totp_identifier": "", "totp_verification_url": ""})) is None


@pytest.mark.parametrize(
    ("asked", "block", "defined", "used"),
    [
        ({}, PERSON, None, "me@example.com"),
        ({}, URL, None, "https://codes.example/"),
        ({}, {**PERSON, **URL}, None, "https://codes.example/"),
        (None, {}, CodeOrigin(identifier="all"), "all"),
        (None, PERSON, CodeOrigin(identifier="all"), "me@example.com"),
        ({"totp_identifier": "run"}, PERSON, CodeOrigin(identifier="all"), "run"),
        ({"totp_identifier": "run"}, URL, None, "run"),
        # A request repeats what the definition says.
        ({"totp_identifier": "all"}, PERSON, CodeOrigin(identifier="all"), "me@example.com"),
        ({"totp_identifier": "all"}, {}, CodeOrigin(identifier="all"), "all"),
    ],
)
def test_origin(
    desk: Desk,
    asked: dict[str, str] | None,
    block: dict[str, str],
    defined: CodeOrigin | None,
    used: str,
) -> None:
    assert origin(request(desk, asked=asked, block=block, defined=defined)) == used


def test_a_parameter_may_give_it(desk: Desk) -> None:
    desk.names = {"who": "ada@example.com", "where": "https://a.example/"}
    assert origin(request(desk, block={"totp_identifier": "who"})) == "ada@example.com"
    assert origin(request(desk, block={"totp_identifier": "{{ who }}"})) == "ada@example.com"
    assert origin(request(desk, block={"totp_verification_url": "where"})) == "https://a.example/"


def test_who_asks(desk: Desk) -> None:
    desk.names = {"workflow_permanent_id": "wpid_1"}
    made = request(desk, asked={}, block=PERSON)
    assert made.codes is not None
    source = made.codes._source
    assert isinstance(source, PushedCodeSource)
    reader = source.reader
    assert (reader.task_id, reader.name) == (made.task_id, f"{RUN}/a/07")
    assert (reader.workflow_id, reader.workflow_run_id) == ("wpid_1", RUN)
    assert source.organization_id == ORGANIZATION
    asking = request(desk, asked={}, block=URL).codes
    assert asking is not None
    assert isinstance(asking._source, VerificationUrlSource)
    assert "codes.example" not in repr(asking._source)
