"""Requests without a browser, to a real server."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from skyvern_dagster.agent.task_runner import TaskRunner
from skyvern_dagster.blocks.http_request import HttpRequestBlock
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.browser.network import NetworkPolicy
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.credentials.declared_secrets import SecretDeclarations
from skyvern_dagster.errors import BlockError, SecretError
from skyvern_dagster.execution.attempt import carried_out
from tests.blocks.desk import Desk
from tests.blocks.web import Answer, Received, WebServer, web_server


@pytest.fixture(scope="module")
def site() -> Iterator[WebServer]:
    with web_server() as web:
        web.answers["/echo"] = _echo
        yield web


@pytest.fixture
def web(site: WebServer) -> WebServer:
    site.received.clear()
    return site


def _echo(came: Received) -> Answer:
    said = {"method": came.method, "path": came.path, "body": came.body.decode("utf-8", "replace")}
    return Answer(json.dumps(said).encode(), headers={"content-type": "application/json"})


def block(url: str, **fields: Any) -> HttpRequestBlock:
    given = {"block_type": "http_request", "label": "ask", "url": url, **fields}
    return HttpRequestBlock.model_validate(given)


def asked(desk: Desk, url: str, **fields: Any) -> BlockOutcome:
    return carried_out(block(url, **fields), desk.context("ask"))


def with_secret(desk: Desk, hosts: str = "") -> None:
    desk.environment = {
        "KEY": "s3cr3t-key-value",
        **({"SKYVERN_SECRET_KEY_HOSTS": hosts} if hosts else {}),
    }
    desk.declarations = SecretDeclarations(values={"api_key": "KEY"})
    desk.names = {**desk.names, "api_key": "secret://api_key"}


def test_an_answer_as_data(desk: Desk, web: WebServer) -> None:
    desk.names = {"order": {"id": 7, "lines": [1, 2]}, "q": "pens"}
    outcome = asked(
        desk,
        web.url + "/echo?q={{ q }}",
        method="post",
        body={"order": "{{ order }}", "note": "for {{ q }}", "type": "order"},
    )
    assert outcome.status == "completed"
    output = outcome.output
    assert output["status_code"] == 200
    assert output["response_body"] == output["body"]
    assert output["body"]["path"] == "/echo?q=pens"
    # What is one template keeps its type; plain text that is a parameter's key is plain text.
    assert json.loads(output["body"]["body"]) == {
        "order": {"id": 7, "lines": [1, 2]}, "note": "for pens", "type": "order",
    }  # fmt: skip
    assert output["request_method"] == "POST"
    assert web.received[0].headers["content-type"] == "application/json"


def test_a_form(desk: Desk, web: WebServer) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    asked(desk, web.url + "/echo", method="POST", headers=headers, body={"a": "b c", "n": 1})
    assert web.received[0].body == b"a=b+c&n=1"


def test_files_of_the_run_are_sent(desk: Desk, web: WebServer) -> None:
    desk.download("INV-1.pdf", b"%PDF-1.7 hello")
    asked(
        desk,
        web.url + "/echo",
        method="POST",
        body={"kind": "invoice"},
        files={"file": "SKYVERN_DOWNLOAD_DIRECTORY/INV-1.pdf"},
    )
    (came,) = web.received
    assert came.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert b'name="file"; filename="INV-1.pdf"' in came.body
    assert b"%PDF-1.7 hello" in came.body
    assert b'name="kind"' in came.body


def test_an_answer_that_is_a_file(desk: Desk, web: WebServer) -> None:
    pdf = {"content-type": "application/pdf"}
    web.answers["/statement.php"] = Answer(b"%PDF-1.7 x", headers=pdf)
    for fields in ({}, {"save_response_as_file": True}, {"download_filename": "may.pdf"}):
        outcome = asked(desk, web.url + "/statement.php", **fields)
        (file,) = outcome.files
        assert file.filename == ("may.pdf" if "download_filename" in fields else "statement.pdf")
        assert desk.store.read(file.key) == b"%PDF-1.7 x"
        assert outcome.output["body"] is None
        assert outcome.output["downloaded_file"] == file.filename


LOGIN = b"<html><form>Name<input><input type='password'></form></html>"


@pytest.mark.parametrize(
    ("body", "kind", "fields", "reason"),
    [
        (LOGIN, "text/html", {"download_filename": "may.pdf"}, "may.pdf is not a PDF"),
        (LOGIN, "text/html", {"save_response_as_file": True}, "a page that asks to log in"),
        (LOGIN, "application/pdf", {}, "is not a PDF"),
        (b'{"error": 1}', "application/pdf", {}, "is not a PDF"),
        (b'{"error": 1}', "application/json", {"download_filename": "a.csv"}, "a JSON message"),
        (b"", "application/pdf", {"save_response_as_file": True}, "is empty"),
    ],
)
def test_what_comes_in_a_files_place(
    desk: Desk, web: WebServer, body: bytes, kind: str, fields: dict[str, Any], reason: str
) -> None:
    web.answers["/document"] = Answer(body, headers={"content-type": kind})
    outcome = asked(desk, web.url + "/document", **fields)
    assert (outcome.status, outcome.files) == ("failed", ())
    assert reason in str(outcome.failure_reason)


def test_pages_and_lists_of_nothing_may_be_kept(desk: Desk, web: WebServer) -> None:
    web.answers["/report"] = Answer(b"<html>Report", headers={"content-type": "text/html"})
    web.answers["/orders.csv"] = Answer(b"", headers={"content-type": "text/csv"})
    for path in ("/report", "/orders.csv"):
        assert asked(desk, web.url + path, save_response_as_file=True).status == "completed"


@pytest.mark.parametrize(("status", "retryable"), [(404, False), (429, True), (503, True)])
def test_an_answer_that_is_an_error(
    desk: Desk, web: WebServer, status: int, retryable: bool
) -> None:
    web.answers["/broken"] = Answer(b"no", status, {"content-type": "text/plain"})
    outcome = asked(desk, web.url + "/broken?token=abc")
    assert outcome.status == "failed"
    assert outcome.failure_reason == f"HTTP {status} from {web.url}/broken"
    assert outcome.output["status_code"] == status
    assert outcome.output["body"] == "no"
    assert outcome.retryable is retryable


def test_a_secret_is_sent_and_shown_nowhere(desk: Desk, web: WebServer) -> None:
    with_secret(desk)
    outcome = asked(
        desk,
        web.url + "/echo?key={{ api_key }}",
        method="POST",
        headers={"Authorization": "Bearer {{ api_key }}"},
        body={"key": "{{ api_key }}"},
    )
    (came,) = web.received
    assert came.headers["authorization"] == "Bearer s3cr3t-key-value"
    assert came.path == "/echo?key=s3cr3t-key-value"
    assert json.loads(came.body) == {"key": "s3cr3t-key-value"}
    # The server has said it back, and it is in no output.
    assert "s3cr3t-key-value" not in outcome.model_dump_json()
    assert not any("s3cr3t" in line for line in desk.lines)


def test_a_secret_goes_to_its_own_hosts_only(desk: Desk, web: WebServer) -> None:
    with_secret(desk, hosts="api.example")
    with pytest.raises(SecretError, match="is none of its hosts"):
        block(web.url + "/echo", headers={"x": "{{ api_key }}"}).run(desk.context())
    with pytest.raises(BlockError, match="a secret can't be the host"):
        block("https://{{ api_key }}.evil.example/").run(desk.context())
    assert web.received == []


def test_a_redirect_takes_no_secret_along(desk: Desk, web: WebServer) -> None:
    with_secret(desk)
    with web_server() as other:
        other.answers["/echo"] = _echo
        web.answers["/moved"] = Answer(status=307, headers={"location": other.url + "/echo"})
        with pytest.raises(BlockError, match="the request holds a secret, which isn't sent there"):
            block(web.url + "/moved", headers={"x": "{{ api_key }}"}).run(desk.context())
        assert other.received == []
        # Without one it is followed, and a login header stays behind.
        outcome = asked(desk, web.url + "/moved", headers={"Authorization": "Basic eA==", "x": "1"})
        assert outcome.output["url"] == other.url + "/echo"
        assert "authorization" not in other.received[0].headers
        assert other.received[0].headers["x"] == "1"
        stays = asked(desk, web.url + "/moved", follow_redirects=False)
        assert (stays.status, stays.output["status_code"]) == ("completed", 307)


def test_values_of_an_answer_that_are_secret(desk: Desk, web: WebServer) -> None:
    said = {"data": {"token": "tok-98765", "user": "ada"}, "again": "tok-98765"}
    kind = {"content-type": "application/json"}
    web.answers["/token"] = Answer(json.dumps(said).encode(), headers=kind)
    outcome = asked(desk, web.url + "/token", secret_response_paths=["data.token"])
    assert "tok-98765" not in outcome.model_dump_json()
    assert outcome.output["body"]["data"]["user"] == "ada"
    missing = asked(desk, web.url + "/token", secret_response_paths=["data.tokn"])
    assert missing.failure_reason == "secret_response_paths: the answer has no 'data.tokn'"


def test_a_small_answer_that_unpacks_into_a_large_one(desk: Desk, web: WebServer) -> None:
    body = gzip.compress(b"0" * 120_000_000, compresslevel=1)
    web.answers["/bomb"] = Answer(body, headers={"content-encoding": "gzip"})
    outcome = asked(desk, web.url + "/bomb")
    assert "is larger than 100,000,000 bytes" in str(outcome.failure_reason)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"url": "file:///etc/passwd"}, "is no http or https address"),
        ({"url": ""}, "is no http or https address"),
        ({"url": "http://169.254.169.254/latest/meta-data/"}, "metadata service"),
        ({"url": "http://nobody.invalid/"}, "can't be reached"),
        ({"url": "http://x.example/", "method": "CONNECT"}, "'CONNECT' is none of GET, POST"),
        ({"url": "http://127.0.0.1:9/", "files": {"f": "/etc/passwd"}}, "is no file of this run"),
    ],
)
def test_what_is_not_sent(desk: Desk, fields: dict[str, Any], reason: str) -> None:
    outcome = asked(desk, **fields)
    assert outcome.status == "failed"
    assert reason in str(outcome.failure_reason)
    assert outcome.output == {"error": outcome.failure_reason, "error_type": "BlockError"}


def test_private_networks_are_closed_where_pages_may_not_open_them(
    desk: Desk, web: WebServer
) -> None:
    context = desk.context()
    tasks = TaskRunner(BrowserRuntime(), desk.store, NetworkPolicy(allow_private=False))
    context = replace(context, services=replace(context.services, tasks=tasks))
    web.answers["/in"] = Answer(status=302, headers={"location": web.url + "/echo"})
    for url in (web.url + "/echo", web.url.replace("127.0.0.1", "localhost") + "/in"):
        with pytest.raises(BlockError, match="it is in a private network"):
            block(url).run(context)
    assert web.received == []


def test_a_value_with_spaces_in_the_address(desk: Desk, web: WebServer) -> None:
    web.answers["/search"] = Answer(b"found")
    desk.names = {"what": "desk lamp (blue)"}
    assert asked(desk, f"{web.url}/search?q={{{{ what }}}}&in=all#at the top").output["body"]
    assert web.received[0].path == "/search?q=desk%20lamp%20(blue)&in=all"
