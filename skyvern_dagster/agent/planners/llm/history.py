"""What was done so far, as lines that stay the same once written: prompt caches go by prefixes."""

from __future__ import annotations

from collections.abc import Sequence

from skyvern_dagster.agent.decisions import Decision, Extract, InputText, SelectOption
from skyvern_dagster.agent.planner import PastAction, PastStep

_MOST_STEPS = 24
"""Lines of history in a prompt: two of the blocks below, at most 1,400 tokens."""
_KEPT_STEPS = 12
"""Lines are left out by dozens, so that the prompt's beginning stays the same for twelve steps
and the server's cache of prefixes holds."""
_LONGEST = 220
"""Characters of a line: a decision, its element and a message of the page; about 55 tokens."""
_SHOWN_FIELDS = {
    "goto": "url", "press": "key", "find": "text", "wait": "for_text", "scroll": "direction",
    "switch_tab": "index", "complete": "shows", "terminate": "reason", "upload_file": "path",
}  # fmt: skip


def history_lines(history: Sequence[PastStep]) -> tuple[list[str], int]:
    """One line per step, and how many of the oldest were left out."""
    # In blocks, so that the lines' beginning changes rarely.
    surplus = max(0, len(history) - _MOST_STEPS)
    left_out = -(-surplus // _KEPT_STEPS) * _KEPT_STEPS
    return [_step_line(step) for step in history[left_out:]], left_out


def _step_line(step: PastStep) -> str:
    done = "; ".join(_action(action) for action in step.actions) or f"no plan: {step.problem}"
    return f"{step.order}. {done}"


def _action(action: PastAction) -> str:
    result = action.result
    outcome = f"FAILED: {result.error or result.message}" if not result.ok else _changes(action)
    return _short(f"{_decision(action.decision, action.target)} -> {outcome}")


def _decision(decision: Decision, target: str) -> str:
    match decision:
        case InputText():
            enter = " and Enter" if decision.press_enter else ""
            return f"input_text '{decision.text[:60]}'{enter} into {target}"
        case SelectOption():
            return f"select_option '{decision.label or decision.value}' in {target}"
        case Extract():
            return f"extract: {_size(decision.data)}"
        case _:
            shown = getattr(decision, _SHOWN_FIELDS.get(decision.type, "type"), "")
            extra = "" if shown in (None, decision.type) else f" '{str(shown)[:80]}'"
            return f"{decision.type}{extra} {target}".strip()


def _changes(action: PastAction) -> str:
    result = action.result
    parts = []
    if result.downloads:
        parts.append("downloaded " + ", ".join(file.filename for file in result.downloads))
    if result.new_tab:
        parts.append("a new tab opened")
    if result.url_after and result.url_after != result.url_before and result.url_before:
        parts.append(f"now at {result.url_after}")
    if result.dialog:
        parts.append(f"dialog: {result.dialog}")
    parts.extend(f'the page says "{text}"' for text in result.text_appeared[:2])
    if not parts:
        parts.append("the page changed" if result.page_changed else "ok")
    return ", ".join(parts)


def _size(data: object) -> str:
    match data:
        case list():
            return f"{len(data)} items"
        case dict():
            return ", ".join(
                f"{key}: {len(value)} items" if isinstance(value, list) else key
                for key, value in data.items()
            )
        case _:
            return str(data)[:60]


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else flat[:_LONGEST] + "…"
