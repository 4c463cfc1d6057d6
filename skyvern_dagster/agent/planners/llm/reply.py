"""The form of a planning answer, and how it becomes decisions."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from skyvern_dagster.agent.decisions import ClickAt, Complete, Decision, Extract, Wait
from skyvern_dagster.agent.planner import PlanRequest
from skyvern_dagster.agent.planners.llm.loose_reply import as_decision, decision_list
from skyvern_dagster.agent.proof_text import shows
from skyvern_dagster.errors import NoFitError

_DECISION: TypeAdapter[Decision] = TypeAdapter(Decision)
_ALWAYS = (
    "click", "input_text", "type", "select_option", "check", "press", "hover", "drag", "scroll",
    "find", "goto", "back", "forward", "reload", "wait", "switch_tab", "close_tab", "download",
    "complete", "terminate",
)  # fmt: skip
_TEXT = {"type": "string"}
_FIELDS: dict[str, Any] = {
    "ref": _TEXT,
    "to_ref": _TEXT,
    "text": _TEXT,
    "press_enter": {"type": "boolean"},
    "label": _TEXT,
    "labels": {"type": "array", "items": _TEXT},
    "checked": {"type": "boolean"},
    "key": _TEXT,
    "button": _TEXT,
    "count": {"type": "integer"},
    "modifiers": {"type": "array", "items": _TEXT},
    "direction": _TEXT,
    "url": _TEXT,
    "seconds": {"type": "number"},
    "for_text": _TEXT,
    "index": {"type": "integer"},
    "path": _TEXT,
    "shows": _TEXT,
    "reason": _TEXT,
    "error_codes": {"type": "array", "items": _TEXT},
}
_POINT: dict[str, Any] = {"x": {"type": "integer"}, "y": {"type": "integer"}}
_MOST_DECISIONS = 20
"""Room for a long form (address, contact, consents, a button) in one answer; more is a model
that repeats itself."""
_LONGEST_LINE = 600
"""Characters of a memory, about 150 tokens: it is told again at every step."""


@dataclass(frozen=True)
class Answer:
    """A planning answer, taken apart.

    Attributes:
        why: What the decisions are for.
        judgement: On the last step.
        memory: To be told again.
    """

    decisions: tuple[Decision, ...]
    why: str = ""
    judgement: str = ""
    memory: str = ""


def answer_schema(request: PlanRequest, *, pictures: bool = False) -> dict[str, Any]:
    """JSON Schema of an answer: one flat object for all decisions, which is short.

    Args:
        request: Says what can be asked for.
        pictures: Whether pictures may be shown in this task, on which points can be named. The
            schema is the same at all steps: servers cache what requests begin with.
    """
    kinds = list(_ALWAYS)
    fields = dict(_FIELDS)
    if pictures:
        kinds.append("click_at")
        fields.update(_POINT)
    if request.goal.data_extraction_goal:
        kinds.append("extract")
        fields["data"] = {}
    if request.goal.files:
        kinds.append("upload_file")
    if request.goal.has_totp:
        kinds.append("solve_totp")
    decision = {
        "type": "object",
        "properties": {"type": {"enum": kinds}, **fields},
        "required": ["type"],
    }
    return {
        "type": "object",
        "properties": {
            "judgement": _TEXT,
            "memory": _TEXT,
            "why": _TEXT,
            "decisions": {"type": "array", "minItems": 1, "items": decision},
        },
        "required": ["why", "decisions"],
    }


def read_answer(document: Any, request: PlanRequest, *, pictured: bool = False) -> Answer:
    """The decisions of an answer, and what goes with them.

    What comes after the first decision that can't be used is dropped: the page is looked at again
    after the ones before it.

    Raises:
        NoFitError: Not even the first decision can be used.
    """
    refs = {node.ref for node in request.observation.root.walk() if node.ref}
    given = [as_decision(one, _MODELS, refs) for one in _decisions_in(document)]
    decisions: list[Decision] = []
    for entry in given[:_MOST_DECISIONS]:
        try:
            decision = _decision(entry, request, refs)
            if isinstance(decision, ClickAt) and not pictured:
                raise NoFitError("click_at: no picture was shown; use the ref of an element")
            decisions.append(decision)
        except NoFitError:
            if not decisions:
                raise
            break
    if not decisions:
        raise NoFitError('"decisions" is empty; use terminate if there is nothing to be done')
    said = {name: _line(document, name) for name in ("why", "judgement", "memory")}
    return Answer(tuple(decisions), **said)


def _line(document: Any, name: str) -> str:
    value = document.get(name) if isinstance(document, dict) else None
    return " ".join(str(value).split())[:_LONGEST_LINE] if value else ""


def _decisions_in(document: Any) -> list[Any]:
    # Servers that don't know the schema: a bare list, or one decision alone.
    if isinstance(document, list):
        return document
    if not isinstance(document, dict):
        raise NoFitError('the answer must be an object with "why" and "decisions"')
    if "decisions" not in document and "type" in document:
        return [document]
    given = decision_list(document)
    if not isinstance(given, list):
        raise NoFitError('the answer must have a list "decisions"')
    return given


def _decision(entry: Any, request: PlanRequest, refs: Iterable[str]) -> Decision:
    if not isinstance(entry, dict):
        raise NoFitError('each of "decisions" must be an object with a "type"')
    known = {"type", "data", *_FIELDS, *_POINT}
    fields = {key: value for key, value in entry.items() if key in known and value is not None}
    fields = _of_this_kind(fields)
    if isinstance(fields.get("data"), str):
        fields["data"] = _written_out(fields["data"])
    try:
        decision = _DECISION.validate_python(fields)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"][1:])
        kind = fields.get("type")
        raise NoFitError(
            f"decision {kind!r}: {place}: {first['msg']}".replace(": :", ":")
        ) from error
    _check(decision, request, refs)
    return decision


def _written_out(data: str) -> Any:
    """Data that came as JSON in a text: servers whose schemas can't say "anything" ask for that."""
    try:
        found = json.loads(data)
    except ValueError:
        return data
    return found if isinstance(found, dict | list) else data


def _of_this_kind(fields: dict[str, Any]) -> dict[str, Any]:
    """Without fields of other kinds of decisions, which some models fill in all the same."""
    model = _MODELS.get(str(fields.get("type")))
    if model is None:
        return fields
    if model is Wait and "seconds" in fields:
        fields["seconds"] = min(max(float(fields["seconds"]), 0), 30)
    return {key: value for key, value in fields.items() if key in model.model_fields}


def _check(decision: Decision, request: PlanRequest, refs: Iterable[str]) -> None:
    for name in ("ref", "to_ref"):
        ref = getattr(decision, name, None)
        if ref is not None and ref not in refs:
            raise NoFitError(f"there is no element {ref!r} on the page as it is now")
    if isinstance(decision, Extract) and not request.goal.data_extraction_goal:
        raise NoFitError("the task asks for no data")


def proven_later(decision: Complete, request: PlanRequest) -> bool:
    """Whether a completion that follows other decisions can be checked on the page after them."""
    return bool(decision.shows) and not shows(request.observation, decision.shows or "")


_MODELS = {
    str(model.model_fields["type"].default): model
    for model in Decision.__origin__.__args__  # type: ignore[attr-defined]
}
