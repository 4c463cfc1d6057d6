"""Definitions as people publish them, carried out: what a server is asked, and what comes of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from skyvern_dagster.templating.rendering import evaluate, render
from skyvern_dagster.workflow.loader import Workflow, load_workflow
from tests.blocks.web import Answer, Answers, Received, WebServer, web_server
from tests.execution.bench import Bench
from tests.workflow.test_published import FOLDER


class Shop(dict[str, Answer | Answers]):
    """Answers every path: a job that is done at the third look, and else what it was asked."""

    def __init__(self) -> None:
        self.looks = 0

    def get(self, path: str, default: Any = None) -> Any:
        return self._answer

    def _answer(self, came: Received) -> Answer:
        if came.path == "/bad":
            return Answer(status=404)
        return Answer(
            json.dumps(self._said(came)).encode(), headers={"content-type": "application/json"}
        )

    def _said(self, came: Received) -> dict[str, Any]:
        if came.path == "/jobs":
            return {"id": 7, "items": [{"sku": "a"}, {"sku": "b"}, {"sku": "c"}]}
        if came.path == "/jobs/7":
            self.looks += 1
            return {"state": "done" if self.looks == 3 else "busy"}
        return {"path": came.path}


@pytest.fixture
def web() -> Iterator[WebServer]:
    with web_server() as server:
        server.answers = Shop()
        yield server


@pytest.fixture
def published(bench: Bench, web: WebServer, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("API_TOKEN", "token-123")

    def run(name: str) -> tuple[str, list[str]]:
        workflow: Workflow = load_workflow(FOLDER / f"{name}.yaml")
        _scope, ending, _ran = bench.interpreted(workflow, {"base": web.url})
        return ending.status, [f"{each.method} {each.path}" for each in web.received]

    return run


def sent(web: WebServer) -> Any:
    """The body of the last request."""
    return json.loads(web.received[-1].body)


def test_an_api_that_is_asked_until_it_is_done(published: Any, web: WebServer) -> None:
    """A field that is called as a method of mappings is the field."""
    status, asked = published("polled_api")
    assert status == "completed"
    assert asked[:4] == ["POST /jobs", *["GET /jobs/7"] * 3]
    items = [f"GET /items/{sku}?i={index}" for index, sku in enumerate("abc")]
    assert sorted(asked[4:-1]) == items  # side by side
    assert asked[-1] == "PUT /result"
    said = json.loads(sent(web)["text"])
    assert said["items"] == ["a", "b", "c"]
    assert said["first"] == {"sku": "a"}
    assert said["title"] == "POLL AN API"
    assert web.received[0].headers["authorization"] == "Bearer token-123"


def test_labels_of_loops_are_their_items(published: Any, web: WebServer) -> None:
    status, asked = published("nested_loops")
    assert status == "completed"
    assert sorted(asked) == [
        "GET /north/1/mon",
        "GET /north/1/tue",
        "GET /north/2/wed",
        "POST /tell",
    ]
    assert sent(web)["count"] == 2
    assert [len(each[0]["output_value"]) for each in sent(web)["all"]] == [2, 1]


def test_what_a_loop_goes_over(published: Any) -> None:
    status, asked = published("loop_values")
    assert status == "completed"
    paths = [each.partition(" /")[2] for each in asked]
    loops = ["abc", "xy", "23", "01", "XY", "12", "xxx", "2"]
    for loop in loops:  # the items of each are side by side
        assert sorted(paths[: len(loop)]) == [*loop]
        del paths[: len(loop)]
    assert paths == []


def test_branches_in_branches(published: Any, web: WebServer) -> None:
    status, asked = published("branches")
    assert status == "completed"
    assert asked == ["GET /b", "GET /b3", "POST /join"]
    said = sent(web)
    assert (said["branch"], said["taken"], said["a"], said["opt"]) == (1, "b1", "none", "notA")
    assert "a1_output" not in json.loads(said["outs"])


def test_the_last_block_knows_how_it_ended(published: Any, web: WebServer) -> None:
    status, asked = published("finally")
    assert status == "completed"
    assert sorted(asked[:3]) == ["GET /a", "GET /bad", "GET /c"]  # side by side
    assert asked[3:] == ["POST /post", "POST /clean"]
    assert sent(web)["s"] == "completed"
    assert "fetch/1 (bad) failed: HTTP 404" in json.loads(sent(web)["summary"])["failure_reason"]


def test_templates(published: Any, web: WebServer) -> None:
    status, _ = published("templates")
    assert status == "completed"
    said = sent(web)
    del said["date"]
    rows = said.pop("json1")
    assert said == {
        "set": "1203.5", "macro": "<A>", "typed": rows[0], "num": 2, "firsts": "A; B",
        "none": "n/a", "slice": "2024", "strip": "x", "raw": "{{ not_a_name }}", "comment": "ab",
        "filt": "ABC", "test": "yes", "split": 3, "round": 3.33,
        "items": "name=A;amount=1,200.50;date=2024-03-01;",
        "nested": {"list": ["A", {"deep": 3}]},
    }  # fmt: skip


def test_what_a_text_asks_for_may_be_missing() -> None:
    """A warning at validation (tests/workflow/test_published.py), and no error here."""
    assert render("{{ gone | default('x') }}{% if gone is defined %}y{% endif %}", {}) == "x"


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{{ order.items }}", [1]),
        ("{{ order['values'] }}", "v"),
        ("{{ order.get('items') }}", [1]),
        ("{{ plain.items() | list }}", [["a", 1]]),
        ("{{ order.keys() | list | length }}", 2),
        ("{{ nested.order.items[0] }}", 1),
        ("{{ text.upper() }}", "T"),
    ],
)
def test_fields_go_before_methods(template: str, value: Any) -> None:
    order = {"items": [1], "values": "v"}
    names = {"order": order, "plain": {"a": 1}, "nested": {"order": order}, "text": "t"}
    assert evaluate(template, names) == value
