"""Which planners decide: by resource, by workflow, by block."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from skyvern_dagster.agent.learner import Learner
from skyvern_dagster.agent.planner import Plan, Planner, PlanRequest
from skyvern_dagster.agent.policy import PlannerPolicy
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.errors import PlannerError
from skyvern_dagster.llm.settings import NO_MODEL, ModelSettings

PlannerName = Literal["auto", "heuristic", "llm"]
Replaying = Literal["model", "all", "off"]


@dataclass(frozen=True)
class PlannerChoice:
    """The planners of a process; itself a planner, of the default kind.

    Attributes:
        default: Where neither workflow nor block says which.
        model: Whom the ``llm`` planner asks; ``auto`` has none where it isn't configured.
        replaying: Whether recordings are made and used: of tasks in which a model had a part, of
            all, or none.
        store: Where recordings lie; none are used without.
        folder: Recordings that are committed beside the workflows.
    """

    default: PlannerName = "auto"
    model: ModelSettings = field(default_factory=ModelSettings)
    replaying: Replaying = "model"
    store: ArtifactStore | None = None
    folder: Path | None = None

    @property
    def name(self) -> str:
        """The chain of the default kind."""
        return self.named(self.default).name

    def learner(self) -> Learner | None:
        """The default chain's learner."""
        return self.named(self.default).learner()

    async def plan(self, request: PlanRequest) -> Plan:
        """The default chain's plan.

        Raises:
            PlannerError: A planner broke.
        """
        return await self.named(self.default).plan(request)

    def with_store(self, store: ArtifactStore) -> PlannerChoice:
        """The same with a place for recordings."""
        return replace(self, store=store)

    def named(self, name: PlannerName) -> PlannerPolicy:
        """The chain of a kind.

        ``auto`` is replay and llm where a model is configured, else replay and heuristic;
        ``heuristic`` is only that; ``llm`` is replay and llm.

        Raises:
            PlannerError: ``llm`` without a model.
        """
        chain: list[Planner] = []
        if name != "heuristic":
            chain += self._replay()
        if name == "heuristic" or (name == "auto" and not self.model.is_configured):
            from skyvern_dagster.agent.planners.heuristic.planner import HeuristicPlanner

            chain.append(HeuristicPlanner())
        if name == "llm" and not self.model.is_configured:
            raise PlannerError(f"planner 'llm' has no model: {NO_MODEL}")
        if name != "heuristic" and self.model.is_configured:
            from skyvern_dagster.agent.planners.llm.planner import LlmPlanner

            chain.append(LlmPlanner(self.model))
        return PlannerPolicy(chain)

    def _replay(self) -> list[Planner]:
        if self.store is None or self.replaying == "off":
            return []
        from skyvern_dagster.agent.planners.replay.library import RecordingLibrary
        from skyvern_dagster.agent.planners.replay.planner import ReplayPlanner

        library = RecordingLibrary(self.store, self.folder)
        return [ReplayPlanner(library, self.replaying, takes_turns=self.model.is_configured)]


def planner_for(planner: Planner, wanted: PlannerName | None) -> Planner:
    """The planner of a block that may want a certain kind; one of the user's own plans it all.

    Raises:
        PlannerError: The block wants ``llm`` and there is no model.
    """
    if isinstance(planner, PlannerChoice):
        return planner.named(wanted or planner.default)
    return planner
