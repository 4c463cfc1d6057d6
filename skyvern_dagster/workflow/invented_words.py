"""Words that people write in place of the format's own: from other tools, and from memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping

FIELDS: Mapping[str, tuple[str, ...]] = {
    "actions": ("loop_blocks", "blocks"),
    "attachments": ("file_attachments",),
    "blocks": ("loop_blocks",),
    "body": ("loop_blocks",),
    "condition": ("branch_conditions",),
    "continue_on_error": ("continue_on_failure",),
    "credential": ("credential_id",),
    "default": ("default_value",),
    "do": ("loop_blocks",),
    "email_to": ("recipients",),
    "errors": ("error_code_mapping",),
    "extract": ("data_extraction_goal",),
    "extraction_goal": ("data_extraction_goal",),
    "filename": ("file_name", "custom_filename", "download_suffix"),
    "for_each": ("loop_over_parameter_key",),
    "goal": ("navigation_goal", "data_extraction_goal"),
    "id": ("label", "key"),
    "ignore_errors": ("continue_on_failure",),
    "in": ("loop_over_parameter_key",),
    "instruction": ("navigation_goal", "instructions"),
    "instructions": ("navigation_goal",),
    "items": ("loop_over_parameter_key",),
    "loop_items": ("loop_over_parameter_key",),
    "loop_over": ("loop_over_parameter_key",),
    "loop_variable": ("loop_variable_reference",),
    "max_steps": ("max_steps_per_run",),
    "name": ("label", "key", "title"),
    "next": ("next_block_label",),
    "next_block": ("next_block_label",),
    "objective": ("navigation_goal",),
    "output_schema": ("data_schema", "json_schema"),
    "over": ("loop_over_parameter_key",),
    "parameters": ("parameter_keys",),
    "params": ("parameter_keys", "parameters"),
    "prompt": ("navigation_goal", "data_extraction_goal"),
    "retries": ("max_retries",),
    "schema": ("data_schema", "json_schema"),
    "seconds": ("wait_sec",),
    "source": ("source_parameter_key",),
    "steps": ("blocks", "loop_blocks"),
    "tasks": ("blocks", "loop_blocks"),
    "timeout": ("timeout_seconds",),
    "to": ("recipients",),
    "type": ("block_type", "parameter_type"),
    "value": ("default_value",),
    "variables": ("parameters",),
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


def meant_field(name: str, known: Collection[str]) -> str:
    """The field that may be meant by a word; empty where it is none of these words."""
    return next((each for each in FIELDS.get(name, ()) if each in known), "")
