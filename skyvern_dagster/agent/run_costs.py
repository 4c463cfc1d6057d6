"""What the models of a run have cost so far, over all its tasks and processes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from skyvern_dagster.artifacts.run_keys import RunKeys, StepKeys
from skyvern_dagster.artifacts.store import ArtifactStore


@dataclass
class RunCosts:
    """Costs by step, of this process as they are noted and of others as they lie in the store.

    Args:
        store: Where steps are kept.
    """

    store: ArtifactStore
    _by_step: dict[str, float] = field(default_factory=dict)

    def note(self, key: str, cost_usd: float) -> None:
        """Notes what a step has cost, by the key of its summary.

        A task that is tried again may write to the same keys: what both have cost counts.
        """
        self._by_step[key] = self._by_step.get(key, 0.0) + cost_usd

    def spent(self, run_id: str) -> float:
        """US dollars of a run so far.

        Raises:
            ArtifactError: The store can't be read.
        """
        folder = RunKeys(run_id).shown("tasks")
        for key in self.store.keys(folder):
            if key not in self._by_step and StepKeys.beside(key).summary == key:
                self.note(key, float(json.loads(self.store.read(key)).get("cost_usd") or 0.0))
        # Over a copy: other iterations note theirs meanwhile.
        costs = list(self._by_step.items())
        return sum(cost for key, cost in costs if key.startswith(f"{folder}/"))
