"""Names that don't exist, come too late, or are taken."""

from __future__ import annotations

import re
from textwrap import dedent

import dagster as dg
import pytest
from dagster._core.definitions.utils import DISALLOWED_NAMES

from skyvern_dagster.workflow.op_names import RESERVED_OP_NAMES, clean_name, op_name
from tests.workflow.documents import SMTP, SMTP_KEYS, TASK, document, found_at_marks, load

CONTEXT = """\
- {key: site, parameter_type: workflow}
- {key: orders, parameter_type: context, source_parameter_key: find_output}
- {key: order, parameter_type: context, source_parameter_key: orders}
"""
FIND = "- {block_type: task, label: find, url: site}\n"
MAIL = f"- {{block_type: send_email, label: mail, {SMTP_KEYS}, "
MAIL += "sender: a@x.example, recipients: [b@x.example], subject: s}\n"


def only(text: str) -> tuple[str, str]:
    (finding,) = found_at_marks(text)
    return finding.message, finding.hint


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("§url: websit", "unknown name 'websit'",
         "did you mean 'website'?, for an address, write https://..."),
        ("url: website, §navigation_goal: '{{ websit }}'", "unknown name 'websit'",
         "did you mean 'website'?"),
        ("url: website, parameter_keys: [website, §websit]", "unknown name 'websit'",
         "did you mean 'website'?"),
        ("url: website, error_code_mapping: {§code: '{{ x }}'}", "unknown name 'x'", ""),
        ("url: website, §navigation_goal: '{{ current_item }}'",
         "'current_item' exists only inside a loop", ""),
        ("url: website, parameter_keys: [§current_value]",
         "'current_value' exists only inside a loop", ""),
        ("§url: '{{ block_output.url }}'",
         "'block_output' is made by this very block: here it is empty",
         "use it in a later block"),
        ("§url: last_output", "'last_output' is made by a later block: here it is empty",
         "move that block before this one"),
        ("§url: '{{ last.x }}'", "'last' is made by a later block: here it is empty",
         "move that block before this one"),
        ("url: website, parameter_keys: [§late]",
         "'late' comes from 'last_output', which is made by a later block: here it is empty",
         "move that block before this one"),
        ("url: website, §navigation_goal: '{% if %}'",
         "malformed template: Expected an expression, got 'end of statement block'",
         "each {% if %} and {% for %} has its {% endif %} and {% endfor %}"),
        ("url: website, §navigation_goal: '{{ website | upcase }}'",
         "there is no filter or test 'upcase'", "did you mean 'upper'?"),
    ],
)  # fmt: skip
def test_a_wrong_name(text: str, message: str, hint: str) -> None:
    blocks = f"- {{block_type: task, label: block, {text}}}\n- {{block_type: task, label: last}}\n"
    parameters = "- {key: website, parameter_type: workflow}\n"
    parameters += "- {key: late, parameter_type: context, source_parameter_key: last_output}\n"
    assert only(document(blocks, parameters)) == (message, hint)


@pytest.mark.parametrize(
    "text",
    [
        "url: website",
        "url: '{{ website }}/x'",
        "url: 'https://shop.example/{{ current_date }}'",
        "url: shop.example",
        "url: first_output",
        "url: '{{ first.extracted_information.url }}'",
        "url: website, navigation_goal: website is only a word here",
        "url: website, parameter_keys: [website, first_output, current_date, early]",
        "url: website, navigation_goal: '{% for x in first.y %}{{ loop.index }}{% endfor %}'",
        "url: website, navigation_goal: '{{ workflow_run_id }} {{ workflow_run_outputs }}'",
        "url: website, navigation_goal: '{% set own = 1 %}{{ own }} {{ range(3) | list }}'",
    ],
)
def test_right_names(text: str) -> None:
    parameters = "- {key: website, parameter_type: workflow}\n"
    parameters += "- {key: early, parameter_type: context, source_parameter_key: first_output}\n"
    made = load(document(f"{TASK}- {{block_type: task, label: block, {text}}}\n", parameters))

    assert made.warnings == ()


def test_the_names_of_a_loop() -> None:
    loop = dedent("""\
    - block_type: for_loop
      label: loop
      loop_over_parameter_key: orders
      loop_blocks:
        - {block_type: task, label: inner, url: '{{ current_value }}{{ current_index }}',
           parameter_keys: [order, current_item]}
        - {block_type: task, label: other, url: '{{ inner_output.task_id }}'}
    - {block_type: task, label: after, url: '{{ other_output.x }}'}
    """)
    load(document(FIND + loop, CONTEXT))
    wrong = loop.replace("url: '{{ inner_output", "§url: '{{ loop_output")
    assert (
        only(document(FIND + wrong, CONTEXT))[0]
        == "'loop_output' is made by this very block: here it is empty"
    )
    early = loop.replace(
        "loop_over_parameter_key: orders", "§loop_over_parameter_key: after_output"
    )
    assert (
        only(document(FIND + early, CONTEXT))[0]
        == "'after_output' is made by a later block: here it is empty"
    )


@pytest.mark.parametrize(
    ("list_", "message"),
    [
        ("", "the loop has no list"),
        ("loop_over_parameter_key: '', loop_variable_reference: '', ", "the loop has no list"),
        ("§loop_over_parameter_key: ordres, ", "unknown name 'ordres'"),
        ("§loop_variable_reference: ordres, ", "unknown name 'ordres'"),
        ("§loop_variable_reference: '{{ ordres }}', ", "unknown name 'ordres'"),
    ],
)
def test_the_list_of_a_loop(list_: str, message: str) -> None:
    mark = "" if "§" in list_ else "§"
    loop = f"- {mark}{{block_type: for_loop, label: loop, {list_}loop_blocks: ["
    loop += "{block_type: task, label: inner, url: site}]}\n"
    assert only(document(FIND + loop, CONTEXT))[0] == message


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("recipients: [b@x.example, §reader]", "unknown name 'reader'"),
        ("recipients: ['§{{ reader }}']", "unknown name 'reader'"),
        ("§subject: '{{ reader }}'", "unknown name 'reader'"),
        ("§body: '{{ reader }}'", "unknown name 'reader'"),
        ("§body: last_output", "'last_output' is made by a later block: here it is empty"),
        ("file_attachments: [§SKYVERN_DOWNLOAD_DIRECTRY]",
         "unknown name 'SKYVERN_DOWNLOAD_DIRECTRY'"),
        ("§smtp_host_secret_parameter_key: hots", "'hots' is no aws_secret parameter"),
        ("§smtp_host_secret_parameter_key: login",
         "'login' is a credential, which is for web pages"),
    ],
)  # fmt: skip
def test_the_names_of_an_email(field: str, message: str) -> None:
    name = field.replace("§", "").partition(":")[0]
    fields = dict(part.split(": ") for part in SMTP_KEYS.split(", "))
    fields |= {"sender": "a@x.example", "recipients": "[b@x.example]", "subject": "s"}
    lines = [f"{key}: {value}" for key, value in fields.items() if key != name]
    mail = f"- {{block_type: send_email, label: mail, {field}, {', '.join(lines)}}}\n"
    last = "- {block_type: task, label: last}\n"
    credential = "- {key: login, parameter_type: credential}\n"
    text = document(TASK + mail.replace("'§{{", "§'{{") + last, SMTP + credential)
    assert only(text)[0] == message


def test_plain_words_of_an_email_are_no_names() -> None:
    body = MAIL.replace(
        "subject: s",
        "subject: website, body: Hello, file_attachments: "
        "[SKYVERN_DOWNLOAD_DIRECTORY, SKYVERN_DOWNLOAD_DIRECTORY/a, a.pdf]",
    )

    assert load(document(TASK + body, SMTP)).warnings == ()


def test_an_upload_of_something_unknown() -> None:
    upload = "- {block_type: upload_to_s3, label: up, §path: SKYVERN_DOWNLOADS}\n"
    message, hint = only(document(TASK + upload))
    assert message == "unknown name 'SKYVERN_DOWNLOADS'"
    assert hint.startswith("did you mean 'SKYVERN_DOWNLOAD_DIRECTORY'?")
    load(document(TASK + upload.replace("§path: SKYVERN_DOWNLOADS", "path: invoice.pdf")))


@pytest.mark.parametrize(
    ("parameters", "messages_"),
    [
        (("- {key: a, parameter_type: context, §source_parameter_key: b}\n"
          "- {key: b, parameter_type: context, §source_parameter_key: a}\n"),
         ["context parameter 'a' is its own source", "context parameter 'b' is its own source"]),
        ("- {key: a, parameter_type: context, §source_parameter_key: a}\n",
         ["context parameter 'a' is its own source"]),
        ("- {key: a, parameter_type: context, §source_parameter_key: find_outptu}\n",
         ["unknown source 'find_outptu'"]),
        ("- {key: a, parameter_type: context, §source_parameter_key: find}\n",
         ["unknown source 'find'"]),
        ("- {key: a, §parameter_type: output}\n",
         ["output parameters exist by themselves as '<label>_output'"]),
        ("- {key: a, §parameter_type: output, output_parameter_id: op_1, workflow_id: w_1}\n",
         ["output parameters exist by themselves as '<label>_output'"]),
        ("- {key: a, parameter_type: workflow}\n- {§key: a, parameter_type: credential}\n",
         ["parameter key 'a' stands twice"]),
        ("- {§key: current_item, parameter_type: workflow}\n",
         ["parameter key 'current_item' is reserved"]),
        ("- {§key: find, parameter_type: workflow}\n",
         ["parameter key 'find' is a block's label, too"]),
        ("- {§key: find_output, parameter_type: workflow}\n",
         ["parameter key 'find_output' is the name of a block's output"]),
    ],
)  # fmt: skip
def test_the_names_of_parameters(parameters: str, messages_: list[str]) -> None:
    text = document(FIND.replace("site", "https://x.example"), parameters)
    assert [each.message for each in found_at_marks(text)] == messages_


@pytest.mark.parametrize(
    ("label", "message", "hint"),
    [
        ("''", "label '' is empty", "give the block a name"),
        ("' '", "label ' ' is empty", "give the block a name"),
        ("current_date", "label 'current_date' is reserved", "for instance 'current_date_block'"),
        ("first", "label 'first' stands twice", "rename one of the blocks"),
    ],
)
def test_labels(label: str, message: str, hint: str) -> None:
    assert only(document(f"{TASK}- {{block_type: task, §label: {label}}}\n")) == (message, hint)


@pytest.mark.parametrize(
    ("label", "message", "hint"),
    [
        ("first_output", "label 'first_output' is the name of another block's output, too",
         "once this block is done, it stands for its own output"),
        ("First", "label 'First' differs from 'first' in case only", "rename one of the blocks"),
    ],
)  # fmt: skip
def test_labels_that_skyvern_takes(label: str, message: str, hint: str) -> None:
    text = document(f"{TASK}- {{block_type: wait, §label: {label}}}\n")
    (found,) = found_at_marks(text)
    assert (found.severity, found.message, found.hint) == ("warning", message, hint)


@pytest.mark.parametrize("label", ["a", "_", "A_1", "output_", "x" * 100, "result", "scope"])
def test_labels_that_are_fine(label: str) -> None:
    made = load(document(f"{TASK}- {{block_type: task, label: '{label}'}}\n"))

    assert made.definition.blocks[-1].label == label
    assert dg.op(name=label)(lambda: None).name == label == op_name(label)


@pytest.mark.parametrize(
    ("label", "readable"),
    [
        ("café", "cafe"),
        ("請求書", "block"),
        ("start", "start"),
        ("import", "import"),
        ("x__collect", "x_collect"),
        ("x" * 101, "x" * 88),
    ],
)
def test_labels_that_dagster_takes_for_no_name(label: str, readable: str) -> None:
    made = load(document(f"{TASK}- {{block_type: task, label: '{label}'}}\n"))
    name = op_name(label)

    assert made.definition.blocks[-1].label == label
    assert re.fullmatch(re.escape(readable) + "__[0-9a-f]{8}", name)
    assert dg.op(name=name)(lambda: None).name == name
    assert op_name(f"{label}!") != name != op_name(f"{label}?")


def test_all_names_that_dagster_refuses_are_reserved() -> None:
    assert DISALLOWED_NAMES <= RESERVED_OP_NAMES
    for name in RESERVED_OP_NAMES - {"start", "finish"}:
        with pytest.raises(dg.DagsterInvalidDefinitionError):
            dg.op(name=name)(lambda: None)
        dg.op(name=clean_name(name))(lambda: None)


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [("invoice retrieval", "invoice_retrieval"), ("-ä-", "workflow"), ("input", "input_workflow")],
)
def test_names_of_jobs(name: str, cleaned: str) -> None:
    assert clean_name(name) == cleaned


def test_the_first_task_begins_somewhere() -> None:
    assert only(document("- §{block_type: task, label: a}\n")) == (
        "the first task has no address to begin at", "add 'url'",
    )  # fmt: skip
    load(document(f"{TASK}- {{block_type: task, label: b}}\n"))
    load(document("- {block_type: upload_to_s3, label: up}\n"))
