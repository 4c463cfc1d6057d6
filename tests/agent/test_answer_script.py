"""Answers that are kept as rules: what they go by, and that a run can be made with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.answer_script import AnswerScript
from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.llm.loopback import ChatRequest, ModelServer
from tests.agent.errand import Errand
from tests.agent.errand_models import with_model
from tests.agent.records_desk import RecordsDesk

RULES = """
rules:
- task: 'with the given number'
  page: 'button "Sign in"'
  say:
    why: log in
    decisions:
    - {type: input_text, ref: '@textbox "User"', text: 'secret://login/username'}
    - {type: input_text, ref: '@textbox "Password"', text: 'secret://login/password'}
    - {type: click, ref: '@button "Sign in"'}
- page: 'link "Records"'
  unless: 'link "PDF"'
  say: {why: open the list, decisions: [{type: click, ref: '@link "Records"'}]}
- task: '"number": "(?P<number>[^"]+)"'
  page: '{number}'
  say: {why: 'get {number}', decisions: [{type: download, ref: '@{number}[^\\n]*link "PDF"'}]}
"""
READING = r"""
rules:
- for: read
  task: 'since (?P<day>\S+)'
  say: {orders: $rows}
  rows: {each: '(?P<id>A-\d) (?P<day_of>\S+)', date: day_of, format: '%d.%m.%Y', since: '{day}'}
"""


def script(folder: Path, text: str) -> AnswerScript:
    path = folder / "rules.yaml"
    path.write_text(text)
    return AnswerScript.load(path)


def request(kind: str, *texts: str) -> ChatRequest:
    messages = [{"role": "user", "content": text} for text in texts]
    form = {"json_schema": {"name": kind}}
    return ChatRequest({"messages": messages, "response_format": form}, 0.0)


def test_a_task_is_done_by_rules(errand: Errand, tmp_path: Path) -> None:
    rules = script(tmp_path, RULES)
    with RecordsDesk() as desk, ModelServer(otherwise=rules) as server:
        errand.site_url = desk.url
        goal = Goal(
            navigation_goal="Download the PDF of the record with the given number",
            payload={"login": errand.vault.payload("login"), "number": "R-1003"},
            complete_on_download=True,
        )
        result = with_model(errand, server, "/", goal, max_steps=8)
    assert (result.status, desk.served, server.calls) == ("completed", ["R-1003"], 3)


def test_rows_count_from_a_day_on(tmp_path: Path) -> None:
    page = "A-1 03.05.2024\nA-2 14.04.2024\nA-3 15.04.2024"
    asked = request("extracted_information", "rules", "orders since 2024-04-15", page)
    wanted: Any = {
        "orders": [
            {"id": "A-1", "day_of": "2024-05-03"},
            {"id": "A-3", "day_of": "2024-04-15"},
        ]
    }
    assert script(tmp_path, READING)(asked) == wanted


def test_a_prompt_that_no_rule_is_for_is_told(tmp_path: Path) -> None:
    asked = request("next_decisions", "rules", "something else", "(nothing)", "a page")
    with pytest.raises(LookupError, match="something else"):
        script(tmp_path, READING)(asked)
