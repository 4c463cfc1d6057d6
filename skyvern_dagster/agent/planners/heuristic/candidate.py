"""What could be done next towards one purpose, with what speaks for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

from skyvern_dagster.browser.observation import Node
from skyvern_dagster.errors import PlannerError


@dataclass(frozen=True)
class Candidate:
    """One thing to try.

    Attributes:
        node: What is clicked, or pointed at.
        label: What it is called.
        url: Where it leads, for a link with an address.
        does: What is done with it.
        features: What speaks for and against it, 0 to 1 each; names as in ``ranking.yaml``.
        why: In words, for people.
        score: Their weighted sum, once it was ranked.
    """

    node: Node
    label: str
    url: str = ""
    does: Literal["click", "hover"] = "click"
    features: Mapping[str, float] = field(default_factory=dict)
    why: str = ""
    score: float = 0.0

    @property
    def ref(self) -> str:
        """The handle for actions."""
        return self.node.ref or ""

    def has(self, feature: str) -> bool:
        """Whether a feature speaks in it at all."""
        return bool(self.features.get(feature))


def rank(purpose: str, candidates: Iterable[Candidate]) -> list[Candidate]:
    """The candidates that something speaks for, best first; of equals the first on the page.

    Args:
        purpose: A purpose of ``ranking.yaml``.
        candidates: In the order of the page.

    Raises:
        PlannerError: A feature has no weight, or the purpose none at all.
    """
    scored = [replace(one, score=score_of(purpose, one.features)) for one in candidates]
    return sorted((one for one in scored if one.score > 0), key=lambda one: -one.score)


def score_of(purpose: str, features: Mapping[str, float]) -> float:
    """The weighted sum of features.

    Raises:
        PlannerError: A feature has no weight, or the purpose none at all.
    """
    weights = weights_of(purpose)
    unknown = set(features) - set(weights)
    if unknown:
        raise PlannerError(f"ranking.yaml has no weight of {sorted(unknown)} for {purpose!r}")
    return sum(weights[name] * value for name, value in features.items())


@cache
def weights_of(purpose: str) -> dict[str, float]:
    """The weights of all features, by name.

    Raises:
        PlannerError: The purpose has none.
    """
    source = files(__package__).joinpath("ranking.yaml").read_text(encoding="utf-8")
    table: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load(source)
    if purpose not in table:
        raise PlannerError(f"ranking.yaml has no purpose {purpose!r}; add it there")
    return {name: float(entry["weight"]) for name, entry in table[purpose].items()}
