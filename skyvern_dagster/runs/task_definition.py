"""The definition of a task that is asked for by itself: a workflow of one block."""

from __future__ import annotations

from typing import Any

import yaml

from skyvern_dagster.templating.rendering import is_template
from skyvern_dagster.workflow.loader import Workflow, load_text

LABEL = "task"

_PLAIN_FIELDS = (
    "data_schema",
    "max_steps_per_run",
    "complete_on_download",
    "download_suffix",
    "totp_verification_url",
    "totp_identifier",
)
_TEXT_FIELDS = ("navigation_goal", "data_extraction_goal")


def task_workflow(
    asked: dict[str, Any],
) -> tuple[Workflow, dict[str, Any]]:
    """The workflow of a task, and the values of its parameters.

    What a caller sends is text, never a template: a text with braces becomes the value of a
    parameter, since values aren't rendered again.

    Args:
        asked: Fields of the task block.

    Raises:
        DefinitionError: A field doesn't fit.
    """
    values: dict[str, Any] = {"url": asked["url"]}

    def plain(text: str) -> str:
        if not is_template(text):
            return text
        key = f"text_{len(values)}"
        values[key] = text
        return "{{ " + key + " }}"

    block: dict[str, Any] = {"block_type": "task", "label": LABEL, "url": "url"}
    for name in _TEXT_FIELDS:
        if asked.get(name):
            block[name] = plain(str(asked[name]))
    codes = asked.get("error_code_mapping") or {}
    if codes:
        block["error_code_mapping"] = {str(code): plain(str(codes[code])) for code in codes}
    block |= {name: asked[name] for name in _PLAIN_FIELDS if asked.get(name) is not None}
    document = {
        "title": (asked.get("title") or str(asked["url"]))[:200],
        "workflow_definition": {
            "parameters": [
                {"parameter_type": "workflow", "workflow_parameter_type": "string", "key": key}
                for key in values
            ],
            "blocks": [block],
        },
    }
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
    return load_text(text, source="task", name="skyvern_task", from_rest=True), values
