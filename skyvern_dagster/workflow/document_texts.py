"""The templates of a definition that belong to no block: headers, the system prompt, keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from skyvern_dagster.credentials.secret_names import is_secret_header
from skyvern_dagster.errors import TemplateError
from skyvern_dagster.llm.settings import NO_MODEL
from skyvern_dagster.templating.rendering import is_template, names_used
from skyvern_dagster.workflow.block_checks import has_model
from skyvern_dagster.workflow.declarations import BODY, Outline
from skyvern_dagster.workflow.document import Document
from skyvern_dagster.workflow.findings import Finding, Path, did_you_mean
from skyvern_dagster.workflow.parameters import RESERVED_KEYS

_HEADERS = "extra_http_headers"
_PROMPT = "workflow_system_prompt"


def document_text_findings(outline: Outline, document: Document) -> Iterator[Finding]:
    """Names that don't exist, secrets that everybody can read, a prompt that no model gets."""
    made = {name for label in outline.labels for name in (label, f"{label}_output")}
    known = outline.keys | RESERVED_KEYS | made
    for path, text in _texts(document.data):
        try:
            used = names_used(text) if is_template(text) else frozenset()
        except TemplateError as error:
            yield document.finding(path, str(error))
            continue
        for name in sorted(used - known):
            hint = did_you_mean(name, sorted(known))
            yield document.finding(path, f"unknown name {name!r}", hint)
        if path[0] == _HEADERS and not used and is_secret_header(str(path[-1])):
            yield document.finding(
                path,
                "this header tells a secret, which everybody who sees the definition can read",
                "make it an aws_secret parameter, and write {{ its_key }}",
                "warning",
            )
        if path[-1] == _PROMPT and not has_model():
            message = "no language model is configured here: that won't be looked at"
            yield document.finding(path, message, NO_MODEL, "warning")


def _texts(data: Any) -> Iterator[tuple[Path, str]]:
    if not isinstance(data, dict):
        return
    headers = data.get(_HEADERS)
    for name, text in headers.items() if isinstance(headers, dict) else ():
        if isinstance(text, str):
            yield (_HEADERS, name), text
    if isinstance(key := data.get("browser_profile_key"), str):
        yield ("browser_profile_key",), key
    body = data.get(BODY[0])
    prompt = body.get(_PROMPT) if isinstance(body, dict) else None
    if isinstance(prompt, str) and prompt:
        yield (*BODY, _PROMPT), prompt
