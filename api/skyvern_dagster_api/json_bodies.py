"""What may stand in a JSON body: no half characters, and no more than a server can take."""

from __future__ import annotations

import json
import re
from typing import Any

from skyvern_dagster.workflow.size_limits import MAX_DEPTH, MAX_VALUES

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]|[\xed][\xa0-\xbf]")
"""As an escape, or as bytes, which Python's reader lets through."""


def problem_with(body: bytes) -> str:
    """Why a JSON body can't be taken; empty where it can, or where FastAPI says it better."""
    may_be_deep = body.count(b"[") + body.count(b"{") > MAX_DEPTH
    may_be_large = body.count(b",") + body.count(b":") > MAX_VALUES
    if not (may_be_deep or may_be_large or _SURROGATE.search(body)):
        return ""
    try:
        return _problem(json.loads(body))
    except RecursionError:
        return "the body is nested too deeply"
    except ValueError:  # not JSON at all
        return ""


def _problem(value: Any) -> str:
    level, count = [value], 0
    for _ in range(MAX_DEPTH):
        count += len(level)
        if count > MAX_VALUES:
            return f"the body has more than {MAX_VALUES:,} values"
        if any(isinstance(each, str) and _is_half(each) for each in level):
            return "the body holds half of a character (a lone surrogate)"
        level = [inner for each in level for inner in _inside(each)]
        if not level:
            return ""
    return "the body is nested too deeply"


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, list) else []


def _is_half(text: str) -> bool:
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
