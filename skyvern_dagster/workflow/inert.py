"""What a definition says without meaning it: fields without effect here, and empty ones.

Skyvern's exports write every field out: what is empty is left out, and what says only what happens
anyway needs no warning.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from skyvern_dagster.blocks.registry import block_types
from skyvern_dagster.workflow.declarations import BODY
from skyvern_dagster.workflow.definition import DefinitionBody, WorkflowDefinition
from skyvern_dagster.workflow.document import Document
from skyvern_dagster.workflow.findings import Finding, Path
from skyvern_dagster.workflow.number_limits import within_limits
from skyvern_dagster.workflow.parameters import PARAMETER_MODELS

_BLOCKS: Path = (*BODY, "blocks")
_PARAMETERS: Path = (*BODY, "parameters")

NO_NEWS: dict[str, tuple[object, ...]] = {
    "ai_fallback": (True,),
    "cache_key": ("default",),
    "complete_verification": (True,),
    "engine": ("skyvern-1.0",),
    "mask_secrets": (True,),
    "proxy_location": ("NONE",),
    "run_with": ("agent",),
    "status": ("published",),
    "version": (1, 2),
}
"""Values that say what happens here anyway."""

_INSTEAD: dict[str, str] = {
    **dict.fromkeys(
        (
            "bitwarden_client_id_aws_secret_key",
            "bitwarden_client_secret_aws_secret_key",
            "bitwarden_master_password_aws_secret_key",
        ),
        "the deployment logs in to Bitwarden: BW_CLIENTID, BW_CLIENTSECRET and BW_PASSWORD",
    ),
    **dict.fromkeys(
        (
            "code_edited_by_hand",
            "goal_needs_regeneration",
            "recording_id",
            "steps",
            "user_owned_goal",
        ),
        "it is for Skyvern's editor",
    ),
    **dict.fromkeys(
        ("cache_key", "code_version", "generate_script_on_terminal"),
        "what worked is replayed, by workflow and block",
    ),
    "browser_session_id": "use_parent_browser_session hands the browser's state on",
    "cdp_connect_headers": "the deployment says how its browser is reached: "
    "SKYVERN_BROWSER_CDP_URL, SKYVERN_BROWSER_CDP_HEADERS",
    "complete_criterion_is_untrusted": "what pages say is never an instruction",
    "completion_contract": "a block's data_schema, complete_criterion or a validation block say it",
    "folder_id": "there are no folders",
    "include_action_history_in_verification": "what was done is always told",
    "is_saved_task": "clients are told it back",
    "max_screenshot_scrolls": "pages are read as a whole",
    "pin_saved_session_ip": "browsers go where your own machines go",
    "reuse_browser_session": "persist_browser_session hands the browser's state to the next run",
    "version": "which block comes next is read off the labels",
    "adaptive_caching": "what worked is replayed anyway",
    "ai_fallback": "set 'planner' to say who plans",
    "browser_type": "the deployment says which browser there is: SKYVERN_BROWSER_PATH",
    "cache_actions": "what worked is replayed anyway",
    "complete_verification": "that a task is complete is always checked",
    "disable_cache": "set planner: heuristic or llm to plan without what worked before",
    "enable_self_healing": "it has none in Skyvern, either",
    "engine": "set 'planner' to say who plans",
    "engine_pinned": "set 'planner' to say who plans",
    "llm_key": "the deployment says which model there is: SKYVERN_LLM_MODEL",
    "mask_secrets": "secrets are always kept out of what is kept",
    "model": "the deployment says which model there is: SKYVERN_LLM_MODEL",
    "proxy_location": "browsers run on your own machines, and go where those go",
    "fallback_trigger": "the next one is taken where one isn't there",
    "run_with": "set 'planner' to say who plans",
    "selection_strategy": "the first that is there is taken",
    "status": "what loads can be run",
}
"""Field without effect -> what has the effect here, or why it needs none."""

_EXTENSION = "x-"
"""What fields of the document begin with that only hold parts for others, by anchors."""

_EMPTY_IS_A_VALUE = frozenset({"default_value", "dagster"})
"""Fields whose empty text isn't left out."""


def without_inert_fields(document: Document) -> tuple[Any, list[Finding]]:
    """The data without the fields that have no effect (a warning for each) or are empty."""
    findings: list[Finding] = []
    data = document.data
    if not isinstance(data, dict):
        return data, findings
    data = _clean(data, WorkflowDefinition, (), document, findings)
    data = {field: value for field, value in data.items() if not field.startswith(_EXTENSION)}
    body = data.get(BODY[0])
    if isinstance(body, dict):
        body = _clean(body, DefinitionBody, BODY, document, findings)
        if "blocks" in body:
            body["blocks"] = _clean_blocks(body["blocks"], _BLOCKS, document, findings)
        if isinstance(parameters := body.get("parameters"), list):
            body["parameters"] = [
                _clean_parameter(each, (*_PARAMETERS, index), document, findings)
                for index, each in enumerate(parameters)
            ]
        data[BODY[0]] = body
    return data, findings


def _clean_parameter(
    parameter: Any, path: Path, document: Document, findings: list[Finding]
) -> Any:
    if not isinstance(parameter, dict):
        return parameter
    model = PARAMETER_MODELS.get(str(parameter.get("parameter_type")))
    return _clean(parameter, model, path, document, findings)


def _clean_blocks(blocks: Any, path: Path, document: Document, findings: list[Finding]) -> Any:
    if not isinstance(blocks, list):
        return blocks
    return [
        _clean_block(block, (*path, index), document, findings)
        if isinstance(block, dict)
        else block
        for index, block in enumerate(blocks)
    ]


def _clean_block(
    block: dict[Any, Any], path: Path, document: Document, findings: list[Finding]
) -> dict[Any, Any]:
    model = block_types().get(str(block.get("block_type")))
    cleaned = _clean(block, model, path, document, findings)
    if model is not None:
        cleaned = within_limits(cleaned, model, path, document, findings)
    if "loop_blocks" in cleaned:
        inner = (*path, "loop_blocks")
        cleaned["loop_blocks"] = _clean_blocks(cleaned["loop_blocks"], inner, document, findings)
    return cleaned


def _clean(
    value: dict[Any, Any],
    model: type[BaseModel] | None,
    path: Path,
    document: Document,
    findings: list[Finding],
) -> dict[Any, Any]:
    inert: frozenset[str] = getattr(model, "inert_fields", frozenset())
    findings += [
        document.finding(
            (*path, field), f"{field!r} has no effect here", instead_of(field), "warning"
        )
        for field in sorted(inert & value.keys())
        if _says_something(field, value[field])
    ]
    fields = model.model_fields if model is not None else {}
    return {
        field: item
        for field, item in value.items()
        if (field in fields or field not in inert) and not _is_unset(field, fields, item)
    }


def _says_something(field: str, value: Any) -> bool:
    """Whether a field without effect asks for something that doesn't happen."""
    usual = NO_NEWS.get(field, ())
    return value not in (
        None,
        "",
        {},
        [],
        *usual,
        *(() if any(each is True for each in usual) else (False,)),
    )


def _is_unset(name: str, fields: dict[str, FieldInfo], value: Any) -> bool:
    """An empty text, like null, means that a field isn't set: Skyvern's editor writes it so."""
    field = fields.get(name)
    if field is None or field.is_required():
        return False
    return value is None or (value == "" and name not in _EMPTY_IS_A_VALUE)


def instead_of(field: str) -> str:
    """What has the effect of a field that has none here, or why it needs none; may be empty."""
    return _INSTEAD.get(field, "")
