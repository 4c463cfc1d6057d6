"""What a task block asks of the agent; the agent itself is tested elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyvern_dagster.agent.task import TaskRequest
from skyvern_dagster.blocks.task import TaskBlock
from skyvern_dagster.blocks.web_address import web_address
from skyvern_dagster.credentials.declared_secrets import SecretDeclarations
from skyvern_dagster.errors import BlockError, SecretError
from tests.blocks.desk import RUN, Desk
from tests.laws import LAW


def request(desk: Desk, *, state: str | None = None, **fields: Any) -> TaskRequest:
    block = TaskBlock.model_validate({"block_type": "task", "label": "fetch", **fields})
    return block._request(desk.context("fetch/07", state=state))


def url_of(desk: Desk, url: str) -> str | None:
    return request(desk, url=url).url


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://shop.example/a?b=c#d", "https://shop.example/a?b=c#d"),
        ("HTTP://shop.example", "HTTP://shop.example"),
        ("shop.example", "https://shop.example"),
        ("shop.example/a:b", "https://shop.example/a:b"),
        ("shop.example:8443/x", "https://shop.example:8443/x"),
        ("localhost:8000", "https://localhost:8000"),
        ("//shop.example/x", "https://shop.example/x"),
        ("  https://shop.example \n", "https://shop.example"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000/"),
        ("http://[::1]:8000/", "http://[::1]:8000/"),
        ("https://bücher.example/ü", "https://bücher.example/ü"),
        ("https://ada:pw@shop.example", "https://ada:pw@shop.example"),
        ("website_url", "https://shop.example"),
        ("bare", "https://shop.example"),
        ("{{ website_url }}/orders", "https://shop.example/orders"),
        ("{{ orders[0].url }}", "https://shop.example/1"),
        ("login_output", "https://shop.example/login"),
    ],
)
def test_where_it_begins(desk: Desk, url: str, address: str) -> None:
    desk.names = {
        "website_url": "https://shop.example",
        "bare": " shop.example ",
        "orders": [{"url": "https://shop.example/1"}],
        "login_output": "https://shop.example/login",
    }
    assert url_of(desk, url) == address


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "FILE:///etc/passwd", "file:/etc/passwd", "javascript:alert(1)",
        "JavaScript:alert(1)", " javascript:alert(1)", "data:text/html,x", "about:blank",
        "chrome://settings", "view-source:https://shop.example", "mailto:ada@shop.example",
        "ftp://shop.example", "ws://shop.example", "blob:https://shop.example/1", "https://",
        "https:///x", "https://[x", "https://shop.example:port", "https://shop.example:99999",
        "https://sh op.example", "https://shop.example/\nx", "   ",
    ],
)  # fmt: skip
def test_what_is_no_web_address(desk: Desk, url: str) -> None:
    desk.names = {"given": url}
    for given_ in (url, "given", "{{ given }}"):
        with pytest.raises(BlockError, match=r"url: .* is no http or https address") as caught:
            url_of(desk, given_)
        assert not caught.value.retryable


@LAW
@given(st.text(max_size=20), st.sampled_from(["", "http:", "https://", "javascript:", "//", "a:"]))
def test_any_text_is_a_web_address_or_refused(text: str, before: str) -> None:
    try:
        url = web_address(before + text)
    except BlockError:
        return
    assert url.lower().startswith(("http://", "https://"))


def test_without_an_address_it_goes_on_where_the_browser_is(desk: Desk) -> None:
    assert request(desk, state="runs/x/state.json").url is None
    assert request(desk, url="shop.example", state="runs/x/state.json").url is not None
    with pytest.raises(BlockError, match="url: the first task of a workflow needs an address"):
        request(desk)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("{{ missing }}", "url: 'missing' is undefined"),
        ("orders", "url: 'orders' gives a list, not a text"),
        ("{{ orders }}", "url: '{{ orders }}' gives a list, not a text"),
        ("secret://smtp_password", "url: a secret can't be part of an address"),
        ("https://shop.example/{{ key }}", "url: a secret can't be part of an address"),
    ],
)
def test_an_address_that_cannot_be_made(desk: Desk, url: str, message: str) -> None:
    desk.names = {"orders": [1], "key": "secret://api_key"}
    with pytest.raises(BlockError) as caught:
        url_of(desk, url)
    assert str(caught.value).startswith(message)


SECRETS = SecretDeclarations(credentials={"login": (), "plain": ()}, values={"api_key": "API_KEY"})
ENVIRONMENT = {
    "SKYVERN_CREDENTIAL_LOGIN_USERNAME": "ada",
    "SKYVERN_CREDENTIAL_LOGIN_PASSWORD": "hunter22",
    "SKYVERN_CREDENTIAL_LOGIN_TOTP_SECRET": "JBSWY3DPEHPK3PXP",
    "SKYVERN_CREDENTIAL_PLAIN_USERNAME": "bob",
    "SKYVERN_CREDENTIAL_PLAIN_PASSWORD": "swordfish",
    "API_KEY": "sesame-open",
}


def test_the_agent_is_told_references_and_never_values(desk: Desk) -> None:
    desk.declarations, desk.environment = SECRETS, ENVIRONMENT
    desk.names = {"order_id": "A-1", "login": {"username": "x"}, "api_key": "secret://api_key"}
    made = request(
        desk,
        url="https://shop.example",
        parameter_keys=["order_id", "login", "plain", "api_key"],
        navigation_goal="Log in as {{ login.username }} for {{ order_id }}.",
    )
    assert made.goal.payload == {
        "order_id": "A-1",
        "login": {
            "username": "secret://login/username",
            "password": "secret://login/password",
            "totp": "secret://login/totp",
        },
        "plain": {"username": "secret://plain/username", "password": "secret://plain/password"},
        "api_key": "secret://api_key",
    }
    assert made.goal.has_totp
    assert not [value for value in ENVIRONMENT.values() if value in repr(made)]
    assert not request(desk, url="x.example", parameter_keys=["plain"]).goal.has_totp


def test_a_parameter_called_totp_is_no_second_factor(desk: Desk) -> None:
    desk.names = {"extra": {"totp": "no"}}
    made = request(desk, url="x.example", parameter_keys=["extra"])
    assert made.goal.payload == {"extra": {"totp": "no"}}
    assert not made.goal.has_totp


def test_a_credential_that_is_missing(desk: Desk) -> None:
    desk.declarations = SECRETS
    with pytest.raises(SecretError, match="no values for credential parameter 'login'"):
        request(desk, url="x.example", parameter_keys=["login"])


def test_what_the_agent_is_asked_for(desk: Desk) -> None:
    desk.names = {"day": "2024-04-15", "order": {"id": "A-1"}}
    made = request(
        desk,
        url="shop.example",
        navigation_goal="Orders since {{ day }}.",
        data_extraction_goal="All about {{ order.id }}.",
        data_schema={"type": "object"},
        error_code_mapping={"none": "No order since {{ day }}."},
        complete_on_download=True,
        download_suffix="{{ order.id }}",
        max_steps_per_run=7,
    )
    assert (made.workflow_run_id, made.block, made.block_key) == (RUN, "fetch", "fetch/07")
    assert made.goal.navigation_goal == "Orders since 2024-04-15."
    assert made.goal.data_extraction_goal == "All about A-1."
    assert made.goal.data_schema == {"type": "object"}
    assert made.goal.error_code_mapping == {"none": "No order since 2024-04-15."}
    assert made.goal.complete_on_download
    assert made.download_suffix == "A-1"
    assert made.max_steps == 7
    assert made.keys.folder == f"runs/{RUN}/tasks/fetch/07/{made.task_id}"


def test_what_is_not_said_has_defaults(desk: Desk) -> None:
    made = request(desk, url="shop.example", navigation_goal="day")
    desk.names = {"day": "2024-04-15"}
    assert made.goal.navigation_goal == "day"
    assert (made.goal.data_schema, made.goal.payload, made.download_suffix) == (None, {}, None)
    assert made.max_steps == 25


@pytest.mark.parametrize(
    ("schema", "read"),
    [
        ('{"type": "object"}', {"type": "object"}),
        ("a list of orders", "a list of orders"),
        (["order_id"], ["order_id"]),
    ],
)
def test_a_schema_as_text(desk: Desk, schema: Any, read: Any) -> None:
    assert request(desk, url="shop.example", data_schema=schema).goal.data_schema == read


def test_a_field_that_cannot_be_rendered(desk: Desk) -> None:
    with pytest.raises(BlockError, match="navigation_goal: 'missing' is undefined"):
        request(desk, url="shop.example", navigation_goal="{{ missing }}")
    with pytest.raises(BlockError, match="error_code_mapping: 'missing' is undefined"):
        request(desk, url="shop.example", error_code_mapping={"x": "{{ missing }}"})


@pytest.mark.parametrize(("retries", "delays"), [(0, []), (3, [0.5, 1.0, 2.0])])
def test_retries(retries: int, delays: list[float]) -> None:
    block = TaskBlock(block_type="task", label="a", max_retries=retries)
    rule = block.retry_rule
    assert [rule.delay(number) for number in range(1, rule.max_retries + 1)] == delays
