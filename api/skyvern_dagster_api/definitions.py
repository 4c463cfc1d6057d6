"""Definitions between YAML, which is stored, and JSON, which clients send and get."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

import yaml

from skyvern_dagster.errors import DefinitionError
from skyvern_dagster.stores.workflows import StoredWorkflow
from skyvern_dagster.workflow.definition import WorkflowDefinition
from skyvern_dagster.workflow.document import parse
from skyvern_dagster.workflow.findings import Finding
from skyvern_dagster.workflow.identifiers import with_identifiers
from skyvern_dagster.workflow.skyvern_export import as_definition
from skyvern_dagster_api.resolved_definition import ResolvedDefinition
from skyvern_dagster_api.schemas.answers import WorkflowAnswer

_MOST_AS_YAML = 100_000
"""Characters: some seconds of writing."""


KEPT_WHEN_LEFT_OUT = (
    "proxy_location", "webhook_callback_url", "totp_verification_url", "totp_identifier",
    "extra_http_headers", "cdp_connect_headers", "max_elapsed_time_minutes", "browser_type",
    "pin_saved_session_ip",
)  # fmt: skip
"""Fields of the document that an update may leave out: they stay; null clears them."""

_KEPT_IN_BODY = ("browser_settings",)

_OF_THE_FORMAT = frozenset(
    {
        "blocks", "branch_conditions", "browser_settings", "condition", "criteria", "loop_blocks",
        "parameters", "retry_on", "retry_policy", "workflow_definition",
    }
)  # fmt: skip
"""Fields that hold fields of the format."""


def from_json(definition: dict[str, Any] | None) -> Any:
    """A JSON definition without the nulls that clients send for what they don't set.

    Except where null clears what the version before has (:func:`with_kept`).
    """
    if definition is None:
        return None
    cleaned = _without_nulls(definition)
    for name in KEPT_WHEN_LEFT_OUT:
        if name in definition:
            cleaned.setdefault(name, None)
    body = definition.get("workflow_definition")
    for name in _KEPT_IN_BODY if isinstance(body, dict) else ():
        if isinstance(body, dict) and name in body:
            cleaned["workflow_definition"].setdefault(name, None)
    return cleaned


def as_yaml(definition: Any) -> str:
    """A JSON definition as it is stored: for people, unless it is too long for them."""
    text = json.dumps(definition, ensure_ascii=False)
    if len(text) > _MOST_AS_YAML:
        return text  # which is YAML, too; writing it takes YAML's writer a minute a million
    return yaml.safe_dump(definition, sort_keys=False, allow_unicode=True)


_ANSWERED = WorkflowDefinition.inert_fields - {"proxy_location", "persist_browser_session"}
"""Fields without effect here that clients find again in answers."""


def workflow_answer(stored: StoredWorkflow, warnings: Iterable[Finding] = ()) -> WorkflowAnswer:
    """A stored version, as clients know it.

    Args:
        warnings: What was found when it was stored.
    """
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
        **{name: document[name] for name in _ANSWERED & document.keys()},
        warnings=[each.as_dict() for each in warnings],
        job_name=stored.name,
        created_at=datetime.fromisoformat(stored.created_at),
        modified_at=datetime.fromisoformat(stored.modified_at),
    )


@lru_cache(maxsize=512)
def _document(text: str) -> dict[str, Any]:
    """Checked when it was stored; dates and the like become texts, as JSON has no others."""
    given, _ = as_definition(parse(text, "workflow"))
    document, _ = with_identifiers(given)
    return dict(document.data)


def _without_nulls(fields: Any) -> Any:
    """In the fields of the format: a null in a body, a payload or a default is the author's."""
    if isinstance(fields, list):
        return [_without_nulls(each) for each in fields]
    if not isinstance(fields, dict):
        return fields
    return {
        name: _without_nulls(each) if name in _OF_THE_FORMAT else each
        for name, each in fields.items()
        if each is not None
    }


def with_kept(text: str, before: str) -> str:
    """An update's text, with what it leaves out and the version before has.

    Raises:
        InvalidDefinitionError: The text can't be read.
    """
    given, stored = parse(text, "workflow").data, _document(before)
    if not isinstance(given, dict):
        return text  # its check says what is wrong
    kept = {name: stored[name] for name in KEPT_WHEN_LEFT_OUT
            if stored.get(name) is not None and name not in given}  # fmt: skip
    body: Any = given.get("workflow_definition")
    body_before: Any = stored.get("workflow_definition") or {}
    in_body = {
        name: body_before[name]
        for name in _KEPT_IN_BODY
        if isinstance(body, dict) and body_before.get(name) is not None and name not in body
    }
    if in_body:
        return as_yaml({**given, **kept, "workflow_definition": {**body, **in_body}})
    if not kept:
        return text
    longer = f"{text.rstrip()}\n{as_yaml(kept)}"
    return longer if _is(longer, {**given, **kept}) else as_yaml({**given, **kept})


def _is(text: str, data: Any) -> bool:
    """Whether a text says something: one in braces can't be made longer by lines."""
    try:
        return bool(parse(text, "workflow").data == data)
    except DefinitionError:
        return False
