"""Fields that values never have, where a definition says what they have; and no false alarms."""

from __future__ import annotations

import pytest

from tests.workflow.documents import document, load

READ = """\
- block_type: extraction
  label: read
  url: https://shop.example
  data_extraction_goal: All orders
  data_schema:
    type: object
    properties:
      customer: {type: [object, "null"], properties: {name: {type: string}}}
      orders:
        type: array
        items:
          type: object
          properties:
            order_id: {type: string}
            total: {type: number}
            lines: {type: array, items: {type: object, properties: {sku: {type: string}}}}
"""
LOOSE = """\
- block_type: task
  label: loose
  url: https://shop.example
  data_extraction_goal: Everything
  data_schema: {order_id: a text, note: {}}
- block_type: extraction
  label: open
  data_extraction_goal: Everything
  data_schema: {type: object, properties: {a: {type: string}}, additionalProperties: true}
- block_type: extraction
  label: either
  data_extraction_goal: Everything
  data_schema: {anyOf: [{type: object, properties: {a: {type: string}}}, {type: array}]}
- block_type: extraction
  label: texted
  data_extraction_goal: Everything
  data_schema: '{"type": "object", "properties": {"number": {"type": "string"}}}'
- {block_type: http_request, label: call, url: https://shop.example}
- {block_type: text_prompt, label: ask, prompt: x}
- block_type: file_url_parser
  label: parse
  file_url: https://shop.example/a.csv
  json_schema: {type: object, properties: {rows: {type: array}}}
"""
CREDENTIAL = "- {key: login, parameter_type: credential, credential_id: cred_1}\n"


def warned(text: str, *, parameters: str = CREDENTIAL, inside: str = "") -> list[tuple[str, str]]:
    """What `validate` says of a goal with this template; in a loop, of one in it."""
    goal = f"- {{block_type: navigation, label: act, navigation_goal: {text!r}}}\n"
    block = goal
    if inside:
        block = f"- block_type: for_loop\n  label: each\n  {inside}\n  loop_blocks:\n  {goal}"
    made = load(document(READ + LOOSE + block, parameters))
    return [
        (each.message, each.hint)
        for each in made.warnings
        if "will be empty" in each.message or "is a list" in each.message
    ]


@pytest.mark.parametrize(
    ("text", "of", "name", "hint"),
    [
        ("{{ read_output.ordrs }}", "read_output", "ordrs", "did you mean 'orders'?"),
        ("{{ read.output.customr }}", "read.output", "customr", "did you mean 'customer'?"),
        ("{{ read.extracted_information.customer.nme }}",
         "read.extracted_information.customer", "nme", "did you mean 'name'?"),
        ("{{ read['orders'][0]['totl'] }}", "read.orders[0]", "totl", "did you mean 'total'?"),
        ("{{ (read.orders | first).totl }}", "read.orders", "totl", "did you mean 'total'?"),
        ("{% for o in read.orders %}{{ o.ordr_id }}{% endfor %}", "o", "ordr_id",
         "did you mean 'order_id'?"),
        ("{% for o in read.orders if o.totl > 3 %}{{ loop.index }}{% endfor %}", "o", "totl",
         "did you mean 'total'?"),
        ("{% set all = read.orders %}{{ all[0].skuu }}", "all[0]", "skuu",
         "it has: lines, order_id, total"),
        ("{{ read.orders | map(attribute='totl') | sum }}", "each of read.orders", "totl",
         "did you mean 'total'?"),
        ("{{ read.orders | selectattr('totl') | list | length }}", "each of read.orders", "totl",
         "did you mean 'total'?"),
        ("{{ texted.numbr }}", "texted", "numbr", "did you mean 'number'?"),
        ("{{ call.boddy.x }}", "call", "boddy", "did you mean 'body'?"),
        ("{{ ask.llm_respons }}", "ask", "llm_respons", "did you mean 'llm_response'?"),
        ("{{ parse.rws }}", "parse", "rws", "did you mean 'rows'?"),
        ("{{ login.usernme }}", "login", "usernme", "did you mean 'username'?"),
        ("{{ workflow_run_summary.statu }}", "workflow_run_summary", "statu",
         "did you mean 'status'?"),
        ("{{ workflow_run_outputs.reed }}", "workflow_run_outputs", "reed", "did you mean 'read'?"),
    ],
)  # fmt: skip
def test_a_field_that_is_never_there(text: str, of: str, name: str, hint: str) -> None:
    assert warned(text) == [(f"{of!r} has no {name!r}: it will be empty", hint)]


def test_a_list_has_no_fields() -> None:
    (found,) = warned("{{ read.orders.total }}")

    assert found == (
        "'read.orders' is a list, which has no 'total'",
        "take one of its items: read.orders[0].total",
    )


@pytest.mark.parametrize(
    "text",
    [
        "{{ read.orders[0].total }} {{ read.output.orders }} {{ read_output.task_id }}",
        "{{ read.failure_reason }} {{ read.extracted_information.customer.name }}",
        "{{ read.orders.0.total }} {{ read.orders[-1].lines[0].sku }} {{ read.orders[:2] }}",
        "{% for key, value in read.customer.items() %}{{ key.x }}{% endfor %}",
        "{{ read.get('nothing') }} {{ read.nothing | default('-') }} {{ read.nothing is defined }}",
        "{{ loose.anything.at.all }} {{ open.b }} {{ either.b }} {{ either[0].c }}",
        "{{ call.body.anything }} {{ call.error }} {{ call.output.status_code }}",
        "{{ parse.rows[0].anything }} {{ parse[0].data }}",
        "{{ read.orders | sort(attribute='total') | first }} {{ read.orders | length }}",
        "{{ read.orders | map('upper') | join(', ') }} {{ read.orders | map(attribute=x) }}",
        "{{ (read.orders if x else call).anything }} {{ (read or call).b }}",
        "{% set o = read.orders %}{% set o = call %}{{ o.anything }}",
        "{% macro m(read) %}{{ read.x }}{% endmacro %}{{ m(1) }}",
        "{% for read in call.body %}{{ read.x }}{% endfor %}",
        "{{ login.password }} {{ workflow_run_summary.files }}",
        "{{ workflow_run_outputs.read.task_id }} {{ workflow_run_outputs.read_output.status }}",
    ],
)  # fmt: skip
def test_what_may_be_there_is_no_finding(text: str) -> None:
    parameters = CREDENTIAL + "- {key: x, parameter_type: workflow}\n"
    assert warned(text, parameters=parameters) == []


@pytest.mark.parametrize(
    ("over", "text", "message"),
    [
        ("loop_variable_reference: read_output.orders", "{{ current_value.totl }}",
         "'current_value' has no 'totl': it will be empty"),
        ("loop_variable_reference: '{{ read.orders | reverse | list }}'", "{{ each.totl }}",
         "'each' has no 'totl': it will be empty"),
        ("loop_variable_reference: read_output.ordrs", "x",
         "'read_output' has no 'ordrs': it will be empty"),
        ("loop_variable_reference: read_output.orders", "{{ current_value.total }}", ""),
        ("loop_variable_reference: read_output.orders", "{{ each.current_value.total }}", ""),
        ("loop_variable_reference: parse_output.rows", "{{ current_value.total }}", ""),
        ("loop_variable_reference: all orders of the page", "{{ current_value.total }}", ""),
    ],
)  # fmt: skip
def test_the_items_of_a_loop(over: str, text: str, message: str) -> None:
    assert [each for each, _ in warned(text, inside=over)] == ([message] if message else [])


@pytest.mark.parametrize(("key", "is_there"), [("orders", True), ("ordres", False)])
def test_a_context_parameter_is_a_field_of_its_source(key: str, is_there: bool) -> None:
    parameters = f"- {{key: {key}, parameter_type: context, source_parameter_key: read_output}}\n"
    made = load(document(READ, parameters))

    empty = [each.message for each in made.warnings if "will be empty" in each.message]
    assert empty == ([] if is_there else ["'read_output' has no 'ordres': it will be empty"])


def test_a_context_parameter_of_an_item() -> None:
    parameters = "- {key: orders, parameter_type: context, source_parameter_key: read_output}\n"
    parameters += "- {key: totl, parameter_type: context, source_parameter_key: orders}\n"
    loop = "- block_type: for_loop\n  label: each\n  loop_over_parameter_key: orders\n"
    loop += "  loop_blocks:\n"
    loop += "  - {block_type: navigation, label: act, navigation_goal: '{{ totl }}'}\n"
    made = load(document(READ + loop, parameters))

    assert [each.message for each in made.warnings if "no 'totl'" in each.message] == [
        "the items of 'orders' have no 'totl'"
    ]


def test_the_place_of_a_missing_field() -> None:
    text = document(READ + "- {block_type: goto_url, label: go, url: 'https://x/{{ read.x }}'}\n")
    (found,) = [each for each in load(text).warnings if "will be empty" in each.message]

    lines = text.splitlines()
    assert (found.severity, found.block) == ("warning", "go")
    assert lines[found.position.line - 1][found.position.column - 1 :].startswith("url")
