"""Definitions as people publish them: they load, and what is told of them is so."""

from __future__ import annotations

from pathlib import Path

import pytest

from skyvern_dagster.workflow.loader import load_workflow
from tests.workflow.documents import document, findings, found_at_marks

FOLDER = Path(__file__).with_name("published")
WEB = "https://portal.example"


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.iterdir()))
def test_they_load(name: str) -> None:
    workflow = load_workflow(FOLDER / name)
    assert workflow.definition.workflow_definition.blocks


def test_what_an_api_answers_is_a_definition() -> None:
    workflow = load_workflow(FOLDER / "api_answer.json")
    first, *rest = (each.message for each in workflow.warnings)
    assert first.startswith("this is an answer of Skyvern's API")
    # Not its ids and authors, nor what is so anyway.
    assert [each for each in rest if "without" in each] == ["the document: without tags"]
    assert not any("unknown field" in each for each in rest)


def test_words_in_place_of_those_that_say_what_a_block_is_hide_nothing() -> None:
    """All findings come at once, each in its place."""
    text = """\
title: Read
workflow_definition:
  parameters:
    - key: urls
      §type: array
    - {key: made, §type: aws_secret, aws_key: MADE}
  blocks:
    - §type: foreach
      label: each
      loop_over_parameter_key: urls
      §steps:
        - §type: goto
          label: open
          §url: '{{ current_vale }}'
        - {block_type: for_loop, label: inner, loop_over_parameter_key: urls,
           §do: [{§kind: sleep, label: nap, wait_sec: 1, §seconds: 2}]}
"""
    assert [each.hint for each in found_at_marks(text)] == [
        "write parameter_type: workflow, and workflow_parameter_type: json",
        "did you mean 'parameter_type'?", "did you mean 'block_type'?",
        "did you mean 'loop_blocks'?", "did you mean 'block_type'?",
        "did you mean 'current_value'?", "did you mean 'loop_blocks'?",
        "did you mean 'block_type'?", "did you mean 'wait_sec'?",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("blocks", "hint"),
    [
        ("{block_type: for_loop, label: a, loop_over_parameter_key: b, §loop_blocks: {a: 1}}",
         "begin each block with '- '"),
        ("{block_type: conditional, label: a, branch_conditions: [{§criteria: '{{ 1 }}'}]}",
         "write it as {expression: ...}"),
        ("{block_type: while_loop, label: a, loop_blocks: [], §condition: '{{ 1 }}'}",
         "write it as {expression: ...}"),
        ("{block_type: http_request, label: a, url: x.example, §body: '{}'}",
         "write its fields as a mapping: a text isn't taken, also where it is JSON"),
        ("{block_type: text_prompt, label: a, prompt: x, §parameter_keys: b}", "write it as [b]"),
        ("{block_type: file_url_parser, label: a, file_url: x.example, §file_type: xlsx}",
         "did you mean 'excel'?"),
        ("{block_type: workflow_trigger, label: a, workflow_permanent_id: w, §parameters: {x: 1}}",
         "did you mean 'payload'?"),
        ("{block_type: login, label: a, url: x.example, §credentials: b}",
         "did you mean 'parameter_keys'?"),
        ("{§block_type: Goto-URL, label: a, url: x.example}", "did you mean 'goto_url'?"),
        ("{block_type: goto_url, label: a, §url: '{{ parameters.b }}'}",
         "a parameter stands by its key alone: {{ website_url }}"),
        ("{block_type: goto_url, label: a, §url: '{{ b | to_json }}'}", "did you mean 'tojson'?"),
        ("{block_type: goto_url, label: a, §url: '{{ b | uper }}'}", "did you mean 'upper'?"),
        ("{block_type: goto_url, label: a, §url: '{{ b }'}", "what begins with {{ ends with }}"),
        ("{block_type: goto_url, label: a, §url: '{% if b %}x'}",
         "each {% if %} and {% for %} has its {% endif %} and {% endfor %}"),
        ("{block_type: login, label: a, url: x.example, parameter_keys: [§creds]}",
         "declare it among the parameters"),
    ],
)  # fmt: skip
def test_what_an_error_says_to_do(blocks: str, hint: str) -> None:
    parameter = "- {key: b, parameter_type: workflow}\n"
    found = findings_at(document(f"- {blocks}\n", parameter))
    assert hint in {each.partition("; supported")[0] for each in found}


def findings_at(text: str) -> list[str]:
    """Hints of the errors, which stand where the mark is."""
    plain = text.replace("§", "")
    column = len(text.partition("§")[0].splitlines()[-1]) + 1
    errors = [each for each in findings(plain) if each.severity == "error"]
    assert {each.position.column for each in errors} == {column}, errors
    return [each.hint for each in errors]


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("{block_type: http_request, §method: FETCH, url: x.example}",
         "'FETCH' is no method of a request: the block will fail"),
        ("{block_type: goto_url, §url: ''}", "'url' is empty: the block will fail"),
        ("{block_type: validation}", "the block has no criterion: it checks nothing"),
        ("{block_type: code, §code: 'x = ('}",
         "this is no Python: line 1 of the code: '(' was never closed"),
        ("{block_type: file_url_parser, §file_url: /etc/passwd}",
         "'/etc/passwd' is a path on the server, which is never read"),
        ("{block_type: goto_url, §url: \"{{ later | default('x') }}\"}", "unknown name 'later'"),
    ],
)  # fmt: skip
def test_what_would_go_wrong_is_a_warning(block: str, message: str) -> None:
    """Skyvern takes it, and so it loads."""
    text = document(f"- {block.replace('{', '{label: a, ', 1)}\n")
    found = [each for each in findings(text.replace("§", "")) if each.message == message]
    assert [each.severity for each in found] == ["warning"]


@pytest.mark.parametrize(
    "block",
    [
        "{block_type: file_upload, label: a, s3_bucket: b, path: invoices}",
        "{block_type: file_upload, label: a, s3_bucket: b, path: later}",
        "{block_type: code, label: a, code: 'return await page.title()'}",
        "{block_type: code, label: a, code: \"x = {'a': 1}['a']\"}",
        "{block_type: http_request, label: a, method: patch, url: x.example}",
        "{block_type: text_prompt, label: a, prompt: later}",
        '{block_type: goto_url, label: a, url: "{% if more is defined %}x{% endif %}"}',
    ],
)
def test_what_is_right(block: str) -> None:
    later = "- {block_type: wait, label: later, wait_sec: 0}\n"
    assert [
        each for each in findings(document(f"- {block}\n{later}")) if each.severity == "error"
    ] == []


def test_blocks_that_branches_would_lead_to_are_not_called_unreached() -> None:
    """Where the branches can't be read, nobody knows what they lead to."""
    text = """\
- {block_type: conditional, label: a, §conditions: [x]}
- {block_type: wait, label: b, wait_sec: 1}
- {block_type: wait, label: c, wait_sec: 1}
"""
    messages = [each.message for each in findings(document(text.replace("§", "")))]
    assert messages == ["'branch_conditions' is missing", "unknown field 'conditions'"]
