"""Definitions in few words, for tests that need many."""

from __future__ import annotations

import json
from typing import Any

from skyvern_dagster.workflow.loader import Workflow, load_text

ALL = "SKYVERN_DOWNLOAD_DIRECTORY"
SECRETS = ("smtp_host", "smtp_port", "smtp_username", "smtp_password")


def workflow(
    blocks: list[dict[str, Any]],
    parameters: list[dict[str, Any]] | None = None,
    *,
    name: str = "sample",
    dagster: dict[str, Any] | None = None,
    **body: Any,
) -> Workflow:
    """A checked workflow; JSON is YAML."""
    document = {
        "title": "A sample",
        "dagster": dagster or {},
        "workflow_definition": {"parameters": parameters or [], "blocks": blocks, **body},
    }
    return load_text(json.dumps(document), source=f"{name}.yaml", name=name)


def upload(label: str, path: str = ALL, **fields: Any) -> dict[str, Any]:
    """Completes without S3 as long as there is nothing to upload; a path of no file fails."""
    return {"block_type": "upload_to_s3", "label": label, "path": path, **fields}


def loop(label: str, over: str, *body: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "block_type": "for_loop",
        "label": label,
        "loop_over_parameter_key": over,
        "loop_blocks": list(body),
        **fields,
    }


def branch(expression: str, target: str | None = None) -> dict[str, Any]:
    return {"criteria": {"expression": expression}, "next_block_label": target}


def otherwise(target: str | None = None) -> dict[str, Any]:
    return {"is_default": True, "next_block_label": target}


def conditional(label: str, *branches: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "block_type": "conditional",
        "label": label,
        "branch_conditions": list(branches),
        **fields,
    }


def while_loop(label: str, expression: str, *body: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "block_type": "while_loop",
        "label": label,
        "condition": {"expression": expression},
        "loop_blocks": list(body),
        **fields,
    }


def task(label: str, **fields: Any) -> dict[str, Any]:
    return {"block_type": "task", "label": label, **fields}


def email(label: str, subject: str = "Hello", **fields: Any) -> dict[str, Any]:
    keys = {f"{key}_secret_parameter_key": key for key in SECRETS}
    return {
        "block_type": "send_email",
        "label": label,
        "sender": "a@example.com",
        "recipients": ["b@example.com"],
        "subject": subject,
        **keys,
        **fields,
    }


def mail_secrets() -> list[dict[str, Any]]:
    return [{"key": key, "parameter_type": "aws_secret", "aws_key": key.upper()} for key in SECRETS]


def given(key: str, kind: str = "string", default: Any = None) -> dict[str, Any]:
    """A ``workflow`` parameter."""
    return {
        "key": key,
        "parameter_type": "workflow",
        "workflow_parameter_type": kind,
        "default_value": default,
    }


def context(key: str, source: str) -> dict[str, Any]:
    return {"key": key, "parameter_type": "context", "source_parameter_key": source}
