"""What a finding says to do: invented words, single braces, tabs, quotes, schemas."""

from __future__ import annotations

import pytest

from tests.workflow.documents import TASK, document, findings, found_at_marks

HEAD = "title: T\nworkflow_definition:\n  blocks:\n  - block_type: task\n    label: a\n"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("title: T\n\tworkflow_definition: 1\n", "indent with spaces: YAML takes no tabs"),
        (f"{HEAD}    navigation_goal: Note: log in\n",
         "a text with ': ' in it must stand in quotes"),
        (f"{HEAD}    url: {{{{ site }}}}\n", "a text that begins with {{ must stand in quotes"),
        (f"{HEAD}    url: {{{{ a }}}}/orders\n", "a text that begins with {{ must stand in quotes"),
        (f"{HEAD}    title: @home\n", "a text that begins with @ must stand in quotes"),
        (f"{HEAD}    title: *x\n", "a text that begins with * must stand in quotes"),
        (f"{HEAD}   url: x\n", "indent this line like those that it belongs to"),
        (f"{HEAD}    title: 'x\n    url: y\n", "a quote isn't closed"),
        (f"{HEAD}    parameter_keys: [a\n", "a bracket isn't closed, or a comma is missing"),
        ("title: T\n---\ntitle: U\n", "write one definition a file"),
    ],
)  # fmt: skip
def test_what_is_no_yaml(text: str, hint: str) -> None:
    (finding,) = findings(text)
    assert finding.message.startswith("this can't be read as YAML: ")
    assert finding.hint == hint


def test_words_that_people_invent() -> None:
    found = found_at_marks(
        document(
            f"""\
{TASK}
- block_type: for_loop
  label: each
  §loop_over: first_output
  loop_over_parameter_key: first_output
  §steps: [x]
  loop_blocks:
    - {{block_type: task, label: get, url: 'https://x.example', §goal: Open, §name: x,
       §title: '{{{{ loop_item }}}}', §retries: 2, §schema: {{a: b}}}}
"""
        )
    )
    assert [each.hint for each in found] == [
        "did you mean 'loop_over_parameter_key'?", "did you mean 'loop_blocks'?",
        "did you mean 'navigation_goal'?", "did you mean 'label'?",
        "did you mean 'current_value'?", "did you mean 'max_retries'?",
        "did you mean 'data_schema'?",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("invented", "meant"),
    [("foreach", "for_loop"), ("if", "conditional"), ("Sleep", "wait"), ("http", "http_request")],
)
def test_block_types_that_people_invent(invented: str, meant: str) -> None:
    (finding,) = findings(document(f"{TASK}- {{block_type: {invented}, label: a}}"))
    assert finding.hint.startswith(f"did you mean {meant!r}?; supported: task, ")


def test_single_braces() -> None:
    text = document(
        """\
- {block_type: task, label: first, §url: '{site}/orders',
   §navigation_goal: 'Fill ${site}, {{ site }} and { "a": 1 }, or {this}'}
- block_type: for_loop
  label: each
  loop_over_parameter_key: first_output
  loop_blocks:
    - {block_type: task, label: get, §url: '{loop_item.url}'}
""",
        "- {key: site, parameter_type: workflow}\n",
    )
    found = found_at_marks(text)
    assert {each.severity for each in found} == {"warning"}
    assert [each.hint.partition(": ")[2] for each in found] == [
        "{{ site }}", "{{ site }}", "{{ current_value.url }}",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("schema", "message", "hint"),
    [
        ("{type: object, properties: {a: {§type: strng}}}", "'strng' is no type of JSON Schema",
         "did you mean 'string'?"),
        ("{type: object, properties: {a: {§type: zzz}}}", "'zzz' is no type of JSON Schema",
         "types are array, boolean, integer, null, number, object, string"),
        ("{orders: {§type: arr}}", "'arr' is no type of JSON Schema", "did you mean 'array'?"),
        ("{type: object, properties: {name: {type: string}}, §required: [nme]}",
         "'nme' is required and no property", "did you mean 'name'?"),
        ("{type: array, items: {type: object, properties: {}, §required: [id]}}",
         "'id' is required and no property", "add it to the properties"),
        ("{type: object, §properties: [a]}",
         "'properties' is no JSON Schema: ['a'] is not of type 'object'", ""),
    ],
)  # fmt: skip
def test_schemas_that_do_not_say_what_was_meant(schema: str, message: str, hint: str) -> None:
    task = f"- {{block_type: task, label: a, url: 'https://x.example', data_schema: {schema}}}"
    (finding,) = found_at_marks(document(task))
    assert (finding.severity, finding.message, finding.hint) == ("warning", message, hint)


@pytest.mark.parametrize(
    "schema",
    [
        "{type: object, properties: {a: {type: url}, b: {type: iso-8601-date-string}}}",
        "{orders: {type: array, items: {type: string}}, total: number}",
        "[{name: string}]",
        "'{{ schema }}'",
        '\'{"type": "array", "items": {"type": ["string", "null"]}}\'',
        "{name: The name of it}",
    ],
)
def test_schemas_that_are_understood(schema: str) -> None:
    task = f"- {{block_type: task, label: a, url: 'https://x.example', data_schema: {schema}}}"
    assert findings(document(task, "- {key: schema, parameter_type: workflow}\n")) == []


def test_a_schema_in_a_text() -> None:
    task = "- {{block_type: task, label: a, url: 'https://x.example', data_schema: '{}'}}"
    (broken,) = findings(document(task.format('{"type": ')))
    assert broken.message.startswith("the schema is a text that is no JSON: ")
    (wrong,) = findings(document(task.format('{"type": "strng"}')))
    assert (wrong.message, wrong.hint) == (
        "type: 'strng' is no type of JSON Schema", "did you mean 'string'?",
    )  # fmt: skip
