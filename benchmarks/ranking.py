"""Weights of the way to a list, fitted on some sites and tried on the others.

``python -m benchmarks.ranking`` logs in at each shop of ``tests/shops``, walks through its pages
and labels every choice that they offer: right is a link from which the list of orders is nearer
than from the page itself, by the links that there are. That is known without asking the planner.
For each site, weights are fitted on all others (pairs of a right and a wrong candidate of one page,
logistic, held near zero), and both tables say which candidate they would take first there. The
fitted table comes last; it belongs into ``ranking.yaml`` only where it finds more on sites that it
hasn't seen. ``--write`` puts both tables into ``docs/ranking.md``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from benchmarks.section import write_section
from skyvern_dagster.agent.decisions import Complete, Goto
from skyvern_dagster.agent.planner import Goal, Plan, PlanRequest
from skyvern_dagster.agent.planners.heuristic.candidate import weights_of
from skyvern_dagster.agent.planners.heuristic.navigation import candidates
from skyvern_dagster.agent.planners.heuristic.routes import RELATED
from skyvern_dagster.agent.planners.heuristic.situation import situation_of
from skyvern_dagster.agent.task_runner import TaskRunner
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.reading.concepts import MOSTLY, concept
from skyvern_dagster.reading.controls import same_site
from skyvern_dagster.reading.identifiers import mentions_identifier
from tests.agent.errand import Errand
from tests.agent.heuristic.customer import Customer
from tests.shops.portal import Portal
from tests.shops.registry import PORTALS
from tests.shops.serving import serve

_DOCS = Path(__file__).resolve().parent.parent / "docs" / "ranking.md"
_PURPOSE = "navigate"
_TARGET = "page.orders"
_MOST_PAGES = 24
"""Of a site: its menu, the account's pages and some records."""
_LISTED = 2
"""Orders that a page names from which on it is their list; a record's own page names one."""
_HELD = 0.01
"""What keeps weights small: of a tenth or a thousandth, the held-out choices are the same."""
_ROUNDS, _PACE = 4000, 0.3
"""Steps of the fit, after which the weights stand still in the second decimal."""


@dataclass(frozen=True)
class Choice:
    """What one page offers.

    Attributes:
        site: Whose page it is.
        offered: The features of each candidate, in the order of the page.
        right: Which of them lead nearer to the list.
    """

    site: str
    offered: tuple[Mapping[str, float], ...]
    right: frozenset[int]


@dataclass
class _Page:
    links: set[str]
    offered: list[tuple[str, Mapping[str, float]]]
    is_list: bool


@dataclass
class Walker:
    """A planner that looks at all pages of a site, and notes what each offers."""

    orders: Sequence[str]
    name: str = "walker"
    pages: dict[str, _Page] = field(default_factory=dict)
    waiting: deque[str] = field(default_factory=deque)

    async def plan(self, request: PlanRequest) -> Plan:
        """Notes the page, and goes on to the next one."""
        situation = situation_of(replace(request, history=()))
        view, here = situation.view, _plain(situation.url)
        if here not in self.pages:
            links = {
                _plain(one.url) for one in view.controls if _may_follow(one.url, one.label, here)
            }
            shown = sum(mentions_identifier(view.page_text, one) for one in self.orders)
            offered = [
                (_plain(one.url), one.features)
                for one in candidates(situation, (_TARGET,), "", RELATED[_TARGET], explore=True)
            ]
            self.pages[here] = _Page(links, offered, shown >= _LISTED)
            self.waiting.extend(sorted(links))
        while self.waiting and len(self.pages) < _MOST_PAGES:
            if (following := self.waiting.popleft()) not in self.pages:
                return Plan((Goto(url=following),), 1.0, "next page", self.name, guarded=False)
        return Plan((Complete(),), 1.0, "all seen", self.name, guarded=False)

    def choices(self, site: str) -> Iterator[Choice]:
        """The pages off the list from which something leads nearer to it."""
        far = self._distances()
        for address, page in self.pages.items():
            own = far.get(address, _MOST_PAGES)
            right = {
                place
                for place, (url, _) in enumerate(page.offered)
                if url and far.get(url, _MOST_PAGES) < own
            }
            if own and right and len(right) < len(page.offered):
                yield Choice(site, tuple(each for _, each in page.offered), frozenset(right))

    def _distances(self) -> dict[str, int]:
        """How many links each page is away from the list."""
        far = {address: 0 for address, page in self.pages.items() if page.is_list}
        for step in range(1, _MOST_PAGES):
            for address, page in self.pages.items():
                if address not in far and any(far.get(one) == step - 1 for one in page.links):
                    far[address] = step
        return far


def main() -> int:
    """Prints how often each table takes a right candidate first, and the fitted weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=sorted(PORTALS), default=sorted(PORTALS))
    parser.add_argument("--write", action="store_true", help="into docs/ranking.md")
    asked = parser.parse_args()
    with BrowserRuntime() as runtime, tempfile.TemporaryDirectory() as folder:
        every = [
            one
            for name, portal in PORTALS.items()
            if portal.orders_reachable and name in asked.only
            for one in gathered(runtime, Path(folder) / name, portal)
        ]
    lines = list(_table(every))
    print("\n".join(lines))
    if asked.write:
        write_section(_DOCS, "ranking", lines)
    return 0


def _table(every: Sequence[Choice]) -> Iterator[str]:
    by_hand = weights_of(_PURPOSE)
    yield "| site left out | choices | right by hand | right as fitted on the others |"
    yield "|---|---|---|---|"
    totals = np.zeros(3, dtype=int)
    for site in dict.fromkeys(one.site for one in every):
        held = [one for one in every if one.site == site]
        fitted = fit([one for one in every if one.site != site], tuple(by_hand))
        row = np.array([len(held), hits(held, by_hand), hits(held, fitted)])
        totals += row
        yield f"| {site} | {' | '.join(map(str, row))} |"
    yield f"| **all** | {' | '.join(map(str, totals))} |"
    yield ""
    yield "| feature | by hand | fitted on all |\n|---|---|---|"
    for feature, weight in fit(every, tuple(by_hand)).items():
        yield f"| {feature} | {by_hand[feature]:.2f} | {weight:.2f} |"


def gathered(runtime: BrowserRuntime, folder: Path, portal: Portal) -> list[Choice]:
    """The labelled choices of one site."""
    store = ArtifactStore(folder)
    with serve(portal) as home:
        tasks = TaskRunner(runtime, store)
        login = Customer(tasks, store, portal, home).log_in()
        if login.status != "completed":
            print(f"{portal.name}: no login: {login.failure_reason}", file=sys.stderr)
            return []
        walker = Walker([order.order_id for order in portal.orders])
        Errand(tasks, store, home).plan(
            "/", walker, state=login.state, fork=True, max_steps=2 * _MOST_PAGES, max_seconds=120,
            goal=Goal(navigation_goal="Go to the order history page."), trace="off",
        )  # fmt: skip
        return list(walker.choices(portal.name))


def fit(choices: Sequence[Choice], features: Sequence[str]) -> dict[str, float]:
    """Weights with which right candidates come before wrong ones of their page.

    Each page counts alike, however many pairs it gives.
    """
    rows, shares = [], []
    for one in choices:
        offered = np.array([[each.get(name, 0.0) for name in features] for each in one.offered])
        wrong = [place for place in range(len(offered)) if place not in one.right]
        pairs = [offered[right] - offered[other] for right in one.right for other in wrong]
        rows += pairs
        shares += [1 / len(pairs)] * len(pairs)
    if not rows:
        return dict.fromkeys(features, 0.0)
    pairs_of, share = np.array(rows), np.array(shares) / len(choices)
    weights = np.zeros(len(features))
    for _ in range(_ROUNDS):
        unlikely = 1 / (1 + np.exp(pairs_of @ weights))
        weights += _PACE * ((share * unlikely) @ pairs_of - _HELD * weights)
    return dict(zip(features, (float(one) for one in weights), strict=True))


def hits(choices: Sequence[Choice], weights: Mapping[str, float]) -> int:
    """On how many pages the first candidate is a right one; of equals the first on the page."""
    return sum(_first(one, weights) in one.right for one in choices)


def _first(one: Choice, weights: Mapping[str, float]) -> int:
    scores = [sum(weights[name] * value for name, value in each.items()) for each in one.offered]
    return scores.index(max(scores))


def _plain(url: str) -> str:
    return url.partition("#")[0].rstrip("/")


def _may_follow(url: str, label: str, here: str) -> bool:
    """Whether a link may be looked at: on this site, and not the way out."""
    leads_out = concept("login.exit").score(label) >= MOSTLY or concept("nav.danger").mentioned(
        label
    )
    return url.startswith("http") and same_site(url, here) and not leads_out


if __name__ == "__main__":
    sys.exit(main())
