"""Fields that are unknown, missing, or of the wrong kind."""

from __future__ import annotations

import pytest

from skyvern_dagster.blocks.registry import block_types
from skyvern_dagster.workflow.parameters import PARAMETER_MODELS
from tests.workflow.documents import (
    SMTP,
    SMTP_KEYS,
    TASK,
    document,
    findings,
    found_at_marks,
    load,
    messages,
)

URL = "url: 'https://shop.example'"
LOOP = "block_type: for_loop, label: a, loop_over_parameter_key: first_output"
BLOCK_TYPES = f"supported: {', '.join(block_types())}"
PARAMETER_TYPES = f"supported: {', '.join(PARAMETER_MODELS)}"
VALUE_TYPES = "'string', 'integer', 'float', 'boolean', 'file_url', 'credential_id' or 'json'"
HOSTS = "hosts such as login.example.com, without scheme and port"


def only(text: str) -> tuple[str, str]:
    (finding,) = found_at_marks(text)
    assert finding.severity == "error"
    return finding.message, finding.hint


@pytest.mark.parametrize(
    ("field", "said", "hint", "name", "taken"),
    [
        ("max_retries: 50", "50", "it is taken as 20, the most", "max_retries", 20),
        ("max_retries: -1", "-1", "its default counts", "max_retries", 0),
        ("max_steps_per_run: 0", "0", "its default counts", "max_steps_per_run", None),
        ("max_steps_per_run: 5000", "5000", "it is taken as 1000, the most", "max_steps_per_run",
         1000),
        ("download_timeout: 0", "0", "its default counts", "download_timeout", None),
    ],
)  # fmt: skip
def test_a_number_that_skyvern_takes_and_that_is_impossible_here(
    field: str, said: str, hint: str, name: str, taken: int | None
) -> None:
    kind = "file_download" if name == "download_timeout" else "task"
    block = f"- {{block_type: {kind}, label: a, navigation_goal: x, {URL}, §{field}}}\n"
    (finding,) = found_at_marks(document(block))
    assert (finding.severity, finding.hint) == ("warning", hint)
    assert finding.message == f"{name!r} can't be {said} here"
    (made,) = load(document(block.replace("§", ""))).definition.blocks
    assert getattr(made, name) == taken


@pytest.mark.parametrize(
    ("field", "message", "hint"),
    [
        ("navigation_gaol: x", "unknown field 'navigation_gaol'",
         "did you mean 'navigation_goal'?"),
        ("maxretries: 1", "unknown field 'maxretries'", "did you mean 'max_retries'?"),
        ("max_retries: many", "'max_retries' must be a whole number, not a text", ""),
        ("complete_on_download: maybe", "'complete_on_download' must be true or false, not a text",
         ""),
        ("complete_on_download: 3",
         "'complete_on_download' must be true or false, not the number 3", ""),
        ("continue_on_failure: []", "'continue_on_failure' must be true or false, not a list", ""),
        ("navigation_goal: 5", "'navigation_goal' must be a text, not the number 5",
         "put it in quotes"),
        ("navigation_goal: no", "'navigation_goal' must be a text, not false", "put it in quotes"),
        ("navigation_goal: {a: b}", "'navigation_goal' must be a text, not a mapping", ""),
        ("parameter_keys: current_date", "'parameter_keys' must be a list, not a text",
         "write it as [current_date]"),
        ("parameter_keys: [§5]", "item 1 of 'parameter_keys' must be a text, not the number 5",
         "put it in quotes"),
        ("error_code_mapping: [x]", "'error_code_mapping' must be a mapping, not a list",
         "write each as CODE: the situation that it stands for"),
        ("error_code_mapping: {§a: 5}", "'a' must be a text, not the number 5", "put it in quotes"),
        ("error_code_mapping: {§a: }", "'a' must be a text, not empty", ""),
        ("data_schema: 5", "'data_schema' must be a JSON Schema: a mapping, a list or a text", ""),
    ],
)  # fmt: skip
def test_a_wrong_field_of_a_task(field: str, message: str, hint: str) -> None:
    marked = field if "§" in field else f"§{field}"
    text = document(f"- {{block_type: task, label: first, {URL}, {marked}}}")
    assert only(text) == (message, hint)
    assert findings(text.replace("§", ""))[0].block == "first"


@pytest.mark.parametrize(
    ("block", "message", "hint"),
    [
        ("§{label: a}", "'block_type' is missing", "add 'block_type'"),
        ("{§block_type: taks, label: a}", "block_type 'taks' is not supported",
         f"did you mean 'task'?; {BLOCK_TYPES}"),
        ("{§block_type: zzz, label: a}", "block_type 'zzz' is not supported", BLOCK_TYPES),
        ("{§block_type: , label: a}", "block_type 'None' is not supported",
         BLOCK_TYPES),
        ("§task", "block 2 must be a mapping, not a text", ""),
        (f"§{{block_type: task, {URL}}}", "'label' is missing", "add 'label'"),
        (f"{{block_type: task, §label: 5, {URL}}}", "'label' must be a text, not the number 5",
         "put it in quotes"),
        (f"{{block_type: task, §label: on, {URL}}}", "'label' must be a text, not true",
         "put it in quotes"),
        (f"{{{LOOP}, §loop_blocks: x}}", "'loop_blocks' must be a list, not a text",
         "begin each block with '- '"),
        (f"§{{{LOOP}}}", "'loop_blocks' is missing", "add 'loop_blocks'"),
    ],
)  # fmt: skip
def test_a_wrong_block(block: str, message: str, hint: str) -> None:
    assert only(document(f"{TASK}- {block}\n")) == (message, hint)


@pytest.mark.parametrize(
    ("parameter", "message", "hint"),
    [
        ("§{key: k}", "'parameter_type' is missing", "add 'parameter_type'"),
        ("{key: k, §parameter_type: workflo}", "parameter_type 'workflo' is not supported",
         f"did you mean 'workflow'?; {PARAMETER_TYPES}"),
        ("§{key: k, parameter_type: onepassword, item_id: i}", "'vault_id' is missing",
         "add 'vault_id'"),
        ("§{parameter_type: workflow}", "'key' is missing", "add 'key'"),
        ("{§key: '', parameter_type: workflow}",
         "'key' must be letters, digits and _, beginning with no digit: ''", ""),
        ("{key: k, parameter_type: workflow, §default: 3}", "unknown field 'default'",
         "did you mean 'default_value'?"),
        ("{key: k, parameter_type: workflow, §workflow_parameter_type: strng}",
         f"'workflow_parameter_type' must be {VALUE_TYPES}, not 'strng'", "did you mean 'string'?"),
        ("§{key: k, parameter_type: context}", "'source_parameter_key' is missing",
         "add 'source_parameter_key'"),
        ("§{key: k, parameter_type: aws_secret}", "'aws_key' is missing", "add 'aws_key'"),
        ("{key: k, parameter_type: credential, §allowed_hosts: ['https://x.example']}",
         f"'allowed_hosts' must be {HOSTS}: 'https://x.example'", ""),
        ("{key: k, parameter_type: credential, §allowed_hosts: [com]}",
         f"'allowed_hosts' must be {HOSTS}: 'com'", ""),
    ],
)  # fmt: skip
def test_a_wrong_parameter(parameter: str, message: str, hint: str) -> None:
    assert only(document(parameters=f"- {parameter}\n")) == (message, hint)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("§title: t\n", "'workflow_definition' is missing", "add 'workflow_definition'"),
        ("title: t\n§workflow_definition:\n",
         "'workflow_definition' must be a mapping, not empty", ""),
        ("title: t\nworkflow_definition:\n  §blocks:\n", "'blocks' must be a list, not empty", ""),
        ("title: t\nworkflow_definition:\n  §blocks: {}\n",
         "'blocks' must be a list, not a mapping", "begin each block with '- '"),
        (document().replace("title: Test", "§title: 5"), "'title' must be a text, not the number 5",
         "put it in quotes"),
        (document().replace("  blocks", "  §parameters: {a: b}\n  blocks"),
         "'parameters' must be a list, not a mapping", "write each as - key: its_name"),
    ],
)  # fmt: skip
def test_a_wrong_document(text: str, message: str, hint: str) -> None:
    assert only(text) == (message, hint)


@pytest.mark.parametrize("missing", ["recipients", "subject"])
def test_an_email_needs_its_fields(missing: str) -> None:
    fields = {
        **dict(part.split(": ") for part in SMTP_KEYS.split(", ")),
        "sender": "a@x.example", "recipients": "[b@x.example]", "subject": "s",
    }  # fmt: skip
    lines = [f"{name}: {value}" for name, value in fields.items() if name != missing]
    email = "§{block_type: send_email, label: mail, " + ", ".join(lines) + "}"
    assert only(document(f"{TASK}- {email}", SMTP)) == (
        f"{missing!r} is missing",
        f"add {missing!r}",
    )


def test_what_is_empty_is_left_out() -> None:
    """Exports of Skyvern write every field."""
    full = load(
        document(
            f"- {{block_type: task, label: a, {URL}, title: , navigation_goal: , data_schema: , "
            "max_retries: , parameter_keys: , error_code_mapping: , continue_on_failure: , "
            "complete_on_download: , engine: , model: , next_block_label: }",
            "- {key: k, parameter_type: workflow, default_value: , description: }\n"
            "- {key: c, parameter_type: credential, credential_id: , allowed_hosts: }\n",
        ).replace("title: Test", "title: Test\nproxy_location:\nis_saved_task:\ndescription:")
    )
    spare = load(
        document(
            f"- {{block_type: task, label: a, {URL}}}",
            "- {key: k, parameter_type: workflow}\n- {key: c, parameter_type: credential}\n",
        )
    )
    assert full.definition == spare.definition
    assert full.warnings == ()


def test_an_empty_text_is_no_value() -> None:
    """Skyvern's editor writes it for what isn't set."""
    full = load(
        document(
            f"- {{block_type: task, label: a, {URL}, title: '', navigation_goal: '', "
            "data_schema: '', max_retries: '', max_steps_per_run: '', parameter_keys: '', "
            "error_code_mapping: '', continue_on_failure: '', download_suffix: '', engine: '', "
            "totp_identifier: '', next_block_label: ''}",
            "- {key: k, parameter_type: workflow, default_value: '', description: ''}\n",
        ).replace("title: Test", "title: Test\nproxy_location: ''\nwebhook_callback_url: ''")
    )
    spare = load(
        document(
            f"- {{block_type: task, label: a, {URL}}}",
            "- {key: k, parameter_type: workflow, default_value: ''}\n",
        )
    )
    assert full.definition == spare.definition
    assert full.warnings == ()


@pytest.mark.parametrize("parameters", ["", "  parameters:\n", "  parameters: []\n"])
def test_a_definition_without_parameters(parameters: str) -> None:
    text = document().replace("  blocks", f"{parameters}  blocks")
    assert load(text).definition.parameters == []


def test_everything_is_told_at_once() -> None:
    """Mistakes of the model don't hide those that only the whole definition shows."""
    text = """\
    §titel: Test
    workflow_definition:
      parameters:
        - {§key: current_date, parameter_type: workflow}
        - {key: n, parameter_type: workflow, workflow_parameter_type: integer, §default_value: x}
        - {key: c, parameter_type: context, §source_parameter_key: nowhere}
        - {key: n, §parameter_type: nothing}
      blocks:
        - {block_type: task, label: a, §urll: x, navigation_goal: '{{ m }}'}
        - {block_type: task, label: a, max_retries: x, parameter_keys: [b_output, m]}
        - {block_type: nothing, label: b}
        - {block_type: for_loop, label: l, loop_blocks: [{block_type: task, label: b, url: '{{'}]}
    """
    found = [(each.block, each.message) for each in findings(text.replace("§", ""))]
    for expected in [
        ("", "'title' is missing"),
        ("", "unknown field 'titel'"),
        ("", "parameter key 'current_date' is reserved"),
        ("", "the default doesn't fit: parameter 'n' must be a whole number, not str 'x'"),
        ("", "unknown source 'nowhere'"),
        ("", "parameter key 'n' stands twice"),
        ("", "parameter_type 'nothing' is not supported"),
        ("a", "unknown field 'urll'"),
        ("a", "the first task has no address to begin at"),
        ("a", "unknown name 'm'"),
        ("a", "label 'a' stands twice"),
        ("a", "'max_retries' must be a whole number, not a text"),
        ("a", "'b_output' is made by a later block: here it is empty"),
        ("b", "block_type 'nothing' is not supported"),
        ("l", "the loop has no list"),
        ("b", "label 'b' stands twice"),
        ("b", "malformed template: unexpected 'end of template'"),
    ]:
        assert expected in found, "\n".join(map(str, found))
    assert len(found) == 18  # 'm' is unknown twice
    assert messages(text.replace("§", "")) == [message for _, message in found]
