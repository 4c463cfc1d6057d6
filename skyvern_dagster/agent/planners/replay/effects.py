"""What an action changed, and whether it is what it changed when it was recorded."""

from __future__ import annotations

from skyvern_dagster.agent.planners.replay.recording import Effect
from skyvern_dagster.agent.variables import Variables
from skyvern_dagster.browser.results import ActionResult


def effect_of(result: ActionResult, variables: Variables) -> Effect:
    """The effect of a carried-out action, for a recording."""
    moved = result.url_before and result.url_after and result.url_before != result.url_after
    return Effect(
        url=variables.path(result.url_after) if moved else "",
        downloads=len(result.downloads),
        new_tab=result.new_tab,
        dialog=bool(result.dialog),
        changes=result.page_changed,
        says=bool(result.text_appeared),
    )


def difference(effect: Effect, result: ActionResult, variables: Variables) -> str | None:
    """In which way an action did something else than it was recorded to do.

    Raises:
        LookupError: The recording has a variable that this task doesn't have.
    """
    if not result.ok:
        return f"it failed: {result.error or result.message}"
    if effect.downloads and not result.downloads:
        return "no file came"
    if effect.new_tab != result.new_tab:
        return "a new tab opened" if result.new_tab else "no new tab opened"
    if effect.url and not variables.is_at(effect.url, result.url_after):
        return f"it led to {result.url_after} instead of {effect.url}"
    if not effect.url and result.url_before.split("?")[0] != result.url_after.split("?")[0] != "":
        return f"it led to {result.url_after}"
    if result.dialog and not effect.dialog:
        return f'a dialog said "{result.dialog[:80]}"'
    if result.text_appeared and not effect.says:
        return f'the page said "{result.text_appeared[0][:80]}"'
    return None
