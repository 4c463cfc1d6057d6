"""Whether a portal is there: where it is away, a task's outcome says nothing about the task."""

from __future__ import annotations

from dataclasses import dataclass, replace

from skyvern_dagster.addresses.http_status import is_server_error
from skyvern_dagster.agent.task_ending import Ending
from skyvern_dagster.browser.observation import Observation
from skyvern_dagster.browser.results import ActionResult


@dataclass
class PortalReach:
    """What the pages that were asked for have said of their server."""

    _away: str = ""

    def note(self, result: ActionResult) -> None:
        """Takes what an action met: the last page that was asked for counts."""
        if result.cause == "unreachable" or _is_away(result.http_status or 0):
            self._away = result.error or result.message
        elif result.ok and result.url_before not in ("", result.url_after):
            self._away = ""

    def unless_away(self, ending: Ending, observation: Observation) -> Ending:
        """The ending, as a failure where the portal is away while a planner gives up.

        Unless the definition has a code for what the planner has seen.
        """
        away = self._why(observation)
        if ending.status != "terminated" or ending.errors or not away:
            return ending
        return replace(ending, status="failed", reason=f"{away} ({ending.reason})")

    def _why(self, observation: Observation) -> str:
        status = observation.http_status or 0
        return f"{observation.url} answered HTTP {status}" if _is_away(status) else self._away


def _is_away(status: int) -> bool:
    """Whether a server answers that it can't; one that won't (429) may mean a locked login."""
    return is_server_error(status)
