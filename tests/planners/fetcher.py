"""A planner that fetches the file whose address it is given, and does nothing else."""

from __future__ import annotations

from urllib.parse import urljoin

from skyvern_dagster.agent.decisions import Complete, Decision, Download, Terminate
from skyvern_dagster.agent.planner import Plan, PlanRequest


class Fetcher:
    """Downloads ``<item>.pdf`` of the page's site, unless the page says that it has nothing."""

    name = "fetcher"

    async def plan(self, request: PlanRequest) -> Plan:
        decision: Decision = Complete()
        if "nothing here" in request.observation.root.full_text:
            decision = Terminate(reason="nothing here", error_codes=("nothing",))
        elif request.goal.complete_on_download:
            place = urljoin(request.observation.url, f"/{request.goal.payload['item']}.pdf")
            decision = Download(url=place)
        return Plan((decision,), 1.0, "by address", self.name)
