"""What was done so far, as lines that stay the same once written: prompt caches go by prefixes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from skyvern_dagster.agent.decisions import (
    Click,
    Decision,
    Extract,
    Find,
    InputText,
    Press,
    SelectOption,
)
from skyvern_dagster.agent.planner import PastAction, PastStep

_MOST_STEPS = 24
"""Lines of history in a prompt: two of the blocks below, at most 2,400 tokens."""
_KEPT_STEPS = 12
"""Lines are left out by dozens, so that the prompt's beginning stays the same for twelve steps
and the server's cache of prefixes holds."""
_LONGEST = 220
"""Characters of an action: a decision, its element and a message of the page; about 55 tokens."""
_LONGEST_FOUND = 480
"""Characters of what a search has found: what it was asked for."""
_LONGEST_THOUGHT = 160
"""Characters of a judgement and a reason together: two short sentences."""
_SHOWN_FIELDS = {
    "goto": "url", "wait": "for_text", "scroll": "direction", "find": "text",
    "switch_tab": "index", "complete": "shows", "terminate": "reason", "upload_file": "path",
}  # fmt: skip


def history_lines(history: Sequence[PastStep]) -> tuple[list[str], int]:
    """One line per step, and how many of the oldest were left out.

    A line tells why, what was done to which element, the how manyeth time, and what came of it.
    """
    # In blocks, so that the lines' beginning changes rarely.
    surplus = max(0, len(history) - _MOST_STEPS)
    left_out = -(-surplus // _KEPT_STEPS) * _KEPT_STEPS
    done: Counter[str] = Counter()
    lines = [_step_line(step, done) for step in history]
    return lines[left_out:], left_out


def last_memory(history: Sequence[PastStep]) -> str:
    """What the model wanted to keep in mind, as it last said it."""
    return next((step.memory for step in reversed(history) if step.memory), "")


def _step_line(step: PastStep, done: Counter[str]) -> str:
    actions = "; ".join(_action(action, done) for action in step.actions)
    thought = _short("; ".join(filter(None, (step.judgement, step.why))), _LONGEST_THOUGHT)
    said = f"({thought}) " if thought and actions else ""
    return f"{step.order}. {said}{actions or f'no plan: {step.problem}'}"


def _action(action: PastAction, done: Counter[str]) -> str:
    result = action.result
    outcome = f"FAILED: {result.error or result.message}" if not result.ok else _changes(action)
    decision = _decision(action.decision, action.target)
    done[decision] += 1
    times = f" ({done[decision]} times now)" if done[decision] > 1 else ""
    longest = _LONGEST_FOUND if isinstance(action.decision, Find) else _LONGEST
    return _short(f"{decision}{times} -> {outcome}", longest)


def _decision(decision: Decision, target: str) -> str:
    match decision:
        case InputText():
            enter = " and Enter" if decision.press_enter else ""
            return f"input_text '{decision.text[:60]}'{enter} into {target}"
        case SelectOption():
            chosen = ", ".join(decision.labels) or decision.label or decision.value
            return f"select_option '{chosen}' in {target}"
        case Extract():
            return f"extract: {_size(decision.data)}"
        case Click(count=count) if count > 1:
            return f"click x{count} {target}"
        case Press(count=count):
            times = f" x{count}" if count > 1 else ""
            return f"press '{decision.key}'{times} {target}".strip()
        case _:
            shown = getattr(decision, _SHOWN_FIELDS.get(decision.type, "type"), "")
            extra = "" if shown in (None, decision.type) else f" '{str(shown)[:80]}'"
            return f"{decision.type}{extra} {target}".strip()


def _changes(action: PastAction) -> str:
    result = action.result
    parts = []
    if isinstance(action.decision, Find | SelectOption) and result.message:
        parts.append(result.message)
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


def _short(text: str, longest: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= longest else flat[:longest] + "…"
