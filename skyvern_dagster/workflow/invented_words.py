"""Words that people write in place of the format's own: from other tools, and from memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping

FIELDS: Mapping[str, tuple[str, ...]] = {
    "actions": ("loop_blocks", "blocks"),
    "attachments": ("file_attachments",),
    "blocks": ("loop_blocks",),
    "body": ("loop_blocks",),
    "conditions": ("branch_conditions",),
    "condition": ("branch_conditions", "criteria"),
    "content": ("body",),
    "continue_on_error": ("continue_on_failure",),
    "credential": ("credential_id", "parameter_keys"),
    "credentials": ("parameter_keys",),
    "data": ("body",),
    "default": ("default_value", "is_default"),
    "do": ("loop_blocks",),
    "else": ("branch_conditions",),
    "email_to": ("recipients",),
    "errors": ("error_code_mapping",),
    "extract": ("data_extraction_goal",),
    "extraction_goal": ("data_extraction_goal",),
    "filename": ("file_name", "custom_filename", "download_suffix"),
    "for_each": ("loop_over_parameter_key",),
    "from": ("sender",),
    "goal": ("navigation_goal", "data_extraction_goal"),
    "goto": ("next_block_label",),
    "id": ("label", "key"),
    "if": ("criteria", "branch_conditions"),
    "ignore_errors": ("continue_on_failure",),
    "in": ("loop_over_parameter_key",),
    "instruction": ("navigation_goal", "instructions"),
    "instructions": ("navigation_goal",),
    "items": ("loop_over_parameter_key",),
    "json": ("body",),
    "loop_items": ("loop_over_parameter_key",),
    "loop_over": ("loop_over_parameter_key",),
    "loop_variable": ("loop_variable_reference",),
    "message": ("body", "instructions"),
    "max_steps": ("max_steps_per_run",),
    "name": ("label", "key", "title"),
    "next": ("next_block_label",),
    "next_block": ("next_block_label",),
    "objective": ("navigation_goal",),
    "output_schema": ("data_schema", "json_schema"),
    "over": ("loop_over_parameter_key",),
    "parameters": ("payload", "parameter_keys"),
    "params": ("payload", "parameter_keys", "parameters"),
    "prompt": ("navigation_goal", "data_extraction_goal", "instructions"),
    "proxy": ("proxy_location",),
    "python": ("code",),
    "retries": ("max_retries",),
    "schema": ("data_schema", "json_schema"),
    "script": ("code",),
    "seconds": ("wait_sec",),
    "source": ("source_parameter_key",),
    "steps": ("blocks", "loop_blocks"),
    "tasks": ("blocks", "loop_blocks"),
    "then": ("next_block_label",),
    "timeout": ("timeout_seconds",),
    "to": ("recipients",),
    "type": ("block_type", "parameter_type"),
    "value": ("default_value",),
    "variables": ("parameters",),
    "when": ("criteria",),
    "webhook": ("webhook_callback_url",),
    "webhook_url": ("webhook_callback_url",),
}
"""Field that somebody wrote -> fields that may be meant; the first that there is counts."""

BLOCK_TYPES: Mapping[str, str] = {
    "api": "http_request",
    "browser": "task",
    "browser_task": "task",
    "click": "action",
    "download": "file_download",
    "download_file": "file_download",
    "each": "for_loop",
    "email": "send_email",
    "extract": "extraction",
    "for": "for_loop",
    "for_each": "for_loop",
    "foreach": "for_loop",
    "goto": "goto_url",
    "http": "http_request",
    "if": "conditional",
    "llm": "text_prompt",
    "loop": "for_loop",
    "mail": "send_email",
    "navigate": "navigation",
    "open_url": "goto_url",
    "parse_file": "file_url_parser",
    "prompt": "text_prompt",
    "python": "code",
    "request": "http_request",
    "s3_upload": "upload_to_s3",
    "script": "code",
    "sftp": "file_upload",
    "sleep": "wait",
    "subworkflow": "workflow_trigger",
    "switch": "conditional",
    "upload": "file_upload",
    "while": "while_loop",
}
"""``block_type`` that somebody wrote -> the one that may be meant."""

VALUES: Mapping[str, str] = {
    "array": "json",
    "bool": "boolean",
    "credential": "credential_id",
    "date": "string",
    "dict": "json",
    "double": "float",
    "file": "file_url",
    "int": "integer",
    "jinja": "jinja2_template",
    "jinja2": "jinja2_template",
    "list": "json",
    "number": "float",
    "object": "json",
    "str": "string",
    "text": "string",
    "url": "string",
    "xls": "excel",
    "xlsx": "excel",
    "yahoo": "imap",
}
"""Word in a field that takes one of several -> the one that may be meant, if it is among them."""

SHAPES: Mapping[str, str] = {
    "blocks": "begin each block with '- '",
    "body": "write its fields as a mapping: a text isn't taken, also where it is JSON",
    "condition": "write it as {expression: ...}",
    "criteria": "write it as {expression: ...}",
    "error_code_mapping": "write each as CODE: the situation that it stands for",
    "extra_http_headers": "write each as Name: value",
    "headers": "write each as Name: value",
    "loop_blocks": "begin each block with '- '",
    "parameters": "write each as - key: its_name",
    "retry_on": "write each as status: failed",
}
"""Field -> how it is written, where something of another shape stands in it."""

LOOP_NAMES: Mapping[str, str] = {
    "element": "current_value",
    "entry": "current_value",
    "i": "current_index",
    "index": "current_index",
    "item": "current_value",
    "iteration": "current_index",
    "loop_index": "current_index",
    "loop_item": "current_value",
    "loop_value": "current_value",
    "loop_variable": "current_value",
    "row": "current_value",
}
"""Name that somebody gave a loop's item or its number -> its name."""

PARAMETERS_HINT = "a parameter stands by its key alone: {{ website_url }}"
OUTPUTS_HINT = "an output stands by its block's label: {{ login_output }}"

FOREIGN_NAMES: Mapping[str, str] = {
    **dict.fromkeys(
        ("input", "inputs", "params", "parameter", "parameters", "vars", "variables",
         "workflow_parameters"),
        PARAMETERS_HINT,
    ),
    **dict.fromkeys(
        ("block", "blocks", "output", "outputs", "results", "steps", "tasks"), OUTPUTS_HINT
    ),
    "now": "did you mean 'current_date'?",
    "run_id": "did you mean 'workflow_run_id'?",
    "today": "did you mean 'current_date'?",
}  # fmt: skip
"""Name by which other tools know something -> how it is said here."""

FILTERS: Mapping[str, str] = {
    "downcase": "lower",
    "json_encode": "tojson",
    "len": "length",
    "lowercase": "lower",
    "size": "length",
    "strip": "trim",
    "to_json": "tojson",
    "upcase": "upper",
    "uppercase": "upper",
}
"""Filter of another language -> Jinja's."""


def meant_field(name: str, known: Collection[str]) -> str:
    """The field that may be meant by a word; empty where it is none of these words."""
    return next((each for each in FIELDS.get(name, ()) if each in known), "")
