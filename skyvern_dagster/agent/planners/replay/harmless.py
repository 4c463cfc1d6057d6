"""Recorded steps that only lead to a page: they are right whatever day the task is about."""

from __future__ import annotations

from skyvern_dagster.agent.planners.replay.recording import RecordedAction, RecordedStep
from skyvern_dagster.credentials.reference import references_in

_LOOKING = frozenset({"scroll", "hover", "wait", "back"})
_LEADING = frozenset({"link", "tab", "menuitem", "treeitem"})


def is_harmless(step: RecordedStep) -> bool:
    """Whether a step neither reads, fills in, chooses, sends nor fetches anything.

    Logging in counts: what is typed then doesn't depend on the task.
    """
    if step.pages or any(action.effect.downloads for action in step.actions):
        return False
    secrets = any(_types_secret(action) for action in step.actions)
    return all(_is_harmless(action, logging_in=secrets) for action in step.actions)


def _is_harmless(action: RecordedAction, *, logging_in: bool) -> bool:
    if action.do in _LOOKING or _types_secret(action):
        return True
    element = action.element
    if element is None or action.do not in ("click", "press"):
        return False
    # A row, or an address with a number, is a record, which the day may have chosen.
    chosen = element.row or element.varies or "*" in element.url or "*" in action.effect.url
    leads = element.role in _LEADING or (logging_in and element.role == "button")
    return leads and not chosen


def _types_secret(action: RecordedAction) -> bool:
    text = str(action.fields.get("text", ""))
    return action.do == "input_text" and text in {str(each) for each in references_in(text)}
