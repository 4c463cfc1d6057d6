"""Definitions between YAML, which is stored, and JSON, which clients send and get."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from typing import Any

import yaml

from skyvern_dagster.stores.workflows import StoredWorkflow
from skyvern_dagster.workflow.document import parse
from skyvern_dagster_api.resolved_definition import ResolvedDefinition
from skyvern_dagster_api.schemas.answers import WorkflowAnswer

_MOST_AS_YAML = 100_000
"""Characters: some seconds of writing."""


def from_json(definition: dict[str, Any] | None) -> Any:
    """A JSON definition without the nulls that clients send for what they don't set."""
    return _without_nulls(definition)


def as_yaml(definition: Any) -> str:
    """A JSON definition as it is stored: for people, unless it is too long for them."""
    text = json.dumps(definition, ensure_ascii=False)
    if len(text) > _MOST_AS_YAML:
        return text  # which is YAML, too; writing it takes YAML's writer a minute a million
    return yaml.safe_dump(definition, sort_keys=False, allow_unicode=True)


def workflow_answer(stored: StoredWorkflow) -> WorkflowAnswer:
    """A stored version, as clients know it."""
    document = _document(stored.text)
    return WorkflowAnswer(
        workflow_id=stored.workflow_id,
        workflow_permanent_id=stored.workflow_permanent_id,
        agent_id=stored.workflow_permanent_id,
        organization_id=stored.organization_id,
        title=stored.title,
        version=stored.version,
        description=document.get("description"),
        workflow_definition=ResolvedDefinition(
            stored, dict(document.get("workflow_definition") or {})
        ).as_dict(),
        proxy_location=document.get("proxy_location"),
        webhook_callback_url=document.get("webhook_callback_url"),
        totp_verification_url=document.get("totp_verification_url"),
        totp_identifier=document.get("totp_identifier"),
        persist_browser_session=bool(document.get("persist_browser_session")),
        job_name=stored.name,
        created_at=datetime.fromisoformat(stored.created_at),
        modified_at=datetime.fromisoformat(stored.modified_at),
    )


@lru_cache(maxsize=512)
def _document(text: str) -> dict[str, Any]:
    """Checked when it was stored; dates and the like become texts, as JSON has no others."""
    return dict(parse(text, "workflow").data)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_without_nulls(each) for each in value]
    return value
