"""Searching the web, with an engine of one's own."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from skyvern_dagster.agent.choice import PlannerChoice
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.blocks.web_search import WebSearchBlock
from skyvern_dagster.execution.attempt import carried_out
from skyvern_dagster.llm.loopback import ModelServer
from tests.blocks.desk import Desk
from tests.blocks.web import Answer, Received, web_server


def found(came: Received) -> Answer:
    asked = parse_qs(urlsplit(came.path).query)
    page = int(asked["pageno"][0])
    numbers = range(3 * page - 2, 3 * page + 1) if page <= 2 and asked["q"] != ["nothing"] else ()
    results = [
        {"title": f"Page {n}", "url": f"https://x.example/{n}", "content": asked["q"][0]}
        for n in numbers
    ]
    return Answer(json.dumps({"results": results}).encode())


def searched(desk: Desk, server: ModelServer | None = None, **fields: Any) -> BlockOutcome:
    given = {"block_type": "web_search", "label": "s", "query": "{{ company }} portal"}
    choice = PlannerChoice() if server is None else PlannerChoice(model=server.settings())
    context = desk.context("s")
    context = replace(context, services=replace(context.services, planner=choice))
    return carried_out(WebSearchBlock.model_validate({**given, **fields}), context)


def test_results(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.names = {"company": "Acme"}
    with web_server() as web:
        web.answers["/search"] = found
        monkeypatch.setenv("SKYVERN_SEARCH_URL", f"{web.url}/")
        four = searched(desk, num_results=4)
        assert four.failure_reason is None
        assert [each["url"][-1] for each in four.output["results"]] == ["1", "2", "3", "4"]
        assert four.output["results"][0]["snippet"] == "Acme portal"
        assert len(searched(desk, num_results=50).output["results"]) == 6
        assert searched(desk, query="nothing").output == {"results": []}
        none = searched(desk, query="nothing", no_results_error_code="NONE")
        assert (none.status, none.output["errors"][0]["error_code"]) == ("terminated", "NONE")


def test_a_model_answers(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.names = {"company": "Acme"}
    said = {"matches": True, "error_codes": [], "data": {"address": "https://x.example/1"}}
    script = [{"answer": said}, {"answer": {**said, "matches": False}},
              {"answer": {**said, "error_codes": ["TWO", "OTHER"]}}]  # fmt: skip
    schema = {"type": "object", "properties": {"address": {"type": "string"}}}
    fields = {"prompt": "Which is the portal?", "json_schema": schema}
    with web_server() as web, ModelServer(script) as server:
        web.answers["/search"] = found
        monkeypatch.setenv("SKYVERN_SEARCH_URL", web.url)
        answered = searched(desk, server, **fields)
        assert answered.output["address"] == "https://x.example/1"
        assert len(answered.output["results"]) == 6
        nothing = searched(desk, server, **fields, no_match_error_code="NO_MATCH")
        assert nothing.failure_reason == "no result fits the prompt"
        two = searched(desk, server, **fields, error_code_mapping={"TWO": "There are two."})
        assert (two.status, two.failure_reason) == ("terminated", "There are two.")


def test_what_to_set_up(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.names = {"company": "Acme"}
    outcome = searched(desk)
    assert "no search engine is configured: set SKYVERN_SEARCH_URL" in str(outcome.failure_reason)
    with web_server() as web:
        web.answers["/search"] = Answer(b"<html>")
        monkeypatch.setenv("SKYVERN_SEARCH_URL", web.url)
        assert "is `json` among its formats?" in str(searched(desk).failure_reason)
